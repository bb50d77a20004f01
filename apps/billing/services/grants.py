"""Credit notes that credit no invoice: amounts that were agreed beforehand, such as rebates."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.decisions.document import CREDIT_NOTE, Document
from apps.billing.decisions.facts import GrantOutcome, GrantRequest, IssuedGrant, Refusal
from apps.billing.decisions.taxes import TaxedAmount, document_taxes
from apps.billing.events import documents_issued
from apps.billing.services.drafting import draft_documents, prepare_posting
from apps.billing.services.numbering import issue_documents
from apps.ledger.contract import Prepared, write_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import money, sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

_PREFIX: Final = "grant:"

_KNOWN: Final = """
    SELECT source_ref, id, number, net_minor, tax_minor, gross_minor, issued_at
      FROM billing_invoice WHERE source_ref = ANY(%s::text[]) AND state <> 'draft'"""

_LINE: Final = {
    "id": "uuid", "invoice_id": "uuid", "position": "int", "customer_id": "uuid", "description": "text", "quantity": "numeric",
    "unit_price": "numeric", "net_minor": "bigint", "tax_category": "text", "tax_rate": "numeric", "tax_minor": "bigint",
}  # fmt: skip


@joins
def grant_credits(requests: Sequence[GrantRequest], *, actor: Actor) -> GrantOutcome:
    """Issue one credit note per request, all of it open for the customer to use; one that was issued before is returned.

    Tax is computed per category and rate on the sum of the parts (EN 16931 BR-CO-14). What the ledger cannot post is refused alone.
    At most twelve statements, whatever the number.
    """
    rows = sql.fetch(_KNOWN, [[_PREFIX + request.source_ref for request in requests]]) if requests else []
    known = [IssuedGrant(*(ref.removeprefix(_PREFIX), *values, False)) for ref, *values in rows]
    done = {grant.source_ref for grant in known}
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    made = [_document(request, zones) for request in requests if request.source_ref not in done]
    entries, why = prepare_posting([document for document, _ in made])
    refused = [Refusal(request.source_ref, why[d.id].code, why[d.id].detail) for d, request in made if d.id in why]
    fresh = [(document, request) for document, request in made if document.id not in why]
    return GrantOutcome((*known, *_issue(fresh, entries, actor)), tuple(refused))


def _document(request: GrantRequest, zones: Mapping[UUID, str]) -> tuple[Document, GrantRequest]:
    taxes, _ = document_taxes(_taxed(request))
    net = sum(part.net_minor for part in request.parts)
    tax = sum(total.tax_minor for total in taxes)
    document = Document(
        id=new_id(),
        kind=CREDIT_NOTE,
        legal_entity_id=request.legal_entity_id,
        customer_id=request.customer_id,
        bill_to_id=None,
        currency=request.currency,
        order_ids=(),
        net_minor=net,
        taxes=tuple(taxes),
        frozen_tax_minor=tax,
        open_minor=net + tax,
        issued_at=request.issued_at,
        issue_date=business_date(request.issued_at, zones[request.legal_entity_id]),
        source_ref=_PREFIX + request.source_ref,
        reason=request.reason,
        posted_as=request.posted_as,
        about_kind=request.about_kind,
        about_id=request.about_id,
    )
    return document, request


def _issue(fresh: Sequence[tuple[Document, GrantRequest]], entries: Prepared, actor: Actor) -> list[IssuedGrant]:
    if not fresh:
        return []
    documents = [document for document, _ in fresh]
    draft_documents(documents)
    sql.insert_rows("billing_invoiceline", _LINE, [row for pair in fresh for row in _line_rows(*pair)])
    write_entries(entries)
    numbers = issue_documents(documents)
    record_events(documents_issued(documents, numbers, actor=actor))
    return [
        IssuedGrant(
            request.source_ref, document.id, numbers[document.id], document.net_minor, document.tax_minor,
            document.gross_minor, document.issued_at,
        )
        for document, request in fresh
    ]  # fmt: skip


def _line_rows(document: Document, request: GrantRequest) -> list[tuple[Any, ...]]:
    _, shares = document_taxes(_taxed(request))
    return [
        (
            new_id(), document.id, position, document.customer_id, part.description, 0,
            money.to_major(part.net_minor, document.currency), part.net_minor, part.tax_category, part.tax_rate, tax,
        )
        for position, (part, tax) in enumerate(zip(request.parts, shares, strict=True), start=1)
    ]  # fmt: skip


def _taxed(request: GrantRequest) -> list[TaxedAmount]:
    return [TaxedAmount(part.net_minor, part.tax_category, part.tax_rate, part.tax_reason) for part in request.parts]
