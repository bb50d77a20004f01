"""Goods that come in and orders that wait for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.inventory.contract import ReceivedDue, fill_backorders, held_back, receive_due
from apps.orders.services.outcomes import NotDone
from apps.orders.services.ship import ShipOrder, Shipped, ship_in
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes

# The lateral join asks each due order for one reservation; a plain IN would read every reservation there is, day by day.
_READY = """
SELECT o.id, o.ordered_at FROM orders_order o
 CROSS JOIN LATERAL (SELECT FROM inventory_reservation r WHERE r.order_id = o.id LIMIT 1) reserved
 WHERE o.state IN ('confirmed', 'partly_shipped') AND o.ordered_at < %s AND o.id <> ALL(%s::uuid[])
 ORDER BY o.ordered_at, o.id LIMIT %s FOR NO KEY UPDATE OF o SKIP LOCKED
"""


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
