"""The door of inventory: promises, shipments, returns and receipts, for whole batches.

Writes join the caller's transaction and use a number of statements that does not grow with the batch. A bad member is answered with
a `Refusal`, its neighbours go on. Every verb locks stock rows first and in the order of their ids, so callers cannot deadlock as
long as they call one of them per transaction, or lock the orders that they are about before.
"""

from apps.audit.contract import register_job
from apps.inventory.decisions.facts import (
    AdjustmentDraft,
    Availability,
    DemandLine,
    LineStanding,
    MovementResult,
    OrderTag,
    ReceiptDraft,
    ReceivedDue,
    Refusal,
    Released,
    ReleaseItem,
    Reserved,
    ReturnedLine,
    ReturnItem,
    ReturnResult,
    ShipmentFacts,
    ShippedLine,
    ShipRequest,
    ShipResult,
    WarehouseDraft,
    WarehouseFacts,
)
from apps.inventory.selectors.availability_kind import register_availability
from apps.inventory.selectors.kinds import register_sharing
from apps.inventory.selectors.open_lines import orders_with_open_lines
from apps.inventory.selectors.order_story import (
    GoodsBack,
    ShipmentSheet,
    backordered_lines,
    goods_back,
    shipment_sheets,
)
from apps.inventory.selectors.overdue import OverdueLine, overdue_lines
from apps.inventory.selectors.product_story import Movement, Waiting, newest_movements, waiting_for
from apps.inventory.selectors.shipments import shipments_of, shipped_lines
from apps.inventory.selectors.stock import availability, line_standings, warehouses
from apps.inventory.services.places import ensure_warehouses
from apps.inventory.services.policies import held_back
from apps.inventory.services.posting import unpostable_returns
from apps.inventory.services.receiving import adjust_counted, receive_stock
from apps.inventory.services.releasing import release_lines
from apps.inventory.services.reserving import reserve_lines
from apps.inventory.services.returning import receive_returns
from apps.inventory.services.sharing import fill_backorders
from apps.inventory.services.shipping import ship
from apps.inventory.services.stamps import JOBS
from apps.inventory.services.supplies import plan_receipts, receive_due

__all__ = [
    "AdjustmentDraft",
    "Availability",
    "DemandLine",
    "GoodsBack",
    "LineStanding",
    "Movement",
    "MovementResult",
    "OrderTag",
    "OverdueLine",
    "ReceiptDraft",
    "ReceivedDue",
    "Refusal",
    "ReleaseItem",
    "Released",
    "Reserved",
    "ReturnItem",
    "ReturnResult",
    "ReturnedLine",
    "ShipRequest",
    "ShipResult",
    "ShipmentFacts",
    "ShipmentSheet",
    "ShippedLine",
    "Waiting",
    "WarehouseDraft",
    "WarehouseFacts",
    "adjust_counted",
    "availability",
    "backordered_lines",
    "ensure_warehouses",
    "fill_backorders",
    "goods_back",
    "held_back",
    "line_standings",
    "newest_movements",
    "orders_with_open_lines",
    "overdue_lines",
    "plan_receipts",
    "receive_due",
    "receive_returns",
    "receive_stock",
    "register",
    "release_lines",
    "reserve_lines",
    "ship",
    "shipment_sheets",
    "shipments_of",
    "shipped_lines",
    "unpostable_returns",
    "waiting_for",
    "warehouses",
]


def register() -> None:
    """Make known what inventory does by itself and by which rules; called once when the apps are loaded."""
    register_availability()
    for name, (function, every_seconds, title) in JOBS.items():
        register_job(name, function, every_seconds=every_seconds, title=title)
    register_sharing()
