"""Taking from slots: products whose stock row is too hot for all of their takers serve themselves from a part of it.

One statement when a slot has what is wanted, and the stock row is not touched. Otherwise the row decides, under its lock, as it does for
everybody (`fast`, `decided`).
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.escrow import DEAL
from apps.inventory.services.reserving.taking import group_of
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.sql import columns_of, fetch, run

TAKE_SLOTS = """
WITH wanted AS (
    SELECT legal_entity_id, product_id, sum(quantity) AS quantity, array_agg(order_id) AS order_ids, array_agg(line_id) AS line_ids,
           array_agg(quantity) AS quantities, array_agg(occurred_at) AS instants
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS d (order_id, line_id, legal_entity_id, product_id, quantity, occurred_at)
     GROUP BY legal_entity_id, product_id
), taken AS MATERIALIZED (
    SELECT w.*, t.* FROM (SELECT * FROM wanted ORDER BY product_id, legal_entity_id) w
     CROSS JOIN LATERAL inventory_take_slot(w.legal_entity_id, w.product_id, w.quantity, %s) t
), promised AS (
    INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, slot_no, quantity, occurred_at)
    SELECT new_id(), d.order_id, d.line_id, t.product_id, t.from_warehouse, t.from_stock, t.from_slot, d.quantity, d.occurred_at
      FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
)
SELECT legal_entity_id, product_id FROM taken
"""

# Of which of these groups has one slot of the first warehouse that has enough all of it? The same question that the function asks.
IN_ONE_SLOT = """
SELECT d.legal_entity_id, d.product_id FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS d (legal_entity_id, product_id, quantity)
 CROSS JOIN LATERAL (
    SELECT CASE WHEN s.synced_at IS NULL THEN x.largest END AS largest FROM inventory_warehouse w
      JOIN inventory_stock s ON s.product_id = d.product_id AND s.warehouse_id = w.id AND s.handling = 'slots'
     CROSS JOIN LATERAL (SELECT max(l.granted - l.taken) AS largest, coalesce(sum(l.granted - l.taken), 0) AS rest
                           FROM inventory_stockslot l WHERE l.stock_id = s.id) x
     WHERE w.legal_entity_id = d.legal_entity_id AND w.is_active AND greatest(s.free, 0) + x.rest >= d.quantity
     ORDER BY w.priority, w.code LIMIT 1) f
 WHERE f.largest >= d.quantity
"""

DEAL_OUT = DEAL.format(may_sell=MAY_SELL)


def take_from_slots(goods: Sequence[DemandLine], *, alone: bool) -> list[DemandLine]:
    """Reserve every group that one slot can serve; return the lines of the others.

    Who holds a lock of stock already, or wants several groups, is not `alone`: instead of an answer that would make him wait for a row
    out of turn, his transaction is begun anew.
    """
    rows = [
        (line.order_id, line.line_id, line.legal_entity_id, line.product_id, line.quantity, line.occurred_at)
        for line in goods
    ]
    taken = {(entity, product) for entity, product in fetch(TAKE_SLOTS, [*columns_of(rows, 6), alone])}
    return [line for line in goods if group_of(line) not in taken]


def in_one_slot(goods: Sequence[DemandLine]) -> bool:
    """Could slots serve every group of these lines now? Looked at without a lock."""
    wanted: dict[Group, Decimal] = {}
    for line in goods:
        wanted[group_of(line)] = wanted.get(group_of(line), Decimal(0)) + line.quantity
    rows = [(*group, quantity) for group, quantity in wanted.items()]
    return len(fetch(IN_ONE_SLOT, columns_of(rows, 3))) == len(rows)


def deal_out(stock_ids: Sequence[UUID], *, least: Decimal = Decimal(1)) -> None:
    """Deal what is free of these rows, which are locked, out to their slots, where every slot gets at least so much."""
    run(DEAL_OUT, [list(stock_ids), least])
