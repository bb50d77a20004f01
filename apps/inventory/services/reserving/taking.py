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
TOP_UP = f"""{TAKE}ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity"""


def group_of(line: DemandLine) -> Group:
    """Return the group whose lines compete: one product within one legal entity."""
    return line.legal_entity_id, line.product_id


def take_reserved(takes: Sequence[Take], lines: Mapping[UUID, DemandLine], *, statement: str) -> None:
    """Write decided takes from locked stock rows: balances first, then the reservations that reference them."""
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
        for line in (lines[take.line_id],)
    ]
    if rows and run(statement, columns_of(rows, 7)) != len(rows):
        raise StockMoved()
