"""Which orders still wait for goods to leave."""

from collections.abc import Collection
from uuid import UUID

from ordercash.kernel import sql

_OPEN = """
SELECT w.id FROM unnest(%s::uuid[]) AS w(id)
 WHERE EXISTS (SELECT FROM inventory_reservation r WHERE r.order_id = w.id)
    OR EXISTS (SELECT FROM inventory_backorder b WHERE b.order_id = w.id)
"""


def orders_with_open_lines(order_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the orders of which something is reserved or on backorder."""
    return {row[0] for row in sql.fetch(_OPEN, [list(order_ids)])} if order_ids else set()
