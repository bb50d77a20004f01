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
    FeedTold,
    Latency,
    LineStanding,
    LineTag,
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
from apps.inventory.decisions.facts.holds import HeldGoods, HoldFacts, HoldWish
from apps.inventory.decisions.facts.inspecting import FindingTold, FoundOnLine
from apps.inventory.decisions.notices.choosing import NoticeFact
from apps.inventory.ports import connect_orders
from apps.inventory.selectors.fresh_kind import register_freshness
from apps.inventory.selectors.holds import holds_by_id
from apps.inventory.selectors.inspections import findings_told
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
from apps.inventory.selectors.sourcing_kind import register_sourcing
from apps.inventory.selectors.sourcing_story import SourcingTold, WayTold, sourcing_of
from apps.inventory.selectors.stock import availability, line_standings, warehouses
from apps.inventory.selectors.warehouse_work import (
    ShelfAt,
    WorkLine,
    Worth,
    lots_at,
    services_of,
    shelf_at,
    work_of,
    worth_of,
)
from apps.inventory.services.at_lots import lines_in_lots, reserve_as_picked
from apps.inventory.services.at_warehouse import lose_here, promise_here
from apps.inventory.services.counting import book_count
from apps.inventory.services.demo_story import load_scarcity, load_supplies
from apps.inventory.services.expiring import JOBS as LOT_JOBS
from apps.inventory.services.expiring import register_lots
from apps.inventory.services.feeds import FEED_JOBS, expect_feeds, forget_feeds, hear_feed
from apps.inventory.services.holding import JOBS as HOLD_JOBS
from apps.inventory.services.holding import hold_goods
from apps.inventory.services.inspecting import inspect_return, receive_to_inspect
from apps.inventory.services.kept_back import JOBS as SOURCING_JOBS
from apps.inventory.services.notices import make_notices
from apps.inventory.services.orphans import release_orphans
from apps.inventory.services.places import ensure_warehouses
from apps.inventory.services.policies import held_back
from apps.inventory.services.posting import unpostable_returns
from apps.inventory.services.quotas import JOBS as QUOTA_JOBS
from apps.inventory.services.receiving import adjust_counted, receive_stock
from apps.inventory.services.releasing import release_lines
from apps.inventory.services.reserving import claim_holds, reserve_lines
from apps.inventory.services.returning import receive_returns
from apps.inventory.services.settling import JOBS as SETTLING_JOBS
from apps.inventory.services.sharing import fill_backorders
from apps.inventory.services.shipping import ship
from apps.inventory.services.stamps import JOBS
from apps.inventory.services.supplies import plan_receipts, receive_due
from apps.inventory.services.syncing import keep_latencies, note_feed, note_heartbeat, note_sales, share_fresh
from apps.inventory.services.watching import register_promises

__all__ = [
    "AdjustmentDraft",
    "Availability",
    "DemandLine",
    "FeedTold",
    "FindingTold",
    "FoundOnLine",
    "GoodsBack",
    "HeldGoods",
    "HoldFacts",
    "HoldWish",
    "Latency",
    "LineStanding",
    "LineTag",
    "Movement",
    "MovementResult",
    "NoticeFact",
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
    "ShelfAt",
    "ShipRequest",
    "ShipResult",
    "ShipmentFacts",
    "ShipmentSheet",
    "ShippedLine",
    "SourcingTold",
    "Waiting",
    "WarehouseDraft",
    "WarehouseFacts",
    "WayTold",
    "WorkLine",
    "Worth",
    "adjust_counted",
    "availability",
    "backordered_lines",
    "book_count",
    "claim_holds",
    "connect_orders",
    "ensure_warehouses",
    "expect_feeds",
    "fill_backorders",
    "findings_told",
    "forget_feeds",
    "goods_back",
    "hear_feed",
    "held_back",
    "hold_goods",
    "holds_by_id",
    "inspect_return",
    "keep_latencies",
    "line_standings",
    "lines_in_lots",
    "load_scarcity",
    "load_supplies",
    "lose_here",
    "lots_at",
    "make_notices",
    "newest_movements",
    "note_feed",
    "note_heartbeat",
    "note_sales",
    "orders_with_open_lines",
    "overdue_lines",
    "plan_receipts",
    "promise_here",
    "receive_due",
    "receive_returns",
    "receive_stock",
    "receive_to_inspect",
    "register",
    "release_lines",
    "release_orphans",
    "reserve_as_picked",
    "reserve_lines",
    "services_of",
    "share_fresh",
    "shelf_at",
    "ship",
    "shipment_sheets",
    "shipments_of",
    "shipped_lines",
    "sourcing_of",
    "unpostable_returns",
    "waiting_for",
    "warehouses",
    "work_of",
    "worth_of",
]


def register() -> None:
    """Make known what inventory does by itself and by which rules; called once when the apps are loaded."""
    register_promises()
    register_sourcing()
    for name, (function, every_seconds, title) in {
        **JOBS,
        **FEED_JOBS,
        **HOLD_JOBS,
        **SOURCING_JOBS,
        **QUOTA_JOBS,
        **SETTLING_JOBS,
        **LOT_JOBS,
    }.items():
        register_job(name, function, every_seconds=every_seconds, title=title)
    register_lots()
    register_sharing()
    register_freshness()
