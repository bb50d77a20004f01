"""Writing what was decided: takes from stock rows that are locked already."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from apps.inventory.decisions.allocation import Group, Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.errors import Conflict
from ordercash.kernel.sql import columns_of, run


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
     WHERE s.id = t.stock_id AND {MAY_SELL} >= t.taken
    RETURNING s.id, s.product_id, s.warehouse_id, t.order_ids, t.line_ids, t.quantities, t.instants
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
SELECT new_id(), d.order_id, d.line_id, t.product_id, t.warehouse_id, t.id, d.quantity, d.occurred_at
  FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
"""  # noqa: S608 - what may be sold is a constant of ours
TOP_UP = f"""{TAKE}ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL AND quota_id IS NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity"""


# What comes out of a quota is a reservation of its own, which counts the quota by itself.
TAKE_KEPT = f"""
WITH take AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[], %s::uuid[])
           AS t (order_id, line_id, product_id, stock_id, warehouse_id, quantity, occurred_at, quota_id)
), taken AS (
    UPDATE inventory_stock s SET reserved = s.reserved + t.taken, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS taken FROM take GROUP BY stock_id) t
     WHERE s.id = t.stock_id AND {MAY_SELL} >= t.taken
    RETURNING s.id
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, quota_id)
SELECT new_id(), t.order_id, t.line_id, t.product_id, t.warehouse_id, t.stock_id, t.quantity, t.occurred_at, t.quota_id
  FROM take t JOIN taken ON taken.id = t.stock_id
ON CONFLICT (line_id, warehouse_id, product_id, quota_id, lot_id) WHERE quota_id IS NOT NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity
"""  # noqa: S608 - what may be sold is a constant of ours


def take_kept(takes: Sequence[Take], lines: Mapping[UUID, DemandLine]) -> None:
    """Write what comes out of quotas, which are locked as their stock rows are; one statement, none for nothing."""
    rows = [
        (
            line.order_id, line.line_id, line.product_id, take.stock_id, take.warehouse_id, take.quantity, line.occurred_at,
            take.quota_id,
        )
        for take in takes
        if take.quota_id is not None
        for line in (lines[take.line_id],)
    ]  # fmt: skip
    if rows and run(TAKE_KEPT, columns_of(rows, 8)) != len(rows):
        raise StockMoved()


def group_of(line: DemandLine) -> Group:
    """Return the group whose lines compete: one product within one legal entity."""
    return line.legal_entity_id, line.product_id


def take_reserved(takes: Sequence[Take], lines: Mapping[UUID, DemandLine], *, statement: str) -> None:
    """Write decided takes from locked stock rows: balances first, then the reservations that reference them.

    What comes out of quotas takes a statement of its own.
    """
    take_kept(takes, lines)
    rows = [
        (
            line.order_id,
            line.line_id,
            line.product_id,
            take.stock_id,
            take.warehouse_id,
            take.quantity,
            line.occurred_at,
        )
        for take in takes
        if take.quota_id is None
        for line in (lines[take.line_id],)
    ]
    if rows and run(statement, columns_of(rows, 7)) != len(rows):
        raise StockMoved()
