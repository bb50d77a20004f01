"""Giving back quantities of reservations, whose stock rows are locked."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from apps.inventory.services.capacity import Planned
from apps.inventory.services.reserving.taking import StockMoved
from ordercash.kernel.sql import columns_of, fetch

# What was only accepted was never taken off its row.
LESS_RESERVED = """
WITH less AS (
    SELECT * FROM unnest(%s::uuid[], %s::numeric[]) AS l (reservation_id, quantity)
), gone AS (
    DELETE FROM inventory_reservation r USING less l WHERE r.id = l.reservation_id AND r.quantity = l.quantity
    RETURNING r.stock_id, l.quantity, r.warehouse_id, r.planned_on, r.state
), lowered AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - l.quantity
      FROM less l WHERE r.id = l.reservation_id AND r.quantity > l.quantity
    RETURNING r.stock_id, l.quantity, NULL::uuid, NULL::date, r.state
), freed AS (
    SELECT * FROM gone UNION ALL SELECT * FROM lowered
), given AS (
    UPDATE inventory_stock s SET reserved = s.reserved - f.quantity, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS quantity FROM freed WHERE stock_id IS NOT NULL AND state <> 'accepted' GROUP BY stock_id) f
     WHERE s.id = f.stock_id
)
SELECT count(*), array_agg(warehouse_id) FILTER (WHERE planned_on IS NOT NULL), array_agg(planned_on) FILTER (WHERE planned_on IS NOT NULL)
  FROM freed
"""


def reserve_less(parts: Sequence[tuple[UUID, Decimal]]) -> list[Planned]:
    """Lower reservations (id, quantity) that are known to have so much; one statement, none for nothing.

    Returns the work of those that are no more, for `give_back_picks`. Raises StockMoved.
    """
    if not parts:
        return []
    count, places, days = fetch(LESS_RESERVED, columns_of(parts, 2))[0]
    if count != len(parts):
        raise StockMoved()
    return list(zip(places or (), days or (), strict=True))
