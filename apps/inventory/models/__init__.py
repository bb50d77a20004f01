"""Nouns of inventory: where goods lie, how many are there, who they are promised to, what is to come, what left.

`Stock` is the guarded balance; `StockMovement` and `ShipmentLine` are the facts that it sums up. Orders and their lines are named
by id alone, because this app does not know them. Quantities are numeric(18,4); values and costs are minor units of the currency of
the warehouse's legal entity.
"""

from apps.inventory.models.inspections import Inspection, InspectionFinding
from apps.inventory.models.places import CapacityDay, Warehouse
from apps.inventory.models.promises import (
    Backorder,
    BrokenPromise,
    Hold,
    HoldState,
    Peg,
    PlanStamp,
    PromiseChange,
    Reservation,
    ReservationState,
    WaitReason,
)
from apps.inventory.models.sharing import (
    AllocationMove,
    AllocationRun,
    Notice,
    NoticeKind,
    NoticeState,
    OrderPolicy,
    Quota,
    RunState,
    Shipping,
)
from apps.inventory.models.shipments import GoodsReturn, Shipment, ShipmentLine
from apps.inventory.models.stock import Handling, Lot, MovementKind, Stock, StockMovement, StockSlot
from apps.inventory.models.supplies import Supply, SupplyKind, SupplyReceipt, SupplyStatus
from apps.inventory.models.sync import SyncClock, SyncFeed, SyncSample

__all__ = [
    "AllocationMove",
    "AllocationRun",
    "Backorder",
    "BrokenPromise",
    "CapacityDay",
    "GoodsReturn",
    "Handling",
    "Hold",
    "HoldState",
    "Inspection",
    "InspectionFinding",
    "Lot",
    "MovementKind",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "OrderPolicy",
    "Peg",
    "PlanStamp",
    "PromiseChange",
    "Quota",
    "Reservation",
    "ReservationState",
    "RunState",
    "Shipment",
    "ShipmentLine",
    "Shipping",
    "Stock",
    "StockMovement",
    "StockSlot",
    "Supply",
    "SupplyKind",
    "SupplyReceipt",
    "SupplyStatus",
    "SyncClock",
    "SyncFeed",
    "SyncSample",
    "WaitReason",
    "Warehouse",
]
