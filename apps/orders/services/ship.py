"""Shipping: reservations become shipments, every shipped line becomes a billing obligation, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import ObligationDraft, oblige
from apps.inventory.contract import (
    LineStanding,
    ShipmentFacts,
    ShippedLine,
    ShipRequest,
    line_standings,
    orders_with_open_lines,
    ship,
)
from apps.masterdata.contract import entities_by_id, product_skus
from apps.orders.decisions.bundles import BUNDLE, on_parts
from apps.orders.events import ORDER_SHIPPED, order_event
from apps.orders.services.divisible import refuse_fractions
from apps.orders.services.locked import LineFacts, LockedOrder, by_order, lines_of, lock_orders, move_orders
from apps.orders.services.outcomes import NotDone
from apps.orders.states import ORDER, PARTLY_SHIPPED, SHIPPED
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.states import WrongState
from ordercash.kernel.transactions import joins, writes

_CHARGES = "SELECT order_id, id FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) AND kind = 'charge'"


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """Ship everything reserved of an order (`lines` None) or these quantities by line id. `source_ref` names the attempt.

    `lots` says by line and code what of it is of which lot.
    """

    order_id: UUID
    source_ref: str
    shipped_at: datetime
    lines: Mapping[UUID, Decimal] | None = None
    warehouse_id: UUID | None = None
    carrier: str = ""
    tracking: str = ""
    lots: Mapping[UUID, Mapping[str, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shipped:
    """What left, and which orders were refused."""

    shipments: Sequence[ShipmentFacts]
    refused: Sequence[NotDone]


@writes
def ship_orders(requests: Sequence[ShipOrder], *, actor: Actor) -> Shipped:
    """Ship orders in one transaction of its own; see `ship_in`."""
    return ship_in(requests, actor=actor)


@joins
def ship_in(requests: Sequence[ShipOrder], *, actor: Actor) -> Shipped:
    """Ship orders: each request stands alone, a refused one harms no other. Repeating a source_ref ships nothing twice."""
    orders = lock_orders([request.order_id for request in requests])
    wanted, refused = _sort_out(requests, orders)
    wanted = _whole(wanted, refused)
    result = ship([_request(request, orders[request.order_id]) for request in wanted], actor=actor)
    owners = {request.source_ref: request.order_id for request in wanted}
    refused += [NotDone(owners[item.source_ref], item.code, item.detail) for item in result.refused]
    if result.lines:
        oblige(_obligations(result.lines, orders))
        _tell(_move(result.lines, orders), result.lines, orders, actor)
    return Shipped(result.shipments, refused)


def _whole(requests: Sequence[ShipOrder], refused: list[NotDone]) -> list[ShipOrder]:
    """Let bundles stand for their parts, and charges leave with the first goods of their order, never before them."""
    named = {request.order_id for request in requests if request.lines is not None}
    charges: dict[UUID, set[UUID]] = {}
    for order_id, line_id in sql.fetch(_CHARGES, [[request.order_id for request in requests]]):
        charges.setdefault(order_id, set()).add(line_id)
    if not named and not charges:
        return list(requests)
    facts = lines_of(named) if named else {}
    broken = refuse_fractions([(request.order_id, request.lines) for request in requests], facts)
    refused += broken.values()
    requests = [request for request in requests if request.order_id not in broken]
    lines = by_order(facts)
    standings = line_standings(charges) if charges else {}
    found = []
    for request in requests:
        own = charges.get(request.order_id, set())
        waiting = {line_id: standings[line_id].reserved for line_id in own if line_id in standings}
        quantities = request.lines
        if quantities is not None:
            quantities = on_parts(quantities, lines.get(request.order_id, ()))
            quantities |= {line_id: left for line_id, left in waiting.items() if left and line_id not in quantities}
        if any(waiting.values()) and not _goods_leave(request.order_id, quantities, own, standings):
            detail = "Charges leave with the first goods of their order, and none of them are reserved."
            refused.append(NotDone(request.order_id, "nothing_reserved", detail))
        else:
            found.append(replace(request, lines=quantities))
    return found


def _goods_leave(
    order_id: UUID,
    quantities: Mapping[UUID, Decimal] | None,
    charges: Collection[UUID],
    standings: Mapping[UUID, LineStanding],
) -> bool:
    """Say whether more than charges would leave."""
    if quantities is not None:
        return any(line_id not in charges for line_id in quantities)
    return any(
        standing.reserved
        for line_id, standing in standings.items()
        if standing.order_id == order_id and line_id not in charges
    )


def _sort_out(
    requests: Sequence[ShipOrder], orders: Mapping[UUID, LockedOrder]
) -> tuple[list[ShipOrder], list[NotDone]]:
    wanted: list[ShipOrder] = []
    refused: list[NotDone] = []
    for request in requests:
        order = orders.get(request.order_id)
        if order is None:
            refused.append(NotDone(request.order_id, "not_found", "There is no such order."))
        elif order.state in (SHIPPED, "invoiced", "closed"):
            wanted.append(
                request
            )  # a repeated source_ref is answered with what it shipped; anything else is refused there
        else:
            try:
                ORDER.after(order.state, "ship_part")
                wanted.append(request)
            except WrongState as error:
                refused.append(NotDone(order.id, error.code, error.detail))
    return wanted, refused


def _request(request: ShipOrder, order: LockedOrder) -> ShipRequest:
    return ShipRequest(
        order_id=order.id,
        customer_id=order.customer_id,
        legal_entity_id=order.legal_entity_id,
        source_ref=request.source_ref,
        shipped_at=request.shipped_at,
        lines=request.lines,
        warehouse_id=request.warehouse_id,
        carrier=request.carrier,
        tracking=request.tracking,
        lots=request.lots,
    )


def _obligations(shipped: Sequence[ShippedLine], orders: Mapping[UUID, LockedOrder]) -> list[ObligationDraft]:
    """Return one obligation per shipped line, at its share of what was frozen at confirmation."""
    lines = lines_of({item.order_id for item in shipped})
    _count_consumed(shipped, lines)
    entities, bundles, instead = entities_by_id(), _bundles_in(lines), _delivered_instead(shipped, lines)
    drafts = []
    for item in shipped:
        order, line = orders[item.order_id], lines[item.line_id]
        share = line.take(item.quantity)
        drafts.append(
            ObligationDraft(
                source_ref=f"shipment_line:{item.shipment_line_id}",
                legal_entity_id=order.legal_entity_id,
                customer_id=order.customer_id,
                currency=order.currency,
                quantity=item.quantity,
                unit_price=line.unit_price,
                net_minor=share.net_minor,
                tax_category=line.tax_category,
                tax_rate=line.tax_rate,
                tax_minor=share.tax_minor,
                occurred_at=item.shipped_at,
                business_date=business_date(item.shipped_at, entities[order.legal_entity_id].time_zone),
                order_id=order.id,
                line_id=line.id,
                shipment_id=item.shipment_id,
                product_id=line.product_id,
                order_reference=order.reference,
                description=_described(line, bundles)
                + (instead[item.product_id] if item.product_id != line.product_id else ""),
                tax_reason=line.tax_reason,
                bill_to_id=order.bill_to_id,
                invoicing=order.invoicing,
                terms_days=order.payment_terms_days,
                price_per=line.price_per,
                discount_minor=share.discount_minor,
            )
        )
    return drafts


def _bundles_in(lines: Mapping[UUID, LineFacts]) -> dict[tuple[UUID, int], str]:
    return {(line.order_id, line.line_no): line.description for line in lines.values() if line.kind == BUNDLE}


def _described(line: LineFacts, bundles: Mapping[tuple[UUID, int], str]) -> str:
    """Return what an invoice calls a line; of a part it names the bundle that was ordered."""
    bundle = bundles.get((line.order_id, line.part_of)) if line.part_of else None
    return f"{line.description} (part of {bundle})" if bundle else line.description


def _delivered_instead(shipped: Sequence[ShippedLine], lines: Mapping[UUID, LineFacts]) -> dict[UUID, str]:
    """Return what an invoice adds where another product left than was ordered; the money stays that of the line."""
    others = {item.product_id for item in shipped if item.product_id != lines[item.line_id].product_id}
    return {id: f" (delivered: {sku})" for id, sku in product_skus(others).items()} if others else {}


def _count_consumed(shipped: Sequence[ShippedLine], lines: Mapping[UUID, LineFacts]) -> None:
    """Set on lines that ship in parts how much of them was shipped or cancelled before this shipment."""
    leaving: dict[UUID, Decimal] = {}
    for item in shipped:
        leaving[item.line_id] = leaving.get(item.line_id, Decimal(0)) + item.quantity
    in_parts = {line_id for line_id, quantity in leaving.items() if quantity != lines[line_id].quantity}
    if not in_parts:
        return
    standings = line_standings({lines[line_id].order_id for line_id in in_parts})
    for line_id in in_parts:
        line = lines[line_id]
        line.consumed = standings[line_id].shipped - leaving[line_id] + line.cancelled_quantity


def _move(shipped: Sequence[ShippedLine], orders: Mapping[UUID, LockedOrder]) -> dict[UUID, str]:
    order_ids = {item.order_id for item in shipped}
    still_open = orders_with_open_lines(order_ids)
    states = {
        order_id: ORDER.after(orders[order_id].state, "ship_part" if order_id in still_open else "ship_rest")
        for order_id in order_ids
        if orders[order_id].state not in (SHIPPED, "invoiced", "closed")
    }
    move_orders(states)
    return states


def _tell(
    states: Mapping[UUID, str], shipped: Sequence[ShippedLine], orders: Mapping[UUID, LockedOrder], actor: Actor
) -> None:
    left: dict[UUID, list[ShippedLine]] = {}
    for item in shipped:
        left.setdefault(item.order_id, []).append(item)
    record_events(
        [
            order_event(
                ORDER_SHIPPED,
                order_id,
                {"lines": len(left[order_id]), "complete": state != PARTLY_SHIPPED},
                occurred_at=left[order_id][0].shipped_at,
                actor_id=actor.id,
                legal_entity_id=orders[order_id].legal_entity_id,
            )
            for order_id, state in states.items()
        ]
    )
