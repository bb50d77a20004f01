"""Goods that are promised to orders that want none: those of orders that ended, and those of orders that do not exist.

Every verb reserves and releases in the transaction of its order, so there should be none; this is the net. New ones are looked for every
few seconds, all of them now and then.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from apps.audit.contract import JobContext
from apps.inventory.contract import release_orphans
from ordercash.kernel import sql
from ordercash.kernel.ids import lowest_id_at
from ordercash.kernel.transactions import writes

RECENT: Final = timedelta(minutes=15)
AT_ONCE: Final = 500

# What is held belongs to a hold and not yet to an order. Reservation and order are committed together, so no young one looks orphaned.
ORPHANED: Final = """
SELECT DISTINCT r.order_id FROM inventory_reservation r LEFT JOIN orders_order o ON o.id = r.order_id
 WHERE r.id >= %s AND r.state <> 'held' AND (o.id IS NULL OR o.state NOT IN ('confirmed', 'partly_shipped'))
 ORDER BY r.order_id LIMIT %s
"""
LOCK_ENDED: Final = """
SELECT id, state IN ('confirmed', 'partly_shipped') FROM orders_order WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""


@writes
def free_orphans(*, since: datetime, now: datetime) -> int:
    """Free what orphans made since then hold; returns how many orders had some. At most 500 orders a call."""
    found = [row[0] for row in sql.fetch(ORPHANED, [lowest_id_at(since), AT_ONCE])]
    if not found:
        return 0
    alive = {order_id for order_id, is_open in sql.fetch(LOCK_ENDED, [found]) if is_open}
    return len(release_orphans([order_id for order_id in found if order_id not in alive], now=now))


def free_recent(context: JobContext) -> Mapping[str, int]:
    """Job: free what was promised lately to orders that want nothing."""
    return {"orders": free_orphans(since=context.now - RECENT, now=context.now)}


def free_all(context: JobContext) -> Mapping[str, int]:
    """Job: free what was ever promised to orders that want nothing."""
    orders = 0
    while freed := free_orphans(since=datetime.fromtimestamp(0, tz=context.now.tzinfo), now=context.now):
        orders += freed
        context.progress(orders, orders)
    return {"orders": orders}
