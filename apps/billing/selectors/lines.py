"""Lines of issued documents as plain facts, for who counts what was bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.facts import DocumentLine
from ordercash.kernel import sql

_COLUMNS: Final = (
    "l.id, l.invoice_id, l.credits_line_id, i.legal_entity_id, i.customer_id, i.currency, l.product_id, l.quantity, l.net_minor,"
    " l.tax_category, l.tax_rate, coalesce(t.reason, ''), i.issued_at, i.issue_date"
)
_FROM: Final = (
    " JOIN billing_invoice AS i ON i.id = l.invoice_id AND i.state <> 'draft' AND i.posted_as = ''"
    " LEFT JOIN billing_invoicetax AS t ON t.invoice_id = l.invoice_id AND t.category = l.tax_category AND t.rate = l.tax_rate"
)

# A credit note comes with the invoice lines that it takes back, so that whoever counts never sees less than nothing.
_OF_DOCUMENTS: Final = f"""
WITH named AS (SELECT id, credits_line_id FROM billing_invoiceline WHERE invoice_id = ANY(%s::uuid[])),
     wanted AS (SELECT id FROM named UNION SELECT credits_line_id FROM named WHERE credits_line_id IS NOT NULL)
SELECT {_COLUMNS} FROM wanted AS w JOIN billing_invoiceline AS l ON l.id = w.id {_FROM}
"""  # noqa: S608

_OF_CUSTOMERS: Final = f"""
WITH chunk AS (
    SELECT l.id FROM billing_invoiceline AS l JOIN billing_invoice AS i ON i.id = l.invoice_id
     WHERE i.customer_id = ANY(%s::uuid[]) AND i.legal_entity_id = %s AND i.currency = %s AND i.kind = 'invoice' AND i.state <> 'draft'
       AND i.issue_date >= %s AND i.issue_date < coalesce(%s::date, 'infinity')
       AND l.id > coalesce(%s::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY l.id LIMIT %s
), wanted AS (
    SELECT id FROM chunk UNION ALL SELECT id FROM billing_invoiceline WHERE credits_line_id IN (SELECT id FROM chunk)
)
SELECT {_COLUMNS} FROM wanted AS w JOIN billing_invoiceline AS l ON l.id = w.id {_FROM}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class LinesChunk:
    """Some lines of customers; `last_id` is where the next chunk begins, None when this was the last."""

    lines: tuple[DocumentLine, ...]
    last_id: UUID | None


def lines_of_documents(document_ids: Sequence[UUID]) -> list[DocumentLine]:
    """Return the lines of issued documents, and of a credit note also the invoice lines that it takes back. One statement."""
    return _lines(_OF_DOCUMENTS, [list(document_ids)]) if document_ids else []


def lines_of_customers(
    customer_ids: Sequence[UUID],
    *,
    legal_entity_id: UUID,
    currency: str,
    from_date: date,
    until_date: date | None,
    after: UUID | None = None,
    limit: int = 2000,
) -> LinesChunk:
    """Return invoice lines issued in [from_date, until_date) with all credits of them, `limit` invoice lines at a time."""
    lines = _lines(_OF_CUSTOMERS, [list(customer_ids), legal_entity_id, currency, from_date, until_date, after, limit])
    invoiced = [line.id for line in lines if line.credits_line_id is None]
    return LinesChunk(tuple(lines), max(invoiced) if len(invoiced) >= limit else None)


def _lines(statement: str, params: Sequence[Any]) -> list[DocumentLine]:
    return [DocumentLine(*row) for row in sql.fetch(statement, params)]
