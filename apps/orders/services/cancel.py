"""Cancelling what has not left: whole orders or quantities of lines. What has left is returned, not cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import CreditRelease, free_credit
from apps.exceptions.contract import close_cases
from apps.inventory.contract import LineStanding, ReleaseItem, line_standings, orders_with_open_lines, release_lines
from apps.orders.decisions.bundles import ADDED, on_parts
from apps.orders.events import LINE_CANCELLED, ORDER_CANCELLED, order_event
from apps.orders.services.bill import move_invoiced
from apps.orders.services.divisible import refuse_fractions
from apps.orders.services.locked import LineFacts, LockedOrder, by_order, lines_of, lock_orders, move_orders
from apps.orders.services.outcomes import NotDone
from apps.orders.states import CANCELLED, CONFIRMED, HELD, ORDER, PARTLY_SHIPPED, SHIPPED
from apps.pricing.contract import give_back_coupons
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.events import Event
from ordercash.kernel.states import WrongState
from ordercash.kernel.transactions import joins, writes

_CANCEL_LINES = """
UPDATE orders_orderline l
   SET cancelled_quantity = l.cancelled_quantity + c.quantity,
       cancelled_net_minor = l.cancelled_net_minor + c.net_minor,
       cancelled_tax_minor = l.cancelled_tax_minor + c.tax_minor
  FROM unnest(%s::uuid[], %s::numeric[], %s::bigint[], %s::bigint[]) AS c(id, quantity, net_minor, tax_minor)
 WHERE l.id = c.id
"""


class ReasonMissing(DomainError):
    """Nobody may cancel without saying why."""

    code, title = "reason_missing", "Say why"


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel all that is open of an order (`lines` None) or these quantities by line id."""

    order_id: UUID
    lines: Mapping[UUID, Decimal] | None = None


@dataclass(slots=True)
class Cancelled:
    """Orders whose open quantity was cancelled, by their new state, and those refused."""

    states: dict[UUID, str] = field(default_factory=dict)
    refused: list[NotDone] = field(default_factory=list)


@writes
def cancel_orders(requests: Sequence[CancelOrder], *, reason: str, actor: Actor, now: datetime) -> Cancelled:
    """Cancel orders or lines in one transaction of its own; see `cancel_in`."""
    return cancel_in(requests, reason=reason, actor=actor, now=now)


@joins
def cancel_in(requests: Sequence[CancelOrder], *, reason: str, actor: Actor, now: datetime) -> Cancelled:
    """Cancel what is open, give back its stock and credit; a held order closes its case. Raises ReasonMissing without one."""
    if not reason.strip():
        raise ReasonMissing("A cancellation needs a reason; it is kept in the order's timeline.")
    requests = _merged(requests)
    orders = lock_orders([request.order_id for request in requests])
    outcome = Cancelled()
    parts = {request.order_id for request in requests if request.lines is not None}
    held = [order for order in orders.values() if order.state == HELD and order.id not in parts]
    outcome.refused += [
        NotDone(order.id, "held", "A held order is cancelled as a whole; release it to cancel a part.")
        for order in orders.values()
        if order.state == HELD and order.id in parts
    ]
    _cancel_held(held, outcome, reason=reason, actor=actor, now=now)
    running = [request for request in requests if request.order_id in orders and orders[request.order_id].state != HELD]
    outcome.refused += [
        NotDone(request.order_id, "not_found", "There is no such order.")
        for request in requests
        if request.order_id not in orders
    ]
    _cancel_running(running, orders, outcome, reason=reason, actor=actor, now=now)
    return outcome


def _merged(requests: Sequence[CancelOrder]) -> list[CancelOrder]:
    """Return one request per order: quantities of the same order are added up, and all that is open includes them."""
    merged: dict[UUID, CancelOrder] = {}
    for request in requests:
        before = merged.get(request.order_id)
        if before is None or request.lines is None:
            merged[request.order_id] = request
        elif before.lines is not None:
            lines = dict(before.lines)
            for line_id, quantity in request.lines.items():
                lines[line_id] = lines.get(line_id, Decimal(0)) + quantity
            merged[request.order_id] = CancelOrder(request.order_id, lines)
    return list(merged.values())


