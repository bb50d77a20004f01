"""Writing what was decided: takes from stock rows that are locked already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Group, Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.lots import by_lots
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.errors import Conflict
from ordercash.kernel.sql import columns_of, fetch, run


class StockMoved(Conflict):
    """Locked rows were not as they were read: the transaction must not go on."""

    code, title = "stock_moved", "Stock changed while it was being moved; nothing was done"


# The decided rest: the stock rows are locked already. TOP_UP is for a line that waited and may have a reservation from before.
TAKE = f"""
WITH take AS (
    SELECT stock_id, warehouse_id, product_id, sum(quantity) AS taken, array_agg(order_id) AS order_ids, array_agg(line_id) AS line_ids,
           array_agg(quantity) AS quantities, array_agg(occurred_at) AS instants
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS t (order_id, line_id, product_id, stock_id, warehouse_id, quantity, occurred_at)
     GROUP BY stock_id, warehouse_id, product_id
), taken AS (
    UPDATE inventory_stock s
       SET reserved = s.reserved + t.taken, version = s.version + 1
      FROM take t
     WHERE s.id = t.stock_id AND NOT s.has_lots AND {MAY_SELL} >= t.taken
    RETURNING s.id, s.product_id, s.warehouse_id, t.order_ids, t.line_ids, t.quantities, t.instants
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
SELECT new_id(), d.order_id, d.line_id, t.product_id, t.warehouse_id, t.id, d.quantity, d.occurred_at
  FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
"""  # noqa: S608 - what may be sold is a constant of ours
TOP_UP = f"""{TAKE}ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL AND quota_id IS NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity"""

# Goods in lots: a reservation for each lot, and for what comes out of a quota another one.
IN_LOTS = "SELECT id FROM inventory_stock WHERE id = ANY(%s::uuid[]) AND has_lots"
TAKE_LOTS = f"""
WITH take AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[], %s::uuid[],
                         %s::uuid[])
           AS t (order_id, line_id, product_id, stock_id, warehouse_id, quantity, occurred_at, quota_id, lot_id)
), taken AS (
    UPDATE inventory_stock s SET reserved = s.reserved + t.taken, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS taken FROM take GROUP BY stock_id) t
     WHERE s.id = t.stock_id AND s.has_lots AND {MAY_SELL} >= t.taken
    RETURNING s.id
)
INSERT INTO inventory_reservation AS r
       (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, quota_id, lot_id)
SELECT new_id(), t.order_id, t.line_id, t.product_id, t.warehouse_id, t.stock_id, t.quantity, t.occurred_at, t.quota_id, t.lot_id
  FROM take t JOIN taken ON taken.id = t.stock_id
"""  # noqa: S608 - what may be sold is a constant of ours
TOP_UP_LOTS = f"""{TAKE_LOTS}ON CONFLICT (line_id, warehouse_id, product_id, lot_id, slot_no)
 WHERE quota_id IS NULL AND (lot_id IS NOT NULL OR slot_no IS NOT NULL) DO UPDATE SET quantity = r.quantity + excluded.quantity"""
TAKE_LOTS_KEPT = f"""{TAKE_LOTS}ON CONFLICT (line_id, warehouse_id, product_id, quota_id, lot_id) WHERE quota_id IS NOT NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity"""

# What comes out of a quota is a reservation of its own, which counts the quota by itself.
TAKE_KEPT = f"""
WITH take AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[], %s::uuid[])
           AS t (order_id, line_id, product_id, stock_id, warehouse_id, quantity, occurred_at, quota_id)
), taken AS (
    UPDATE inventory_stock s SET reserved = s.reserved + t.taken, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS taken FROM take GROUP BY stock_id) t
     WHERE s.id = t.stock_id AND NOT s.has_lots AND {MAY_SELL} >= t.taken
    RETURNING s.id
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, quota_id)
SELECT new_id(), t.order_id, t.line_id, t.product_id, t.warehouse_id, t.stock_id, t.quantity, t.occurred_at, t.quota_id
  FROM take t JOIN taken ON taken.id = t.stock_id
ON CONFLICT (line_id, warehouse_id, product_id, quota_id, lot_id) WHERE quota_id IS NOT NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity
"""  # noqa: S608 - what may be sold is a constant of ours


def group_of(line: DemandLine) -> Group:
    """Return the group whose lines compete: one product within one legal entity."""
    return line.legal_entity_id, line.product_id


def take_reserved(
    takes: Sequence[Take], lines: Mapping[UUID, DemandLine], *, statement: str, now: datetime | None = None
) -> None:
    """Write decided takes from locked stock rows: balances first, then the reservations that reference them.

    What comes out of quotas takes a statement of its own. Of rows that are kept in lots the lots are picked as they stand at `now`
    (else when the last of the lines happened): three statements more, four with quotas.
    """
    kept = [(*_row(take, lines), take.quota_id) for take in takes if take.quota_id is not None]
    plain = [_row(take, lines) for take in takes if take.quota_id is None]
    made = run(TAKE_KEPT, columns_of(kept, 8)) if kept else 0
    made += run(statement, columns_of(plain, 7)) if plain else 0
    if made != len(takes):
        at = now or max(line.occurred_at for line in lines.values())
        _take_lots(takes, lines, made, TOP_UP_LOTS if statement == TOP_UP else TAKE_LOTS, at)


def _take_lots(
    takes: Sequence[Take], lines: Mapping[UUID, DemandLine], made: int, statement: str, now: datetime
) -> None:
    """Write those of the takes that the usual statements left out, because their rows are kept in lots."""
    in_lots = {row[0] for row in fetch(IN_LOTS, [[take.stock_id for take in takes]])}
    wanted = [take for take in takes if take.stock_id in in_lots]
    parts = by_lots(wanted, now=now)
    if made + len(wanted) != len(takes) or _sum(parts) != _sum(wanted):
        raise StockMoved()
    for rows, text in (
        ([part for part in parts if part.quota_id is None], statement),
        ([part for part in parts if part.quota_id is not None], TAKE_LOTS_KEPT),
    ):
        found = [(*_row(part, lines), part.quota_id, part.lot_id) for part in rows]
        if found and run(text, columns_of(found, 9)) != len(found):
            raise StockMoved()


def _sum(takes: Sequence[Take]) -> Decimal:
    return sum((take.quantity for take in takes), Decimal(0))


def _row(take: Take, lines: Mapping[UUID, DemandLine]) -> tuple[object, ...]:
    line = lines[take.line_id]
    return (
        line.order_id,
        line.line_id,
        line.product_id,
        take.stock_id,
        take.warehouse_id,
        take.quantity,
        line.occurred_at,
    )
