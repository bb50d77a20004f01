"""What of orders was delivered and is not yet invoiced, and what of a customer's account is open, item by item."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from ordercash.kernel import sql


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was shipped of an order in minor units, tax as frozen at confirmation; `owed_*` is the part without invoice."""

    net_minor: int
    tax_minor: int
    owed_lines: int
    owed_net_minor: int
    owed_tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def owed_gross_minor(self) -> int:
        return self.owed_net_minor + self.owed_tax_minor


@dataclass(frozen=True, slots=True)
class InvoicedPart:
    """An order's share of one document, in minor units: net and tax of its own lines on it."""

    invoice_id: UUID
    kind: str
    net_minor: int
    tax_minor: int
    is_whole: bool

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice or credit note that is not settled."""

    id: UUID
    kind: str
    number: str
    legal_entity_id: UUID
    order_id: UUID | None
    currency: str
    issue_date: date
    due_date: date
    gross_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class UnappliedPayment:
    """A payment of which something is left."""

    id: UUID
    reference: str
    method: str
    legal_entity_id: UUID
    currency: str
    amount_minor: int
    unapplied_minor: int
    received_at: datetime


_DELIVERED: Final = """
SELECT order_id, sum(net_minor)::bigint, sum(tax_minor)::bigint, count(*) FILTER (WHERE state = 'owed'),
       coalesce(sum(net_minor) FILTER (WHERE state = 'owed'), 0)::bigint,
       coalesce(sum(tax_minor) FILTER (WHERE state = 'owed'), 0)::bigint
  FROM billing_billingobligation WHERE order_id = ANY(%s::uuid[]) GROUP BY order_id
"""

_PARTS: Final = """
SELECT i.id, i.kind, sum(l.net_minor)::bigint, sum(l.tax_minor)::bigint, i.order_id IS NOT NULL
  FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
 WHERE l.order_id = %s AND i.state <> 'draft' GROUP BY i.id ORDER BY i.id
"""

_OPEN: Final = """
SELECT id, kind, number, legal_entity_id, order_id, currency, issue_date, due_date, gross_minor, open_minor
  FROM billing_invoice WHERE customer_id = %s AND state = 'issued' ORDER BY due_date, id LIMIT %s
"""

_UNAPPLIED: Final = """
SELECT id, reference, method, legal_entity_id, currency, amount_minor, unapplied_minor, received_at
  FROM billing_payment WHERE customer_id = %s AND unapplied_minor > 0 ORDER BY id LIMIT %s
"""


_MOST_OVERDUE: Final = """
SELECT customer_id FROM billing_invoice WHERE state = 'issued' AND kind = 'invoice' AND due_date < %s
 GROUP BY customer_id ORDER BY sum(open_minor) DESC, customer_id LIMIT %s
"""


def delivered(order_ids: Collection[UUID]) -> dict[UUID, Delivered]:
    """Return what was shipped of orders and how much of it waits for an invoice; one statement."""
    rows = sql.fetch(_DELIVERED, [list(order_ids)]) if order_ids else []
    return {row[0]: Delivered(*row[1:]) for row in rows}


def invoiced_parts(order_id: UUID) -> dict[UUID, InvoicedPart]:
    """Return an order's share of its documents by document; one statement."""
    return {row[0]: InvoicedPart(*row) for row in sql.fetch(_PARTS, [order_id])}


def open_items(customer_id: UUID, *, limit: int) -> list[OpenItem]:
    """Return a customer's unsettled invoices and credit notes, the first due first; one statement."""
    return [OpenItem(*row) for row in sql.fetch(_OPEN, [customer_id, limit])]


def unapplied_payments(customer_id: UUID, *, limit: int) -> list[UnappliedPayment]:
    """Return a customer's payments of which something is left, the oldest first; one statement."""
    return [UnappliedPayment(*row) for row in sql.fetch(_UNAPPLIED, [customer_id, limit])]


def most_overdue_customers(*, on: date, limit: int) -> list[UUID]:
    """Return the customers with the largest amounts overdue on a day, whatever the currencies; one statement."""
    return [row[0] for row in sql.fetch(_MOST_OVERDUE, [on, limit])]
