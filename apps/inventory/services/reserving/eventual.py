"""Accepting demand at once: reservations that name a stock row and take nothing of it, settled in turn soon after (`services/settling`).

Nobody waits for anybody: what lies there is looked at without a lock, and others may be promised the same goods. Only what was free when
the row was last written is accepted; who finds less is decided under the row's lock, as everybody is.
"""

from collections.abc import Sequence

from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.sql import columns_of, fetch

# The stamp tells memories of what can be promised that something changed.
ACCEPT = f"""
WITH accepted AS (
    INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, state)
    SELECT new_id(), d.order_id, d.line_id, d.product_id, f.warehouse_id, f.id, d.quantity, d.occurred_at, 'accepted'
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS d (order_id, line_id, legal_entity_id, product_id, quantity, occurred_at)
     CROSS JOIN LATERAL (
        SELECT s.id, s.warehouse_id FROM inventory_warehouse w
          JOIN inventory_stock s ON s.product_id = d.product_id AND s.warehouse_id = w.id AND s.handling = 'eventual'
         WHERE w.legal_entity_id = d.legal_entity_id AND w.is_active AND {MAY_SELL} >= d.quantity ORDER BY w.priority, w.code LIMIT 1) f
    RETURNING line_id, product_id, warehouse_id
), stamped AS (
    INSERT INTO inventory_planstamp (product_id, legal_entity_id)
    SELECT DISTINCT a.product_id, w.legal_entity_id FROM accepted a JOIN inventory_warehouse w ON w.id = a.warehouse_id
)
SELECT line_id FROM accepted
"""  # noqa: S608 - what may be sold is a constant of ours


def accepted_of(goods: Sequence[DemandLine]) -> Sequence[DemandLine]:
    """Accept what of these lines can be, and return them. One statement, none for nothing."""
    if not goods:
        return ()
    rows = [
        (line.order_id, line.line_id, line.legal_entity_id, line.product_id, line.quantity, line.occurred_at)
        for line in goods
    ]
    accepted = {row[0] for row in fetch(ACCEPT, columns_of(rows, 6))}
    return [line for line in goods if line.line_id in accepted]
