"""Payments: recorded once, applied to the invoices they name, and visible with what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.decisions.cash import spread
from apps.billing.decisions.document import INVOICE
from apps.billing.decisions.facts import Application, PaymentDraft, PaymentOutcome, PaymentResult, Refusal
from apps.billing.events import PAYMENT_RECORDED
from apps.billing.services.open_items import OpenItem, lock_documents
from apps.billing.services.payment_checks import checked
from apps.billing.services.settling import Part, prepare_parts, settle, settlement_events
from apps.ledger.contract import PostingFact, Prepared, post_entries, prepare_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import DomainError
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_ids
from ordercash.kernel.transactions import joins

_COLUMNS: Final = {
    "id": "uuid", "legal_entity_id": "uuid", "customer_id": "uuid", "currency": "text", "amount_minor": "bigint",
    "unapplied_minor": "bigint", "method": "text", "reference": "text", "source_ref": "text", "received_at": "timestamptz",
}  # fmt: skip

# Sorted by source: two batches with the same sources wait for each other instead of locking each other up.
_INSERT: Final = """
    INSERT INTO billing_payment ({names})
    SELECT {names} FROM unnest({arrays}) AS fresh({names}) ORDER BY source_ref
    ON CONFLICT (source_ref) DO NOTHING RETURNING id""".format(  # noqa: S608 - names come from the constant above
    names=", ".join(_COLUMNS), arrays=", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
)

_KNOWN: Final = """
    SELECT p.source_ref, p.id, p.legal_entity_id, p.customer_id, p.currency, p.amount_minor, p.unapplied_minor
      FROM billing_payment AS p WHERE p.source_ref = ANY(%s::text[])"""

_KNOWN_PARTS: Final = """
    SELECT s.payment_id, s.id, s.source_ref, s.invoice_id, i.number, s.amount_minor, i.open_minor = 0
      FROM billing_settlement AS s JOIN billing_invoice AS i ON i.id = s.invoice_id
     WHERE s.payment_id = ANY(%s::uuid[]) ORDER BY s.id"""

_NUMBERED: Final = """
    SELECT i.legal_entity_id, i.number, i.id
      FROM unnest(%s::uuid[], %s::text[]) AS w(entity, number)
      JOIN billing_invoice AS i ON i.legal_entity_id = w.entity AND i.number = w.number AND i.kind = 'invoice'"""


@dataclass(slots=True)
class _Fresh:
    """A payment that this batch makes, and what it is used for."""

    id: UUID
    draft: PaymentDraft
    customer_id: UUID | None
    parts: list[Part] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def unapplied_minor(self) -> int:
        return self.draft.amount_minor - sum(part.amount_minor for part in self.parts)


@joins
def record_payments(drafts: Sequence[PaymentDraft], *, actor: Actor) -> PaymentResult:
    """Record payments and apply each to the invoices it names, in the order given; what is over stays unapplied.

    A source_ref that was recorded before makes nothing and returns what it made then; one that comes back with another amount, currency
    or entity is refused. An invoice of another customer, currency or entity, or with nothing open, takes nothing and leaves a remark.
    A payment without a customer takes the customer of the first invoice it names. What the ledger cannot post (no rate, no account, no
    rule, a closed period) is refused alone; where only its use cannot be posted, the money stays unapplied and a remark says why.
    At most nineteen statements, whatever the number.
    """
    valid, refused = checked(drafts)
    unpostable = _unpostable(valid)
    ids = _insert([draft for draft in valid if draft.source_ref not in unpostable])
    fresh = [_Fresh(ids[draft.source_ref], draft, draft.customer_id) for draft in valid if draft.source_ref in ids]
    _apply(fresh)
    entries = _leave_unapplied(fresh)
    post_entries(_posting_facts(fresh))
    parts = [part for payment in fresh for part in payment.parts]
    applications = dict(zip((part.id for part in parts), settle(parts, entries), strict=True))
    record_events(_events(fresh, parts, actor))
    outcomes = {payment.draft.source_ref: _outcome(payment, applications) for payment in fresh}
    outcomes |= _known([draft.source_ref for draft in drafts if draft.source_ref not in outcomes])
    refused += [Refusal.by(source, error) for source, error in unpostable.items() if source not in outcomes]
    return _answer(drafts, outcomes, refused)


def _unpostable(drafts: Sequence[PaymentDraft]) -> dict[str, DomainError]:
    """Return by source what the ledger would refuse; one that was recorded before is answered all the same."""
    trials = [
        _Fresh(row_id, draft, draft.customer_id) for row_id, draft in zip(new_ids(len(drafts)), drafts, strict=True)
    ]
    refused = prepare_entries(_posting_facts(trials)).refused
    refs = {_ledger_ref(trial): trial.draft.source_ref for trial in trials} if refused else {}
    return {refs[ref]: error for ref, error in refused.items()}


def _leave_unapplied(fresh: Sequence[_Fresh]) -> Prepared:
    """Take back the uses that the ledger cannot post, and return the entries of the others."""
    entries, refused = prepare_parts([part for payment in fresh for part in payment.parts])
    for payment in fresh if refused else ():
        for part in payment.parts:
            if part.id in refused:
                part.invoice.open_minor += part.amount_minor
                payment.remarks.append(refused[part.id].code)
        payment.parts = [part for part in payment.parts if part.id not in refused]
    return entries


def _insert(drafts: Sequence[PaymentDraft]) -> dict[str, UUID]:
    """Insert the payments whose source is new and return their ids by source."""
    rows = [_row(row_id, draft) for row_id, draft in zip(new_ids(len(drafts)), drafts, strict=True)]
    made = {row[0] for row in sql.fetch(_INSERT, sql.columns_of(rows, len(_COLUMNS)))} if rows else set()
    return {draft.source_ref: row[0] for row, draft in zip(rows, drafts, strict=True) if row[0] in made}


def _row(row_id: UUID, draft: PaymentDraft) -> tuple[Any, ...]:
    return (
        row_id, draft.legal_entity_id, draft.customer_id, draft.currency, draft.amount_minor, draft.amount_minor, draft.method,
        draft.reference[:200], draft.source_ref, draft.received_at,
    )  # fmt: skip


def _apply(fresh: Sequence[_Fresh]) -> None:
    """Lock the invoices that are named and give each payment its parts, in the order of the payments."""
    by_number = _numbered([payment.draft for payment in fresh])
    wanted = {payment.id: [*payment.draft.invoice_ids, *_ids(payment, by_number)] for payment in fresh}
    named = {invoice_id for invoice_ids in wanted.values() for invoice_id in invoice_ids}
    items = lock_documents(named) if named else {}
    for payment in fresh:
        _apply_one(payment, [items.get(invoice_id) for invoice_id in wanted[payment.id]])


def _apply_one(payment: _Fresh, items: Sequence[OpenItem | None]) -> None:
    payable = []
    for item in items:
        remark = _unfit(payment, item)
        if remark:
            payment.remarks.append(remark)
        elif item:
            payment.customer_id = item.customer_id
            payable.append(item)
    amounts = spread(payment.draft.amount_minor, [item.open_minor for item in payable])
    for item, amount in zip(payable, amounts, strict=True):
        if amount:
            item.open_minor -= amount
            payment.parts.append(_part(payment, item, amount))


def _unfit(payment: _Fresh, item: OpenItem | None) -> str:
    """Say in a code why a named document cannot take this payment's money; "" when it can."""
    if item is None or item.kind != INVOICE:
        return "invoice_unknown"
    if item.legal_entity_id != payment.draft.legal_entity_id:
        return "invoice_of_other_entity"
    if item.currency != payment.draft.currency:
        return "invoice_in_other_currency"
    if payment.customer_id not in {None, item.customer_id}:
        return "invoice_of_other_customer"
    return "" if item.open_minor else "invoice_already_settled"


