"""Rebates and billing, put together: neither knows the other."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from apps.billing.contract import (
    DocumentLine,
    GrantPart,
    GrantRequest,
    grant_credits,
    lines_of_customers,
    lines_of_documents,
)
from apps.pricing.contract import IssuedNote, LinesChunk, RebateLine, RefusedNote, WantedNote
from ordercash.kernel.actor import Actor

AGREEMENT = "rebate_agreement"
POSTED_AS = "rebate_settlement"


class Billing:
    """Billing as pricing's port wants it (apps.pricing.ports.RebateBilling)."""

    def credit(
        self, notes: Sequence[WantedNote], *, actor: Actor
    ) -> tuple[Sequence[IssuedNote], Sequence[RefusedNote]]:
        outcome = grant_credits([_request(note) for note in notes], actor=actor)
        issued = [IssuedNote(g.source_ref, g.id, g.number, g.net_minor, g.gross_minor) for g in outcome.issued]
        return issued, [RefusedNote(r.source_ref, r.code, r.detail) for r in outcome.refused]

    def lines(
        self,
        customer_ids: Sequence[UUID],
        *,
        legal_entity_id: UUID,
        currency: str,
        from_date: date,
        until_date: date | None,
        after: UUID | None,
    ) -> LinesChunk:
        found = lines_of_customers(
            customer_ids, legal_entity_id=legal_entity_id, currency=currency, from_date=from_date, until_date=until_date,
            after=after,
        )  # fmt: skip
        return LinesChunk([_line(line) for line in found.lines], found.last_id)


def invoiced_lines(document_ids: Sequence[UUID]) -> list[RebateLine]:
    """Return the lines of issued documents as rebates count them."""
    return [_line(line) for line in lines_of_documents(document_ids)]


def _request(note: WantedNote) -> GrantRequest:
    parts = [GrantPart(p.description, p.net_minor, p.tax_category, p.tax_rate, p.tax_reason) for p in note.parts]
    return GrantRequest(
        source_ref=note.source_ref, legal_entity_id=note.legal_entity_id, customer_id=note.customer_id, currency=note.currency,
        parts=parts, about_kind=AGREEMENT, about_id=note.agreement_id, posted_as=POSTED_AS, reason=note.reason,
        issued_at=note.issued_at,
    )  # fmt: skip


def _line(line: DocumentLine) -> RebateLine:
    return RebateLine(
        line.id, line.invoice_id, line.credits_line_id, line.legal_entity_id, line.customer_id, line.currency, line.product_id,
        line.quantity, line.net_minor, line.tax_category, line.tax_rate, line.tax_reason, line.issued_at, line.issue_date,
    )  # fmt: skip
