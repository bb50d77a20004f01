"""The usual way: one conditional statement takes a whole batch from the first warehouse of each legal entity.

How it cannot deadlock or oversell: `locked` takes every stock row that may serve the batch in the order of ids, before anything is
written; a row that had to be waited for is read again in its newest version, so `free` is what it really has. All verbs of this
app lock stock in this order, and before anything else. The update repeats the condition, and the CHECK `stock_never_below_zero`
stands behind it.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Candidate, Group
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.reserving.taking import group_of
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.sql import columns_of, fetch

# Rows that are handled otherwise, or hold lots or quotas, are locked and served by nobody here: their lines are decided one by one.
# A product's whole demand of the batch is taken from the first warehouse when that has enough: then every line in turn would
# have been served whole there. What is short is answered with its candidates and decided line by line. A group's lines
# travel with it in arrays, because a join of two results that the planner cannot estimate is quadratic when it guesses wrong.
RESERVE = f"""
WITH wanted AS (
    SELECT legal_entity_id, product_id, sum(quantity) AS quantity, array_agg(order_id) AS order_ids, array_agg(line_id) AS line_ids,
           array_agg(quantity) AS quantities, array_agg(occurred_at) AS instants
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS d (order_id, line_id, legal_entity_id, product_id, quantity, occurred_at)
     GROUP BY legal_entity_id, product_id
), locked AS MATERIALIZED (
    SELECT s.id, s.product_id, s.warehouse_id, w.legal_entity_id, w.priority, w.code, {MAY_SELL} AS free,
           s.handling = 'conditional' AND NOT s.has_lots AND NOT s.has_quotas AS is_usual,
           CASE WHEN s.has_lots THEN 'lots' ELSE s.handling END AS handling, s.has_quotas,
           d.quantity AS wanted, d.order_ids, d.line_ids, d.quantities, d.instants
      FROM wanted d
      JOIN inventory_warehouse w ON w.legal_entity_id = d.legal_entity_id AND w.is_active
      JOIN inventory_stock s ON s.product_id = d.product_id AND s.warehouse_id = w.id
     ORDER BY s.id
       FOR UPDATE OF s
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY legal_entity_id, product_id ORDER BY priority, code) AS place FROM locked
), taken AS (
    UPDATE inventory_stock s
       SET reserved = s.reserved + r.wanted, version = s.version + 1
      FROM ranked r
     WHERE s.id = r.id AND r.place = 1 AND r.is_usual AND r.free >= r.wanted AND {MAY_SELL} >= r.wanted
    RETURNING s.id, s.product_id, s.warehouse_id, r.order_ids, r.line_ids, r.quantities, r.instants
), promised AS (
    INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
    SELECT new_id(), d.order_id, d.line_id, t.product_id, t.warehouse_id, t.id, d.quantity, d.occurred_at
      FROM taken t, unnest(t.order_ids, t.line_ids, t.quantities, t.instants) AS d (order_id, line_id, quantity, occurred_at)
)
SELECT legal_entity_id, product_id, id, warehouse_id, free, id IN (SELECT id FROM taken), handling, has_quotas FROM ranked ORDER BY place
"""  # noqa: S608 - what may be sold is a constant of ours


class Shelves(NamedTuple):
    """The locked stock rows that may serve what is still wanted, in the order in which warehouses are asked.

    Besides, those with slots, the groups of which something is kept for channels, and the rows that are kept in lots.
    """

    candidates: list[Candidate]
    with_slots: list[UUID]
    with_quotas: set[Group]
    in_lots: list[UUID]


def take_from_first(goods: Sequence[DemandLine]) -> tuple[list[DemandLine], Shelves]:
    """Reserve every group that its first warehouse can serve; return the other lines and who else might serve them."""
    if not goods:
        return [], Shelves([], [], set(), [])
    rows = [
        (line.order_id, line.line_id, line.legal_entity_id, line.product_id, line.quantity, line.occurred_at)
        for line in goods
    ]
    found = fetch(RESERVE, columns_of(rows, 6))
    taken = {(entity_id, product_id) for entity_id, product_id, *_, is_taken, _, _ in found if is_taken}
    short = [line for line in goods if group_of(line) not in taken]
    shelves = Shelves(
        [
            Candidate(stock_id, warehouse_id, (entity, product), free)
            for entity, product, stock_id, warehouse_id, free, *_ in found
        ],
        [row[2] for row in found if row[6] == "slots"],
        {(row[0], row[1]) for row in found if row[7]},
        [row[2] for row in found if row[6] == "lots"],
    )
    return short, shelves