def _part(payment: _Fresh, item: OpenItem, amount: int) -> Part:
    return Part(
        invoice=item,
        kind="payment",
        amount_minor=amount,
        settled_at=max(payment.draft.received_at, item.issued_at),
        source_ref=f"{payment.draft.source_ref}/{item.id}",
        payment_id=payment.id,
    )


def _numbered(drafts: Sequence[PaymentDraft]) -> dict[tuple[UUID, str], UUID]:
    wanted = [(draft.legal_entity_id, number) for draft in drafts for number in draft.invoice_numbers]
    rows = sql.fetch(_NUMBERED, sql.columns_of(wanted, 2)) if wanted else []
    return {(entity, number): invoice_id for entity, number, invoice_id in rows}


def _ids(payment: _Fresh, by_number: Mapping[tuple[UUID, str], UUID]) -> list[UUID]:
    """Return the ids of the invoices named by number; an unknown number leaves a remark."""
    found = []
    for number in payment.draft.invoice_numbers:
        invoice_id = by_number.get((payment.draft.legal_entity_id, number))
        if invoice_id:
            found.append(invoice_id)
        else:
            payment.remarks.append("invoice_unknown")
    return found


def _posting_facts(payments: Sequence[_Fresh]) -> list[PostingFact]:
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    return [_posting_fact(payment, zones[payment.draft.legal_entity_id]) for payment in payments]


