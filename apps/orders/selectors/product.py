"""The orders of a product, and how products are found."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.contract import find_products
from ordercash.kernel import sql
from ordercash.web.search import Hit


@dataclass(frozen=True, slots=True)
class ProductOrder:
    """An order with what it asks of one product; `net_minor` is that of these lines in the order's currency."""

    id: UUID
    number: str
    state: str
    ordered_at: datetime
    customer_id: UUID | None
    currency: str
    quantity: Decimal
    cancelled_quantity: Decimal
    net_minor: int


# The ids of orders are made in the order in which they are recorded: the index of product and order is walked from its end.
_ORDERS: Final = """
SELECT o.id, o.number, o.state, o.ordered_at, o.customer_id, o.currency, l.quantity, l.cancelled, l.net
  FROM (SELECT order_id, sum(quantity) AS quantity, sum(cancelled_quantity) AS cancelled, sum(net_minor)::bigint AS net
          FROM orders_orderline WHERE product_id = %s GROUP BY order_id ORDER BY order_id DESC LIMIT %s) l
  JOIN orders_order o ON o.id = l.order_id ORDER BY o.id DESC
"""


def newest_orders_of(product_id: UUID, *, limit: int) -> list[ProductOrder]:
    """Return the orders of a product that were recorded last; one statement."""
    return [ProductOrder(*row) for row in sql.fetch(_ORDERS, [product_id, limit])]


def find_product_hits(text: str, limit: int) -> list[Hit]:
    """Return products by the beginning of the SKU or of a word of the name."""
    return [Hit("product", found.id, found.sku, found.name) for found in find_products(text, limit=limit)]
