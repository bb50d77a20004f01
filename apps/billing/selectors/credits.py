"""Credit notes by the source that asked for them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from apps.billing.decisions.facts import CreditedLine, IssuedCredit
from ordercash.kernel import sql

_PREFIX: Final = "credit:"

_NOTES: Final = """
    SELECT n.source_ref, n.id, n.number, n.credits_id, n.legal_entity_id, n.customer_id, n.currency, n.net_minor, n.tax_minor,
           n.gross_minor, n.issued_at,
           coalesce((SELECT s.amount_minor FROM billing_settlement AS s WHERE s.source_ref = n.source_ref || '/use'), 0)
      FROM billing_invoice AS n
     WHERE n.source_ref = ANY(%s::text[]) AND n.state <> 'draft'
     ORDER BY n.id"""

_LINES: Final = """
    SELECT invoice_id, credits_line_id, order_id, line_id, quantity, net_minor, tax_minor
      FROM billing_invoiceline WHERE invoice_id = ANY(%s::uuid[]) ORDER BY invoice_id, position"""


def note_ref(source: str, invoice_id: UUID) -> str:
    """Return the source_ref of the one credit note that a source makes for an invoice."""
    return f"{_PREFIX}{source}/{invoice_id}"


def issued_credits(note_refs: Sequence[str]) -> list[IssuedCredit]:
    """Return the credit notes with these source_refs, as they were when they were issued. Two statements, one when there are none."""
    notes = sql.fetch(_NOTES, [list(note_refs)]) if note_refs else []
    lines: dict[UUID, list[CreditedLine]] = defaultdict(list)
    for note_id, *line in sql.fetch(_LINES, [[row[1] for row in notes]]) if notes else []:
        lines[note_id].append(CreditedLine(*line))
    return [_issued(row, tuple(lines[row[1]])) for row in notes]


def _issued(row: sql.Row, lines: tuple[CreditedLine, ...]) -> IssuedCredit:
    ref, row_id, number, invoice_id, entity, customer, currency, net, tax, gross, issued_at, applied = row
    return IssuedCredit(
        source_ref=ref.removeprefix(_PREFIX).rsplit("/", 1)[0],
        id=row_id,
        number=number,
        invoice_id=invoice_id,
        legal_entity_id=entity,
        customer_id=customer,
        currency=currency,
        order_ids=tuple(dict.fromkeys(line.order_id for line in lines if line.order_id)),
        lines=lines,
        net_minor=net,
        tax_minor=tax,
        gross_minor=gross,
        applied_minor=applied,
        open_minor=gross - applied,
        issued_at=issued_at,
        is_new=False,
    )
