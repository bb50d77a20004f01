"""The facts that billing tells: ids, numbers and amounts, never names.

A document that concerns one order stands on that order's timeline. One that concerns several tells one event of its own and a short
one per order ("billing.order_invoiced"), so that whoever counts documents counts each once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.document import INVOICE, Document
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event

INVOICE_ISSUED: Final = "billing.invoice_issued"
CREDIT_NOTE_ISSUED: Final = "billing.credit_note_issued"
PAYMENT_RECORDED: Final = "billing.payment_recorded"
PAYMENT_APPLIED: Final = "billing.payment_applied"
CREDIT_APPLIED: Final = "billing.credit_applied"
INVOICE_WRITTEN_OFF: Final = "billing.invoice_written_off"
INVOICE_SETTLED: Final = "billing.invoice_settled"
ORDER_INVOICED: Final = "billing.order_invoiced"
ORDER_CREDITED: Final = "billing.order_credited"
ORDER_SETTLED: Final = "billing.order_invoice_settled"

_PER_ORDER: Final = {INVOICE_ISSUED: ORDER_INVOICED, CREDIT_NOTE_ISSUED: ORDER_CREDITED, INVOICE_SETTLED: ORDER_SETTLED}


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """Something that happened to one document."""

    name: str
    invoice_id: UUID
    number: str
    legal_entity_id: UUID
    order_ids: Sequence[UUID]
    payload: Mapping[str, Any]
    occurred_at: datetime


def documents_issued(documents: Sequence[Document], numbers: Mapping[UUID, str], *, actor: Actor) -> list[Event]:
    """Return the events of documents that were just numbered."""
    return invoice_events([_issued(document, numbers[document.id]) for document in documents], actor=actor)


def invoice_events(facts: Sequence[InvoiceFact], *, actor: Actor) -> list[Event]:
    """Return each fact's event and, where it concerns several orders, one for the timeline of each."""
    return [event for fact in facts for event in _events_of(fact, actor)]


def _events_of(fact: InvoiceFact, actor: Actor) -> list[Event]:
    def event(name: str, payload: Mapping[str, Any], order_id: UUID | None) -> Event:
        return Event(
            name,
            1,
            "invoice",
            fact.invoice_id,
            payload,
            fact.occurred_at,
            actor.id,
            fact.legal_entity_id,
            {"order": order_id} if order_id else {},
        )

    head = {"number": fact.number, **fact.payload}
    if len(fact.order_ids) == 1:
        return [event(fact.name, {**head, "order_ids": fact.order_ids}, fact.order_ids[0])]
    whole = event(fact.name, {**head, "order_ids": fact.order_ids}, None)
    per_order = _PER_ORDER.get(fact.name)
    return [whole, *(event(per_order, {"number": fact.number}, order_id) for order_id in fact.order_ids if per_order)]


def _issued(document: Document, number: str) -> InvoiceFact:
    return InvoiceFact(
        name=INVOICE_ISSUED if document.kind == INVOICE else CREDIT_NOTE_ISSUED,
        invoice_id=document.id,
        number=number,
        legal_entity_id=document.legal_entity_id,
        order_ids=document.order_ids,
        payload={
            "customer_id": document.customer_id,
            "currency": document.currency,
            "net_minor": document.net_minor,
            "tax_minor": document.tax_minor,
            "gross_minor": document.gross_minor,
            "due_date": document.due_date,
            **({"credits_id": document.credits_id} if document.credits_id else {}),
            **({"about_kind": document.about_kind, "about_id": document.about_id} if document.about_id else {}),
        },
        occurred_at=document.issued_at,
    )
