"""Slots as rows: their stock row's free goods dealt out to them, gathered back, and what was taken from them booked to the row.

All of it happens under the lock of the stock row, which comes before the locks of its slots. Who only takes from a slot locks that slot
alone (`services/reserving/slots.py`), and never waits for a row while holding one.
"""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from ordercash.kernel.sql import fetch, run

# In this order everybody locks slots, also who takes from those of several products.
IN_ORDER = """SELECT l.id, l.stock_id, l.granted - l.taken AS rest
      FROM inventory_stockslot l JOIN inventory_stock s ON s.id = l.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
     WHERE l.stock_id = ANY(%s::uuid[]) ORDER BY s.product_id, w.legal_entity_id, l.stock_id, l.slot_no FOR UPDATE OF l"""

# What nobody took goes back to the rows. Slots that are being taken from are waited for, and read again.
GATHER = f"""
WITH slot AS MATERIALIZED (
    {IN_ORDER}
), emptied AS (
    UPDATE inventory_stockslot l SET granted = l.taken FROM slot WHERE l.id = slot.id AND slot.rest > 0
)
UPDATE inventory_stock s SET escrowed = s.escrowed - g.rest, version = s.version + 1
  FROM (SELECT stock_id, sum(rest) AS rest FROM slot GROUP BY stock_id HAVING sum(rest) > 0) g WHERE s.id = g.stock_id
RETURNING s.id, g.rest
"""  # noqa: S608 - the order is a constant of ours

# Every slot gets the same, the first ones one more while the rest lasts. What is too little for that stays with the row, whose takers
# then decide under its lock; so does all of a shelf that others sell from.
DEAL = """
WITH row AS (
    SELECT s.id, {may_sell} AS free, n.slots, trunc({may_sell} / n.slots) AS part
      FROM inventory_stock s
     CROSS JOIN LATERAL (SELECT count(*) AS slots FROM inventory_stockslot l WHERE l.stock_id = s.id) n
     WHERE s.id = ANY(%s::uuid[]) AND s.handling = 'slots' AND s.synced_at IS NULL AND n.slots > 0 AND {may_sell} >= n.slots * %s::numeric
), dealt AS (
    UPDATE inventory_stockslot l SET granted = l.granted + r.part + greatest(0, least(1, r.free - r.part * r.slots - l.slot_no))
      FROM row r WHERE l.stock_id = r.id
)
UPDATE inventory_stock s SET escrowed = s.escrowed + r.free, version = s.version + 1 FROM row r WHERE s.id = r.id
"""

# A line that has taken from several slots, or from the row before, has one reservation of the row afterwards.
FOLD = """
WITH mine AS MATERIALIZED (
    SELECT id, order_id, line_id, product_id, warehouse_id, stock_id, slot_no, quantity, occurred_at, state, expires_at, hold_id
      FROM inventory_reservation WHERE {which} AND slot_no IS NOT NULL AND stock_id = ANY(%s::uuid[])
), gone AS (
    DELETE FROM inventory_reservation r USING mine WHERE r.id = mine.id
), slots AS (
    UPDATE inventory_stockslot l SET granted = l.granted - m.quantity, taken = l.taken - m.quantity
      FROM (SELECT stock_id, slot_no, sum(quantity) AS quantity FROM mine GROUP BY stock_id, slot_no) m
     WHERE l.stock_id = m.stock_id AND l.slot_no = m.slot_no
), booked AS (
    UPDATE inventory_stock s SET escrowed = s.escrowed - m.quantity, reserved = s.reserved + m.quantity, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS quantity FROM mine GROUP BY stock_id) m WHERE s.id = m.stock_id
)
INSERT INTO inventory_reservation AS r
       (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, state, expires_at, hold_id)
SELECT new_id(), order_id, line_id, product_id, warehouse_id, stock_id, sum(quantity), min(occurred_at), state, expires_at, hold_id
  FROM mine GROUP BY order_id, line_id, product_id, warehouse_id, stock_id, state, expires_at, hold_id
ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL AND quota_id IS NULL
   DO UPDATE SET quantity = r.quantity + excluded.quantity
"""
FOLD_ORDERS = FOLD.format(which="order_id = ANY(%s::uuid[])")
FOLD_LINES = FOLD.format(which="line_id = ANY(%s::uuid[])")
FOLD_ALL = FOLD.format(which="true")

NO_SLOTS = "DELETE FROM inventory_stockslot WHERE stock_id = ANY(%s::uuid[])"
NEW_SLOTS = """
INSERT INTO inventory_stockslot (id, stock_id, slot_no)
SELECT new_id(), s.id, n FROM unnest(%s::uuid[]) AS s (id), generate_series(0, %s - 1) n
"""


def gather(stock_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Take back from the slots of these rows, which are locked, what nobody took of them; return how much, by row."""
    return dict(fetch(GATHER, [list(stock_ids)])) if stock_ids else {}  # type: ignore[arg-type]


def fold_orders(order_ids: Collection[UUID], stock_ids: Collection[UUID]) -> None:
    """Book to their rows, which are locked, what these orders took from slots: from here on it is reserved like everything else."""
    run(IN_ORDER, [list(stock_ids)])
    run(FOLD_ORDERS, [list(order_ids), list(stock_ids)])


def fold_lines(line_ids: Collection[UUID], stock_ids: Collection[UUID]) -> None:
    """Book to their rows, which are locked, what these lines took from slots."""
    run(IN_ORDER, [list(stock_ids)])
    run(FOLD_LINES, [list(line_ids), list(stock_ids)])


def drop_slots(stock_ids: Collection[UUID]) -> None:
    """Let these rows, which are locked and whose slots nobody else may take from any more, have none."""
    gather(stock_ids)
    run(FOLD_ALL, [list(stock_ids)])
    run(NO_SLOTS, [list(stock_ids)])


def add_slots(stock_ids: Collection[UUID], count: int) -> None:
    """Give these rows so many empty slots."""
    run(NEW_SLOTS, [list(stock_ids), count])
