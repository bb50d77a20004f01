"""What lines of a confirmed order want of inventory, told again as when the order was placed."""

from collections.abc import Collection
from uuid import UUID

from apps.inventory.contract import DemandLine, OrderTag
from ordercash.kernel import sql

_LINES = """
SELECT l.id, o.id, o.legal_entity_id, l.product_id, o.ordered_at, o.customer_id, coalesce(g.code, ''), h.code, coalesce(a.country, ''),
       coalesce(a.postal_code, ''), o.currency, o.partial_delivery, p.sku, p.category, l.net_minor, p.weight_kg, l.part_of,
       l.quantity / b.quantity, o.requested_delivery_date, l.quantity
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
  JOIN masterdata_product p ON p.id = l.product_id
  JOIN masterdata_channel h ON h.id = o.channel_id
  LEFT JOIN masterdata_customer c ON c.id = o.customer_id
  LEFT JOIN masterdata_customergroup g ON g.id = c.group_id
  LEFT JOIN masterdata_address a ON a.id = o.ship_to_id
  LEFT JOIN orders_orderline b ON b.order_id = l.order_id AND b.line_no = l.part_of
 WHERE l.id = ANY(%s::uuid[]) ORDER BY l.id
"""


def demand_again(line_ids: Collection[UUID]) -> list[DemandLine]:
    """Return the demand of whole lines that are stocked; one statement. Lines that do not exist are left out."""
    return [_demand(row) for row in sql.fetch(_LINES, [sorted(line_ids)])]


def _demand(row: sql.Row) -> DemandLine:
    line_id, order_id, entity_id, product_id, ordered_at = row[:5]
    return DemandLine(
        order_id=order_id,
        line_id=line_id,
        legal_entity_id=entity_id,
        product_id=product_id,
        is_stocked=True,
        quantity=row[19],
        occurred_at=ordered_at,
        about=OrderTag(*row[5:12]),
        sku=row[12],
        category=row[13],
        net_minor=row[14],
        weight_kg=row[15],
        kit_no=row[16],
        per_kit=row[17],
        wanted_on=row[18],
    )
