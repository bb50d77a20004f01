"""What warehouse systems tell of orders: goods that left, goods that were not found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.contract import (
    LineStanding,
    line_standings,
    lose_here,
    promise_here,
    reserve_as_picked,
    services_of,
    shipments_of,
    work_of,
)
from apps.orders.services.lines_again import demand_again
from apps.orders.services.locked import lock_orders
from apps.orders.services.outcomes import NotDone
from apps.orders.services.ship import ShipOrder, ship_in
from apps.orders.states import CONFIRMED, PARTLY_SHIPPED
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Left:
    """What became of goods that a warehouse says have left: `over` by line id is what nothing was reserved or waiting for.

    `other_lots` by line id and code left of lots that are promised to somebody else or not there: booked from what was reserved.
    """

    shipment_id: UUID | None = None
    over: Mapping[UUID, Decimal] = field(default_factory=dict)
    refused: NotDone | None = None
    other_lots: Mapping[UUID, Mapping[str, Decimal]] = field(default_factory=dict)


@joins
def goods_left(wanted: ShipOrder, *, actor: Actor, now: datetime) -> Left:
    """Ship what a warehouse says has left: `lines` and `warehouse_id` name it. Repeating a source_ref ships nothing twice.

    What is reserved there leaves; of more than that, what the line still waits for and the shelf has. The rest is answered as
    `over`: it is gone and belongs to no line. Services travel with the first goods.
    """
    order = lock_orders([wanted.order_id]).get(wanted.order_id)
    if order is None:
        return Left(refused=NotDone(wanted.order_id, "not_found", "There is no such order."))
    asked, place = dict(wanted.lines or {}), wanted.warehouse_id
    for before in shipments_of([order.id]):
        if before.source_ref == wanted.source_ref:
            return Left(shipment_id=before.id)
    if place is None or order.state not in (CONFIRMED, PARTLY_SHIPPED):
        return Left(over=asked, refused=_not_open(wanted.order_id, order.state))
    here = {line.line_id: line.reserved for line in work_of([order.id], {place: wanted.source_ref})}
    more = {line_id: part for line_id, q in asked.items() if (part := q - here.get(line_id, NOTHING)) > 0}
    given = promise_here(order.id, more, place, now=now) if more else {}
    over = {line_id: rest for line_id, q in more.items() if (rest := q - given.get(line_id, NOTHING)) > 0}
    leaving = {line_id: rest for line_id, q in asked.items() if (rest := q - over.get(line_id, NOTHING)) > 0}
    if not leaving:
        return Left(over=over)
    picked = {line_id: lots for line_id, lots in wanted.lots.items() if line_id in leaving and line_id not in over}
    other = reserve_as_picked(order.id, place, picked)
    shipped = ship_in([replace(wanted, lines=services_of(order.id) | leaving)], actor=actor)
    if shipped.refused:
        return Left(over=asked, refused=shipped.refused[0])
    return Left(shipment_id=shipped.shipments[0].id, over=over, other_lots=other)


def _not_open(order_id: UUID, state: str) -> NotDone:
    return NotDone(order_id, "not_open", f"The order is {state.replace('_', ' ')}: nothing of it should leave.")


@joins
def goods_missing(
    order_id: UUID,
    missing: Mapping[UUID, Decimal],
    warehouse_id: UUID,
    *,
    lots: Mapping[UUID, Mapping[str, Decimal]],
    source_ref: str,
    actor: Actor,
    now: datetime,
) -> dict[UUID, tuple[UUID, Decimal]]:
    """Let lines wait for goods that were not found where they were reserved, and be served from elsewhere where that can be.

    Answers by line id the stock row and the quantity that it lost; what is not reserved there any more is lost to nobody.
    """
    order = lock_orders([order_id]).get(order_id)
    if order is None or order.state not in (CONFIRMED, PARTLY_SHIPPED):
        return {}
    own = _own(missing, line_standings([order_id]))
    if not own:
        return {}
    return lose_here(demand_again(own), own, warehouse_id, lots=lots, source_ref=source_ref, actor=actor, now=now)


def _own(missing: Mapping[UUID, Decimal], standings: Mapping[UUID, LineStanding]) -> dict[UUID, Decimal]:
    return {line_id: quantity for line_id, quantity in missing.items() if line_id in standings}
