"""What an order line is about, for those who know it by its id alone."""

from collections.abc import Collection
from uuid import UUID

from apps.inventory.contract import LineTag
from ordercash.kernel.sql import fetch

TAGS = """
SELECT l.id, l.order_id, o.customer_id, coalesce(g.code, ''), c.code, coalesce(a.country, ''), o.currency, l.net_minor, l.quantity,
       o.requested_delivery_date, o.ordered_at, l.part_of, CASE WHEN l.part_of IS NOT NULL THEN l.quantity / k.quantity END,
       coalesce(a.postal_code, '')
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
  JOIN masterdata_channel c ON c.id = o.channel_id
  LEFT JOIN masterdata_customer u ON u.id = o.customer_id
  LEFT JOIN masterdata_customergroup g ON g.id = u.group_id
  LEFT JOIN masterdata_address a ON a.id = o.ship_to_id
  LEFT JOIN orders_orderline k ON k.order_id = l.order_id AND k.line_no = l.part_of AND k.kind = 'bundle'
 WHERE l.id = ANY(%s::uuid[])
"""


def line_tags(line_ids: Collection[UUID]) -> dict[UUID, LineTag]:
    """Return the tags of order lines by id; one statement."""
    return {row[0]: LineTag(*row) for row in fetch(TAGS, [list(line_ids)])}


def customers_of_orders(order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return whose each order is; orders without a customer have no entry. One statement."""
    found = fetch(
        "SELECT id, customer_id FROM orders_order WHERE id = ANY(%s::uuid[]) AND customer_id IS NOT NULL",
        [list(order_ids)],
    )
    return {row[0]: row[1] for row in found}
