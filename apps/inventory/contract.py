"""The door of inventory: promises, shipments, returns and receipts, for whole batches.

Writes join the caller's transaction and use a number of statements that does not grow with the batch. A bad member is answered with
a `Refusal`, its neighbours go on. Every verb locks stock rows first and in the order of their ids, so callers cannot deadlock as
long as they call one of them per transaction, or lock the orders that they are about before.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.facts import (
    AdjustmentDraft,
    Availability,
    DemandLine,
    LineStanding,
    MovementResult,
    ReceiptDraft,
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
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins

__all__ = [
    "AdjustmentDraft",
    "Availability",
    "DemandLine",
    "LineStanding",
    "MovementResult",
    "ReceiptDraft",
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
    "ShippedLine",
    "WarehouseDraft",
    "WarehouseFacts",
    "availability",
    "ensure_warehouses",
    "fill_backorders",
    "line_standings",
    "plan_receipts",
    "receive_due",
    "receive_returns",
    "receive_stock",
    "release_lines",
    "reserve_lines",
    "ship",
    "shipments_of",
    "shipped_lines",
    "warehouses",
]


@joins
def reserve_lines(lines: Sequence[DemandLine]) -> dict[UUID, Reserved]:
    """Promise goods to lines in the order given and put what is missing on backorder; answers by line id.

    A line is served whole by the first warehouse of its legal entity that can, otherwise split by priority. Services are always
    reserved. A line is reserved once: naming it again raises IntegrityError; a legal entity without a warehouse backorders everything.
    """
    raise NotImplementedError


@joins
def release_lines(items: Sequence[ReleaseItem]) -> dict[UUID, Released]:
    """Take back promises, from the backorder first, then from reservations; answers by line id what was freed.

    Frees at most what is not yet shipped; the caller compares `freed` with what it asked for.
    """
    raise NotImplementedError


@joins
def ship(requests: Sequence[ShipRequest], *, actor: Actor) -> ShipResult:
    """Turn reservations into shipments, one per request and warehouse; books cost of sales and tells each shipment.

    A request is refused as a whole when a line has less reserved than asked (`not_reserved`), or nothing is reserved
    (`nothing_reserved`). A source_ref that shipped before is answered with what it shipped then.
    """
    raise NotImplementedError


@joins
def fill_backorders(*, now: datetime, limit: int, product_ids: Collection[UUID] | None = None) -> list[UUID]:
    """Reserve free stock for at most `limit` waiting lines, oldest first; returns the ids of the orders that got something."""
    raise NotImplementedError


@joins
def receive_returns(items: Sequence[ReturnItem], *, actor: Actor) -> ReturnResult:
    """Take shipped goods back; restocked ones return to their stock row at their original cost, which cost of sales gives back.

    Refused: `unknown_shipment_line`, `quantity_not_positive`, `more_than_shipped`.
    """
    raise NotImplementedError


@joins
def receive_stock(receipts: Sequence[ReceiptDraft], *, actor: Actor) -> MovementResult:
    """Put goods on the shelf at their cost; `due_at` is the instant of the receipt. Repeating a source_ref does nothing."""
    raise NotImplementedError


@joins
def plan_receipts(receipts: Sequence[ReceiptDraft]) -> MovementResult:
    """Announce goods that `receive_due` will put on the shelf when their time has come. Repeating a source_ref does nothing."""
    raise NotImplementedError


@joins
def receive_due(*, now: datetime, limit: int, actor: Actor) -> int:
    """Receive at most `limit` planned receipts whose time has come, at their own business times; returns their number."""
    raise NotImplementedError


@joins
def ensure_warehouses(drafts: Sequence[WarehouseDraft]) -> dict[str, WarehouseFacts]:
    """Create the warehouses that do not exist yet and return all of those named, by code; existing ones are not changed."""
    raise NotImplementedError


def warehouses() -> dict[UUID, WarehouseFacts]:
    """Return every active warehouse by id."""
    raise NotImplementedError


def availability(product_ids: Collection[UUID]) -> dict[UUID, list[Availability]]:
    """Return what every warehouse has of the products, by product id; a product that never had stock has no entry."""
    raise NotImplementedError


def line_standings(order_ids: Collection[UUID]) -> dict[UUID, LineStanding]:
    """Return reserved, backordered, shipped and returned quantities of the orders' lines, by line id."""
    raise NotImplementedError


def shipments_of(order_ids: Collection[UUID]) -> list[ShipmentFacts]:
    """Return the shipments of the orders, oldest first."""
    raise NotImplementedError


def shipped_lines(*, order_ids: Collection[UUID] = (), shipment_ids: Collection[UUID] = ()) -> list[ShippedLine]:
    """Return the shipped lines of these orders and shipments, oldest first."""
    raise NotImplementedError
