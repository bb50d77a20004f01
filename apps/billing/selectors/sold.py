"""What was sold to whom, with what is left of it to credit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.facts import SoldLine
from ordercash.kernel import sql
from ordercash.kernel.money import to_major

# Unit prices have six decimals.
_STEP: Final = Decimal("0.000001")

_SOLD: Final = """
    SELECT s.*
      FROM (SELECT DISTINCT * FROM unnest(%s::uuid[], %s::uuid[])) AS w(customer, product)
     CROSS JOIN LATERAL (
           SELECT l.id, i.id, i.number, i.legal_entity_id, l.customer_id, l.order_id, l.line_id, o.source_ref, l.product_id, i.currency,
                  l.quantity, l.credited_quantity, l.net_minor, l.credited_minor, l.tax_minor, l.unit_price,
                  i.issued_at, l.price_per, l.discount_minor
             FROM billing_invoiceline AS l
             JOIN billing_invoice AS i ON i.id = l.invoice_id
             JOIN billing_billingobligation AS o ON o.id = l.obligation_id
            WHERE l.customer_id = w.customer AND l.product_id = w.product AND l.credits_line_id IS NULL
              AND l.credited_quantity < l.quantity AND i.issued_at < %s
            ORDER BY i.issued_at DESC, l.id DESC
            LIMIT %s) AS s"""


def sold_lines(pairs: Sequence[tuple[UUID, UUID]], *, before_at: datetime, per_pair: int = 200) -> list[SoldLine]:
    """Return the invoice lines of (customer, product) pairs issued before a moment and not yet wholly credited.

    The latest comes first within a pair; at most `per_pair` lines of each. One statement.
    """
    if not pairs:
        return []
    customers, products = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return [_sold(row) for row in sql.fetch(_SOLD, [customers, products, before_at, per_pair])]


_SOLD_OF_ORDERS: Final = """
    SELECT l.id, i.id, i.number, i.legal_entity_id, l.customer_id, l.order_id, l.line_id, o.source_ref, l.product_id, i.currency,
           l.quantity, l.credited_quantity, l.net_minor, l.credited_minor, l.tax_minor, l.unit_price,
                  i.issued_at, l.price_per, l.discount_minor
      FROM billing_invoiceline AS l
      JOIN billing_invoice AS i ON i.id = l.invoice_id
      JOIN billing_billingobligation AS o ON o.id = l.obligation_id
     WHERE l.order_id = ANY(%s::uuid[]) AND l.credits_line_id IS NULL AND i.state <> 'draft'
     ORDER BY l.order_id, l.id"""


def sold_lines_of_orders(order_ids: Sequence[UUID]) -> list[SoldLine]:
    """Return every invoice line of these orders, also wholly credited ones. One statement."""
    return [_sold(row) for row in sql.fetch(_SOLD_OF_ORDERS, [list(order_ids)])] if order_ids else []


def _sold(row: Sequence[Any]) -> SoldLine:
    """Return the line with the price of one unit: the invoiced one, or what the line comes to where something was taken off."""
    *known, price_per, discount_minor = row
    line = SoldLine(*known)
    if price_per == 1 and not discount_minor:
        return line
    paid = to_major(line.net_minor, line.currency) / line.quantity
    return replace(line, unit_price=paid.quantize(_STEP))
