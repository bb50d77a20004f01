"""Writing documents down as drafts and posting them: everything that is done before the number."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.document import Document
from apps.billing.services.sellers import keep_sellers
from apps.ledger.contract import PostingFact, Prepared, TaxAmount, prepare_entries
from ordercash.kernel import sql
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

_DOCUMENT: Final = {
    "id": "uuid", "kind": "text", "legal_entity_id": "uuid", "customer_id": "uuid", "bill_to_id": "uuid", "order_id": "uuid",
    "currency": "text", "series": "text", "state": "text", "terms_days": "smallint", "net_minor": "bigint", "tax_minor": "bigint",
    "gross_minor": "bigint", "frozen_tax_minor": "bigint", "open_minor": "bigint", "credits_id": "uuid", "reason": "text",
    "source_ref": "text", "seller_id": "uuid", "posted_as": "text", "about_kind": "text", "about_id": "uuid",
}  # fmt: skip

_TAX: Final = {
    "id": "uuid", "invoice_id": "uuid", "category": "text", "rate": "numeric", "reason": "text", "net_minor": "bigint",
    "tax_minor": "bigint",
}  # fmt: skip


@joins
def draft_documents(documents: Sequence[Document]) -> None:
    """Insert documents and their tax totals, without numbers, with the seller as it is now. Two statements."""
    sellers = keep_sellers({document.legal_entity_id for document in documents})
    rows = [_document_row(document, sellers[document.legal_entity_id]) for document in documents]
    sql.insert_rows("billing_invoice", _DOCUMENT, rows)
    taxes = [
        (new_id(), document.id, tax.category, tax.rate, tax.reason, tax.net_minor, tax.tax_minor)
        for document in documents
        for tax in document.taxes
    ]
    sql.insert_rows("billing_invoicetax", _TAX, taxes)


def prepare_posting(documents: Sequence[Document]) -> tuple[Prepared, dict[UUID, DomainError]]:
    """Decide the entries of documents; returns them, ready to be written, and by document why it cannot be posted."""
    facts = {document.id: _posting_fact(document) for document in documents}
    prepared = prepare_entries(list(facts.values()))
    refused = prepared.refused
    return prepared, {id: refused[fact.source_ref] for id, fact in facts.items() if fact.source_ref in refused}


def _document_row(document: Document, seller_id: UUID) -> tuple[Any, ...]:
    return (
        document.id, document.kind, document.legal_entity_id, document.customer_id, document.bill_to_id, document.order_id,
        document.currency, document.series, "draft", document.terms_days, document.net_minor, document.tax_minor,
        document.gross_minor, document.frozen_tax_minor, document.open_minor, document.credits_id, document.reason,
        document.source_ref, seller_id, document.posted_as, document.about_kind, document.about_id,
    )  # fmt: skip


def _posting_fact(document: Document) -> PostingFact:
    return PostingFact(
        kind=document.posted_as or document.kind,
        legal_entity_id=document.legal_entity_id,
        source_kind=document.kind,
        source_id=document.id,
        source_ref=f"{document.kind}:{document.id}",
        entry_date=document.issue_date,
        occurred_at=document.issued_at,
        currency=document.currency,
        customer_id=document.customer_id,
        amounts={"gross": document.gross_minor, "net": document.net_minor, "tax": document.tax_minor},
        taxes=[TaxAmount(tax.category, tax.rate, tax.tax_minor) for tax in document.taxes],
    )