def _ledger_ref(payment: _Fresh) -> str:
    return f"payment:{payment.id}"


def _posting_fact(payment: _Fresh, zone: str) -> PostingFact:
    draft = payment.draft
    return PostingFact(
        kind="payment",
        legal_entity_id=draft.legal_entity_id,
        source_kind="payment",
        source_id=payment.id,
        source_ref=_ledger_ref(payment),
        entry_date=business_date(draft.received_at, zone),
        occurred_at=draft.received_at,
        currency=draft.currency,
        customer_id=payment.customer_id,
        amounts={"amount": draft.amount_minor},
    )


def _events(fresh: Sequence[_Fresh], parts: Sequence[Part], actor: Actor) -> list[Event]:
    recorded = [
        Event(
            PAYMENT_RECORDED,
            1,
            "payment",
            payment.id,
            {
                "customer_id": payment.customer_id,
                "currency": payment.draft.currency,
                "amount_minor": payment.draft.amount_minor,
                "unapplied_minor": payment.unapplied_minor,
            },
            payment.draft.received_at,
            actor.id,
            payment.draft.legal_entity_id,
        )
        for payment in fresh
    ]
    return [*recorded, *settlement_events(parts, actor)]


def _outcome(payment: _Fresh, applications: Mapping[UUID, Application]) -> PaymentOutcome:
    return PaymentOutcome(
        source_ref=payment.draft.source_ref,
        payment_id=payment.id,
        legal_entity_id=payment.draft.legal_entity_id,
        customer_id=payment.customer_id,
        currency=payment.draft.currency,
        is_new=True,
        amount_minor=payment.draft.amount_minor,
        unapplied_minor=payment.unapplied_minor,
        applications=tuple(applications[part.id] for part in payment.parts),
        remarks=tuple(payment.remarks),
    )


def _known(source_refs: Sequence[str]) -> dict[str, PaymentOutcome]:
    """Return what earlier requests with these sources made."""
    rows = sql.fetch(_KNOWN, [list(source_refs)]) if source_refs else []
    parts: dict[UUID, list[Application]] = {row[1]: [] for row in rows}
    for payment_id, *part in sql.fetch(_KNOWN_PARTS, [list(parts)]) if parts else []:
        parts[payment_id].append(Application(*(*part, False)))
    return {
        source_ref: PaymentOutcome(
            source_ref, row_id, entity, customer, currency, False, amount, unapplied, tuple(parts[row_id])
        )
        for source_ref, row_id, entity, customer, currency, amount, unapplied in rows
    }


def _answer(
    drafts: Sequence[PaymentDraft], outcomes: Mapping[str, PaymentOutcome], refused: Sequence[Refusal]
) -> PaymentResult:
    """Answer every draft in its order; a source that now says something else is refused, whatever it made before."""
    bad = {refusal.source_ref for refusal in refused}
    recorded, reused = [], []
    for draft in drafts:
        outcome = outcomes.get(draft.source_ref)
        if draft.source_ref in bad or outcome is None:
            continue
        same = (draft.legal_entity_id, draft.currency, draft.amount_minor)
        if same == (outcome.legal_entity_id, outcome.currency, outcome.amount_minor):
            recorded.append(outcome)
        else:
            reused.append(
                Refusal(draft.source_ref, "source_ref_reused", "This source was recorded with other amounts.")
            )
    return PaymentResult(tuple(recorded), (*refused, *reused))
