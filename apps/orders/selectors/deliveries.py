"""Where orders go."""

from collections.abc import Collection
from uuid import UUID

from ordercash.kernel.sql import fetch

_SHIP_TO = "SELECT id, ship_to_id FROM orders_order WHERE id = ANY(%s::uuid[]) AND ship_to_id IS NOT NULL"


def ship_to_of(order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the address id that each order is delivered to; an order without one has no entry. One statement."""
    return {row[0]: row[1] for row in fetch(_SHIP_TO, [list(order_ids)])} if order_ids else {}
