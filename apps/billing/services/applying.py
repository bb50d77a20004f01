"""Cash application after the fact: money and credits that were left over meet invoices that are still open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.decisions.document import CREDIT_NOTE, INVOICE
from apps.billing.decisions.facts import Application, ApplicationOutcome, ApplicationRequest, Refusal, WriteOffRequest
from apps.billing.services.open_items import OpenItem, lock_documents
from apps.billing.services.settling import Part, prepare_parts, settle, settlement_events
from apps.ledger.contract import PostingFact, Prepared, post_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import joins

_LOCK_PAYMENTS: Final = """
    SELECT id, legal_entity_id, customer_id, currency, unapplied_minor, received_at
      FROM billing_payment WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"""

_DONE: Final = """
    SELECT s.source_ref, s.id, s.source_ref, s.invoice_id, i.number, s.amount_minor, i.open_minor = 0
      FROM billing_settlement AS s JOIN billing_invoice AS i ON i.id = s.invoice_id
     WHERE s.source_ref = ANY(%s::text[])"""


class ApplicationRefused(DomainError):
    """The money and the invoice do not fit each other, or nothing is left of one of them."""

    code, title = "application_refused", "This cannot be applied"


@dataclass(slots=True)
class _Source:
    """Money to be used: a payment's unapplied part or a credit note's open amount. `left_minor` is lowered as the batch decides."""

    id: UUID
    legal_entity_id: UUID
    customer_id: UUID | None
    currency: str
    left_minor: int
    since_at: datetime


@joins
def apply_cash(requests: Sequence[ApplicationRequest], *, now: datetime, actor: Actor) -> ApplicationOutcome:
    """Use unapplied payments and open credit notes for open invoices; a bad request is refused alone.

    A source_ref that was carried out before returns what it settled then. At most fifteen statements, whatever the number.
    """
    payments = _lock_payments([request.payment_id for request in requests if request.payment_id])
    items = lock_documents({r.invoice_id for r in requests} | {r.credit_note_id for r in requests if r.credit_note_id})
    sources = payments | {item.id: _credit_source(item) for item in items.values() if item.kind == CREDIT_NOTE}

    def part_of(request: ApplicationRequest) -> Part:
        return _use(request, sources, _open_invoice(request.invoice_id, items), now)

    ownerless = {row_id for row_id, payment in payments.items() if payment.customer_id is None}
    left_before = {row_id: payment.left_minor for row_id, payment in payments.items()}
    parts, done, refused = _decide(requests, part_of)
    entries, parts = _postable(parts, refused)
    _give_owner([part for part in parts if part.payment_id in ownerless], left_before)
    return _carry_out(parts, entries, done, refused, actor)


@joins
def write_off(requests: Sequence[WriteOffRequest], *, now: datetime, actor: Actor) -> ApplicationOutcome:
    """Give up open amounts, each with a reason; a bad request is refused alone. At most twelve statements."""
    items = lock_documents({request.invoice_id for request in requests})

    def part_of(request: WriteOffRequest) -> Part:
        reason = request.reason.strip()[:200]
        if not reason:
            raise ApplicationRefused("A write-off needs a reason.")
        invoice = _open_invoice(request.invoice_id, items)
        amount = _amount(request.amount_minor, invoice.open_minor)
        invoice.open_minor -= amount
        return Part(invoice, "write_off", amount, now, request.source_ref, reason=reason)

    parts, done, refused = _decide(requests, part_of)
    entries, parts = _postable(parts, refused)
    return _carry_out(parts, entries, done, refused, actor)


def _decide(
    requests: Sequence[ApplicationRequest] | Sequence[WriteOffRequest], part_of: Callable[..., Part]
) -> tuple[list[Part], list[Application], list[Refusal]]:
    """Decide the requests that are new, in their order; the rows they concern are locked."""
    rows = sql.fetch(_DONE, [[request.source_ref for request in requests]]) if requests else []
    done = {ref: Application(*(*application, False)) for ref, *application in rows}
    parts: dict[str, Part] = {}
    refused = []
    for request in requests:
        if request.source_ref in done or request.source_ref in parts:
            continue
        try:
            parts[request.source_ref] = part_of(request)
        except ApplicationRefused as refusal:
            refused.append(Refusal(request.source_ref, refusal.code, refusal.detail))
    return list(parts.values()), list(done.values()), refused


def _postable(parts: Sequence[Part], refused: list[Refusal]) -> tuple[Prepared, list[Part]]:
    """Return the entries of the parts and the parts without those that the ledger refuses; these are added to `refused`."""
    entries, unpostable = prepare_parts(parts)
    refused += [Refusal.by(part.source_ref, unpostable[part.id]) for part in parts if part.id in unpostable]
    return entries, [part for part in parts if part.id not in unpostable]


def _carry_out(
    parts: Sequence[Part], entries: Prepared, done: Sequence[Application], refused: Sequence[Refusal], actor: Actor
) -> ApplicationOutcome:
    applied = settle(parts, entries)
    record_events(settlement_events(parts, actor) if parts else [])
    return ApplicationOutcome((*done, *applied), tuple(refused))


def _use(request: ApplicationRequest, sources: Mapping[UUID, _Source], invoice: OpenItem, now: datetime) -> Part:
    source = _source_of(request, sources)
    if (source.legal_entity_id, source.currency) != (invoice.legal_entity_id, invoice.currency):
        raise ApplicationRefused("The money and the invoice are of different legal entities or currencies.")
    if source.customer_id not in {None, invoice.customer_id}:
        raise ApplicationRefused("The money and the invoice belong to different customers.")
    amount = _amount(request.amount_minor, invoice.open_minor, source.left_minor)
    source.left_minor -= amount
    source.customer_id = invoice.customer_id
    invoice.open_minor -= amount
    return Part(
        invoice=invoice,
        kind="payment" if request.payment_id else "credit",
        amount_minor=amount,
        settled_at=max(now, source.since_at, invoice.issued_at),
        source_ref=request.source_ref,
        payment_id=request.payment_id,
        credit_note_id=request.credit_note_id,
        lowers_credit=request.credit_note_id is not None,
    )


def _source_of(request: ApplicationRequest, sources: Mapping[UUID, _Source]) -> _Source:
    if (request.payment_id is None) == (request.credit_note_id is None):
        raise ApplicationRefused("Name either a payment or a credit note.")
    source = sources.get(request.payment_id or request.credit_note_id or request.invoice_id)
    if source is None:
        raise ApplicationRefused("There is no such payment or credit note.")
    return source


def _open_invoice(invoice_id: UUID, items: Mapping[UUID, OpenItem]) -> OpenItem:
    item = items.get(invoice_id)
    if item is None or item.kind != INVOICE:
        raise ApplicationRefused("There is no such invoice.")
    return item


def _amount(wanted: int | None, *available: int) -> int:
    most = min(available)
    amount = most if wanted is None else wanted
    if most <= 0:
        raise ApplicationRefused("Nothing is open any more.")
    if not 0 < amount <= most:
        raise ApplicationRefused(f"The amount lies between 1 and {most} minor units.")
    return amount


def _lock_payments(ids: Sequence[UUID]) -> dict[UUID, _Source]:
    return {row[0]: _Source(*row) for row in sql.fetch(_LOCK_PAYMENTS, [list(ids)])} if ids else {}


def _credit_source(item: OpenItem) -> _Source:
    return _Source(item.id, item.legal_entity_id, item.customer_id, item.currency, item.open_minor, item.issued_at)


def _give_owner(parts: Sequence[Part], left_minor: Mapping[UUID, int]) -> None:
    """Move what is unapplied of a payment that nobody owned to the customer whose invoice it now pays."""
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    first = {part.payment_id: part for part in reversed(parts) if part.payment_id}
    facts = []
    for payment_id, part in first.items():
        amount, invoice = left_minor[payment_id], part.invoice
        for name, customer_id, signed in (("unowned", None, -amount), ("owned", invoice.customer_id, amount)):
            facts.append(
                PostingFact(
                    kind="payment",
                    legal_entity_id=invoice.legal_entity_id,
                    source_kind="payment",
                    source_id=payment_id,
                    source_ref=f"payment:{payment_id}:{name}",
                    entry_date=business_date(part.settled_at, zones[invoice.legal_entity_id]),
                    occurred_at=part.settled_at,
                    currency=invoice.currency,
                    customer_id=customer_id,
                    amounts={"amount": signed},
                )
            )
    post_entries(facts)