def _cancel_held(held: Sequence[LockedOrder], outcome: Cancelled, *, reason: str, actor: Actor, now: datetime) -> None:
    if not held:
        return
    lines = lines_of([order.id for order in held])
    _write_lines([(line, line.quantity, line.net_minor, line.tax_minor) for line in lines.values()])
    move_orders({order.id: CANCELLED for order in held})
    close_cases(
        "order", [order.id for order in held], resolution="cancelled", note=reason, actor=actor, now=now, cancelled=True
    )
    give_back_coupons([order.id for order in held], now=now)
    outcome.states.update({order.id: CANCELLED for order in held})
    record_events([_event(ORDER_CANCELLED, order, {"reason": reason}, actor, now) for order in held])


def _cancel_running(
    requests: Sequence[CancelOrder],
    orders: Mapping[UUID, LockedOrder],
    outcome: Cancelled,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    allowed = [request for request in requests if _may_cancel(orders[request.order_id], outcome)]
    if not allowed:
        return
    lines = lines_of([request.order_id for request in allowed])
    broken = refuse_fractions([(request.order_id, request.lines) for request in allowed], lines)
    outcome.refused += broken.values()
    allowed = [request for request in allowed if request.order_id not in broken]
    standings = line_standings([request.order_id for request in allowed])
    grouped = by_order(lines)
    taken: dict[UUID, list[tuple[LineFacts, Decimal]]] = {}
    for request in allowed:
        wanted = _wanted(request, grouped.get(request.order_id, ()), standings, outcome)
        if wanted:
            taken[request.order_id] = wanted
    _give_back(taken, standings, now)
    nets = _settle(taken, standings, orders)
    release_lines([ReleaseItem(line.id, quantity) for chosen in taken.values() for line, quantity in chosen], now=now)
    _move(taken, nets, orders, outcome, reason=reason, actor=actor, now=now)


def _may_cancel(order: LockedOrder, outcome: Cancelled) -> bool:
    try:
        ORDER.after(order.state, "cancel_part")
    except WrongState as error:
        detail = (
            f"{error.detail} What has left the warehouse is returned instead."
            if order.state != CANCELLED
            else error.detail
        )
        outcome.refused.append(NotDone(order.id, error.code, detail))
        return False
    return True


def _wanted(
    request: CancelOrder, lines: Sequence[LineFacts], standings: Mapping[UUID, LineStanding], outcome: Cancelled
) -> list[tuple[LineFacts, Decimal]]:
    """Return the quantities to cancel, or nothing with a refusal when one is more than is open."""
    known = {line.id: line for line in lines}
    open_by_line = {line.id: _open(line, standings) for line in lines}
    if request.lines is None:
        return [(line, open_by_line[line.id]) for line in lines if open_by_line[line.id] > 0]
    wanted = on_parts(request.lines, lines)
    for line_id, quantity in wanted.items():
        if line_id not in known or not 0 < quantity <= open_by_line[line_id]:
            outcome.refused.append(
                NotDone(
                    request.order_id,
                    "more_than_open",
                    f"Line {known[line_id].line_no} has {open_by_line[line_id].normalize():f} open; cancel more than 0 and at most that."
                    if line_id in known
                    else "The order has no such line.",
                )
            )
            return []
    return [(known[line_id], quantity) for line_id, quantity in wanted.items()] + [
        (line, open_by_line[line.id]) for line in _left_alone(lines, open_by_line, wanted, standings)
    ]


def _give_back(
    taken: Mapping[UUID, Sequence[tuple[LineFacts, Decimal]]], standings: Mapping[UUID, LineStanding], now: datetime
) -> None:
    """Give back the coupons of orders of which nothing is left; coupons are locked before credit and stock, as everywhere."""
    left = {standing.order_id for standing in standings.values() if standing.shipped}
    for order_id, chosen in taken.items():
        cancelled = {line.id: quantity for line, quantity in chosen}
        own = [standing for standing in standings.values() if standing.order_id == order_id]
        if any(each.reserved + each.backordered > cancelled.get(each.line_id, 0) for each in own):
            left.add(order_id)
    give_back_coupons(taken.keys() - left, now=now)


def _left_alone(
    lines: Sequence[LineFacts],
    open_by_line: Mapping[UUID, Decimal],
    wanted: Mapping[UUID, Decimal],
    standings: Mapping[UUID, LineStanding],
) -> list[LineFacts]:
    """Return the free goods and charges that nothing is left for: nothing was shipped, and all that was asked for is cancelled."""
    if any(standings[line.id].shipped for line in lines if line.id in standings):
        return []
    if any(open_by_line[line.id] > wanted.get(line.id, 0) for line in lines if line.kind not in ADDED):
        return []
    return [line for line in lines if line.kind in ADDED and open_by_line[line.id] > 0 and line.id not in wanted]


def _open(line: LineFacts, standings: Mapping[UUID, LineStanding]) -> Decimal:
    standing = standings.get(line.id)
    return standing.reserved + standing.backordered if standing else Decimal(0)


def _settle(
    taken: Mapping[UUID, Sequence[tuple[LineFacts, Decimal]]],
    standings: Mapping[UUID, LineStanding],
    orders: Mapping[UUID, LockedOrder],
) -> dict[UUID, int]:
    """Write the cancelled shares and free their credit, locked before stock as everywhere; returns each line's net share."""
    written = []
    freed: dict[UUID, int] = {}
    for order_id, chosen in taken.items():
        for line, quantity in chosen:
            standing = standings[line.id]
            line.consumed = standing.shipped + line.cancelled_quantity
            share = line.take(quantity)
            written.append((line, quantity, share.net_minor, share.tax_minor))
            freed[order_id] = freed.get(order_id, 0) + share.net_minor + share.tax_minor
    _write_lines(written)
    free_credit(
        [
            CreditRelease(
                orders[order_id].legal_entity_id, orders[order_id].customer_id, orders[order_id].currency, minor
            )
            for order_id, minor in freed.items()
        ]
    )
    return {line.id: net_minor for line, _, net_minor, _ in written}


def _move(
    taken: Mapping[UUID, Sequence[tuple[LineFacts, Decimal]]],
    nets: Mapping[UUID, int],
    orders: Mapping[UUID, LockedOrder],
    outcome: Cancelled,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    still_open = orders_with_open_lines(taken)
    events = []
    for order_id, chosen in taken.items():
        order = orders[order_id]
        if order_id in still_open:
            outcome.states[order_id] = ORDER.after(order.state, "cancel_part")
        else:
            outcome.states[order_id] = ORDER.after(order.state, "cancel" if order.state == CONFIRMED else "cancel_rest")
        lines = {str(line.line_no): f"{quantity.normalize():f}" for line, quantity in chosen}
        name = ORDER_CANCELLED if outcome.states[order_id] == CANCELLED else LINE_CANCELLED
        # Whoever waits for these products is served next.
        products = sorted({str(line.product_id) for line, _ in chosen if line.product_id})
        minors = {str(line.line_no): nets[line.id] for line, _ in chosen}
        told = {"reason": reason, "lines": lines, "net_minors": minors, "product_ids": products}
        events.append(_event(name, order, told, actor, now))
    move_orders({order_id: outcome.states[order_id] for order_id in taken})
    record_events(events)
    shipped = [
        order_id
        for order_id in taken
        if orders[order_id].state == PARTLY_SHIPPED and outcome.states[order_id] == SHIPPED
    ]
    move_invoiced(shipped, occurred_at=dict.fromkeys(shipped, now), actor=actor)


def _write_lines(written: Sequence[tuple[LineFacts, Decimal, int, int]]) -> None:
    if written:
        rows = [(line.id, quantity, net_minor, tax_minor) for line, quantity, net_minor, tax_minor in written]
        sql.run(_CANCEL_LINES, sql.columns_of(rows, 4))


def _event(name: str, order: LockedOrder, payload: Mapping[str, object], actor: Actor, now: datetime) -> Event:
    return order_event(
        name, order.id, payload, occurred_at=now, actor_id=actor.id, legal_entity_id=order.legal_entity_id
    )
