"""How far the orders' billing has come: what is still owed, what is still unpaid."""

from collections.abc import Collection
from uuid import UUID

from ordercash.kernel import sql

# One scan for all orders: probing order by order may walk what was owed a moment ago again and again.
_OWED = "SELECT DISTINCT order_id FROM billing_billingobligation WHERE order_id = ANY(%s::uuid[]) AND state = 'owed'"
# OFFSET 0 keeps it a probe of an index per order; as a join PostgreSQL may read all the lines there are.
_OPEN = """
SELECT w.id FROM unnest(%s::uuid[]) AS w(id)
 WHERE EXISTS (SELECT FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
                WHERE l.order_id = w.id AND i.kind = 'invoice' AND i.state <> 'settled' OFFSET 0)
"""


def orders_with_owed(order_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the orders of which something delivered is not yet invoiced."""
    return {row[0] for row in sql.fetch(_OWED, [list(order_ids)])} if order_ids else set()


def orders_with_open_invoices(order_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the orders of which an invoice is not yet settled."""
    return {row[0] for row in sql.fetch(_OPEN, [list(order_ids)])} if order_ids else set()
