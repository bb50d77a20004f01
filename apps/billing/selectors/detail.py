"""One document, one payment, and what orders have of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from apps.billing.decisions.document import standing
from apps.billing.models import Invoice, Payment, Settlement
from apps.billing.selectors.documents import PrintedDocument, read_document
from apps.ledger.contract import EntryFacts, entries_of
from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound


class InvoiceUnknown(NotFound):
    """There is no such invoice or credit note."""

    code, title = "invoice_unknown", "There is no such invoice or credit note"


class PaymentUnknown(NotFound):
    """There is no such payment."""

    code, title = "payment_unknown", "There is no such payment"


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """A document with what settled it, what credits it, what it was used for, and its entries."""

    printed: PrintedDocument
    settlements: Sequence[Settlement]
    credit_notes: Sequence[Invoice]
    uses: Sequence[Settlement]
    entries: Sequence[EntryFacts]

    @property
    def invoice(self) -> Invoice:
        return self.printed.invoice


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with what it was used for and its entries."""

    payment: Payment
    settlements: Sequence[Settlement]
    entries: Sequence[EntryFacts]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document as an order's page shows it; `order_minor` is the net amount of this order's lines on it."""

    order_id: UUID
    id: UUID
    kind: str
    number: str
    state: str
    currency: str
    issue_date: date
    due_date: date
    gross_minor: int
    open_minor: int
    order_minor: int

    @property
    def standing(self) -> str:
        """The state as a person asks for it: "partly_paid" for an open one of which something is paid."""
        return standing(kind=self.kind, state=self.state, gross_minor=self.gross_minor, open_minor=self.open_minor)


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """What settled a part of a document that concerns an order."""

    order_id: UUID
    invoice_id: UUID
    kind: str
    payment_id: UUID | None
    credit_note_id: UUID | None
    amount_minor: int
    currency: str
    settled_at: datetime


_DOCUMENTS: Final = """
    SELECT l.order_id, i.id, i.kind, i.number, i.state, i.currency, i.issue_date, i.due_date, i.gross_minor, i.open_minor,
           sum(l.net_minor)::bigint
      FROM billing_invoiceline AS l JOIN billing_invoice AS i ON i.id = l.invoice_id
     WHERE l.order_id = ANY(%s::uuid[]) AND i.state <> 'draft'
     GROUP BY l.order_id, i.id ORDER BY i.id"""

_SETTLEMENTS: Final = """
    SELECT d.order_id, s.invoice_id, s.kind, s.payment_id, s.credit_note_id, s.amount_minor, i.currency, s.settled_at
      FROM (SELECT DISTINCT order_id, invoice_id FROM billing_invoiceline WHERE order_id = ANY(%s::uuid[])) AS d
      JOIN billing_settlement AS s ON s.invoice_id = d.invoice_id
      JOIN billing_invoice AS i ON i.id = s.invoice_id
     ORDER BY s.settled_at, s.id"""


def invoice_view(invoice_id: UUID) -> InvoiceView:
    """Return an issued document with all that happened to it; raises InvoiceUnknown. A constant number of statements."""
    printed = read_document(invoice_id)
    if printed is None or printed.invoice.state == "draft":
        raise InvoiceUnknown()
    return InvoiceView(
        printed=printed,
        settlements=list(printed.invoice.settlements.select_related("payment", "credit_note").order_by("id")),
        credit_notes=list(printed.invoice.credit_notes.exclude(state="draft").order_by("id")),
        uses=list(printed.invoice.uses.select_related("invoice").order_by("id")),
        entries=entries_of([invoice_id]),
    )


def document_number(invoice_id: UUID) -> str:
    """Return the legal number of an issued document; raises InvoiceUnknown."""
    number = Invoice.objects.filter(id=invoice_id).values_list("number", flat=True).first()
    if not number:
        raise InvoiceUnknown()
    return number


def payment_view(payment_id: UUID) -> PaymentView:
    """Return a payment with its uses; raises PaymentUnknown."""
    payment = Payment.objects.select_related("customer", "legal_entity").filter(id=payment_id).first()
    if payment is None:
        raise PaymentUnknown()
    uses = list(payment.settlements.select_related("invoice").order_by("id"))
    return PaymentView(payment, uses, entries_of([payment_id]))


def documents_of_orders(order_ids: Collection[UUID]) -> list[DocumentFacts]:
    """Return the issued documents of orders, the oldest first. One statement."""
    return [DocumentFacts(*row) for row in sql.fetch(_DOCUMENTS, [list(order_ids)])] if order_ids else []


def settlements_of_orders(order_ids: Collection[UUID]) -> list[SettlementFacts]:
    """Return what settled the documents of orders, the oldest first. One statement."""
    return [SettlementFacts(*row) for row in sql.fetch(_SETTLEMENTS, [list(order_ids)])] if order_ids else []
