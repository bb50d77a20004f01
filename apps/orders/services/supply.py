"""Goods that come in and orders that wait for them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Final
from uuid import UUID

from apps.inventory.contract import OverdueLine, ReceivedDue, fill_backorders, held_back, overdue_lines, receive_due
from apps.orders.decisions.bundles import BUNDLE
from apps.orders.services.cancel import CancelOrder, cancel_in
from apps.orders.services.locked import LineFacts, by_order, lines_of
from apps.orders.services.outcomes import NotDone
from apps.orders.services.ship import ShipOrder, Shipped, ship_in
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes

# The lateral join asks each due order for one reservation; a plain IN would read every reservation there is, day by day.
_READY = """
SELECT o.id, o.ordered_at FROM orders_order o
 CROSS JOIN LATERAL (SELECT FROM inventory_reservation r WHERE r.order_id = o.id AND r.state = 'firm' LIMIT 1) reserved
 WHERE o.state IN ('confirmed', 'partly_shipped') AND o.ordered_at < %s AND o.id <> ALL(%s::uuid[])
 ORDER BY o.ordered_at, o.id LIMIT %s FOR NO KEY UPDATE OF o SKIP LOCKED
"""

WAITED_TOO_LONG: Final = "The goods did not come by the day that was agreed on"


@writes
def receive_goods(*, until: datetime, limit: int, actor: Actor) -> ReceivedDue:
    """Take in at most `limit` planned receipts due before `until`; call again while some come back."""
    return receive_due(now=until, limit=limit, actor=actor)


@writes
def fill_waiting(*, now: datetime, limit: int, actor: Actor, product_ids: Sequence[UUID] | None = None) -> list[UUID]:
    """Give free stock to at most `limit` waiting lines, oldest first; returns the orders that got something. Call again while some do.

    The net behind the verbs that share out what they free.
    """
    return fill_backorders(now=now, limit=limit, product_ids=product_ids, actor=actor)


@writes
def ship_ready(*, from_at: datetime, until: datetime, limit: int, actor: Actor) -> Shipped:
    """Ship everything reserved of orders placed before `until`, at the order's own time but not before `from_at`.

    This stands in for the warehouse in demos and imports. At most `limit` orders; call again while shipments come back. Orders that
    their policy lets wait, and those that are refused, stand in nobody's way.
    """
    refused: list[NotDone] = []
    waiting: set[UUID] = set()
    while ready := sql.fetch(_READY, [until, [*waiting, *(item.order_id for item in refused)], limit]):
        waiting |= held_back([order_id for order_id, _ in ready]).keys()
        wanted = [
            ShipOrder(order_id, source_ref=f"run:{new_id()}", shipped_at=max(ordered_at, from_at))
            for order_id, ordered_at in ready
            if order_id not in waiting
        ]
        shipped = ship_in(wanted, actor=actor)
        refused += shipped.refused
        if shipped.shipments:
            return Shipped(shipped.shipments, refused)
    return Shipped((), refused)


@writes
def cancel_overdue(
    *, now: datetime, limit: int, actor: Actor, without: Sequence[UUID] = ()
) -> tuple[list[UUID], list[NotDone]]:
    """Cancel what still waits of orders that agreed to wait no longer; returns the orders, and those that were refused.

    Of at most `limit` lines; call again without the refused ones while some come back. Of a bundle whole ones are cancelled.
    """
    overdue: dict[UUID, list[OverdueLine]] = {}
    for line in overdue_lines(now=now, limit=limit, without=list(without)):
        overdue.setdefault(line.order_id, []).append(line)
    if not overdue:
        return [], []
    lines = by_order(lines_of(list(overdue)))
    requests = [CancelOrder(order_id, _too_late(late, lines.get(order_id, ()))) for order_id, late in overdue.items()]
    outcome = cancel_in(requests, reason=WAITED_TOO_LONG, actor=actor, now=now)
    return list(outcome.states), outcome.refused


def _too_late(late: Sequence[OverdueLine], lines: Sequence[LineFacts]) -> dict[UUID, Decimal]:
    """Return the quantities to cancel by line: of a bundle as many as its most missing part lacks."""
    bundles = {line.line_no: line.id for line in lines if line.kind == BUNDLE}
    wanted: dict[UUID, Decimal] = {}
    for line in late:
        bundle = bundles.get(line.kit_no) if line.kit_no is not None else None
        if bundle is None or not line.per_kit:
            wanted[line.line_id] = line.quantity
        else:
            missing = (line.quantity / line.per_kit).to_integral_value(ROUND_CEILING)
            wanted[bundle] = max(missing, wanted.get(bundle, missing))
    return wanted
