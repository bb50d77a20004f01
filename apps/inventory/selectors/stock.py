"""What is where, and where the quantity of an order line stands."""

from collections.abc import Collection
from uuid import UUID

from apps.inventory.decisions.facts import Availability, LineStanding, WarehouseFacts
from ordercash.kernel.sql import fetch

# What slots hold is as good as free, what was taken of them as good as reserved, and so is what was accepted.
AVAILABILITY = """
SELECT s.product_id, s.warehouse_id, w.code, w.legal_entity_id, s.on_hand, s.reserved + coalesce(l.taken, 0) + coalesce(a.quantity, 0),
       s.free + coalesce(l.rest, 0) - coalesce(a.quantity, 0)
  FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
  LEFT JOIN LATERAL (SELECT sum(taken) AS taken, sum(granted - taken) AS rest FROM inventory_stockslot WHERE stock_id = s.id) l
       ON s.escrowed > 0
  LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM inventory_reservation WHERE stock_id = s.id AND state = 'accepted') a
       ON s.handling = 'eventual'
 WHERE s.product_id = ANY(%s::uuid[]) ORDER BY w.legal_entity_id, w.priority, w.code
"""

STANDINGS = """
SELECT p.order_id, p.line_id, sum(p.reserved), sum(p.backordered), sum(p.shipped), sum(p.returned),
       coalesce(array_agg(DISTINCT w.code) FILTER (WHERE w.code IS NOT NULL), '{}')
  FROM (SELECT order_id, line_id, quantity AS reserved, 0 AS backordered, 0 AS shipped, 0 AS returned, warehouse_id
          FROM inventory_reservation WHERE order_id = ANY(%s::uuid[])
        UNION ALL
        SELECT order_id, line_id, 0, quantity, 0, 0, NULL FROM inventory_backorder WHERE order_id = ANY(%s::uuid[])
        UNION ALL
        SELECT l.order_id, l.line_id, 0, 0, l.quantity, l.returned_quantity, s.warehouse_id
          FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id WHERE l.order_id = ANY(%s::uuid[])
       ) p LEFT JOIN inventory_warehouse w ON w.id = p.warehouse_id
 GROUP BY p.order_id, p.line_id
"""


def warehouses() -> dict[UUID, WarehouseFacts]:
    """Return every active warehouse by id, in the order in which they are asked."""
    rows = fetch(
        "SELECT id, code, name, legal_entity_id, country, priority FROM inventory_warehouse WHERE is_active ORDER BY priority, code"
    )
    return {row[0]: WarehouseFacts(*row) for row in rows}


def availability(product_ids: Collection[UUID]) -> dict[UUID, list[Availability]]:
    """Return what every warehouse has of the products, by product id; a product that never had stock has no entry."""
    answer: dict[UUID, list[Availability]] = {}
    for row in fetch(AVAILABILITY, [list(product_ids)]) if product_ids else ():
        answer.setdefault(row[0], []).append(Availability(*row))
    return answer


def line_standings(order_ids: Collection[UUID]) -> dict[UUID, LineStanding]:
    """Return reserved, backordered, shipped and returned quantities of the orders' lines, by line id."""
    if not order_ids:
        return {}
    return {row[1]: LineStanding(*row) for row in fetch(STANDINGS, [list(order_ids)] * 3)}
