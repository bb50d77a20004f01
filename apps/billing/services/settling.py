"""Settling: parts of payments, credit notes and write-offs lower what is open of invoices, all in one way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.facts import Application, ExposureKey
from apps.billing.events import (
    CREDIT_APPLIED,
    INVOICE_SETTLED,
    INVOICE_WRITTEN_OFF,
    PAYMENT_APPLIED,
    InvoiceFact,
    invoice_events,
)
from apps.billing.services.exposure import move_exposure
from apps.billing.services.open_items import OpenItem, orders_of
from apps.ledger.contract import PostingFact, Prepared, prepare_entries, write_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

_LOWER_DOCUMENTS: Final = """
    UPDATE billing_invoice AS i
       SET open_minor = i.open_minor - s.amount, state = CASE WHEN i.open_minor = s.amount THEN 'settled' ELSE 'issued' END
      FROM unnest(%s::uuid[], %s::bigint[]) AS s(id, amount)
     WHERE i.id = s.id AND i.state = 'issued' AND i.open_minor >= s.amount"""

_LOWER_PAYMENTS: Final = """
    UPDATE billing_payment AS p SET unapplied_minor = p.unapplied_minor - s.amount, customer_id = coalesce(p.customer_id, s.customer)
      FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[]) AS s(id, amount, customer)
     WHERE p.id = s.id AND p.unapplied_minor >= s.amount"""

_SETTLEMENT: Final = {
    "id": "uuid", "invoice_id": "uuid", "kind": "text", "payment_id": "uuid", "credit_note_id": "uuid", "amount_minor": "bigint",
    "reason": "text", "settled_at": "timestamptz", "source_ref": "text",
}  # fmt: skip

# What a settlement posts: a credit note was posted when it was issued, and its use moves nothing between accounts.
_POSTED_AS: Final = {"payment": "application", "write_off": "write_off"}
_TOLD_AS: Final = {"payment": PAYMENT_APPLIED, "credit": CREDIT_APPLIED, "write_off": INVOICE_WRITTEN_OFF}


class AmountGone(Conflict):
    """What a settlement counted on is no longer open; a mistake in locking, which the transaction does not survive."""

    code, title = "amount_gone", "The amount is no longer open"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an invoice's open amount and what settles it. `credit_note` None for one that was issued in this transaction."""

    invoice: OpenItem
    kind: str
    amount_minor: int
    settled_at: datetime
    source_ref: str
    payment_id: UUID | None = None
    credit_note_id: UUID | None = None
    lowers_credit: bool = False
    reason: str = ""
    id: UUID = field(default_factory=new_id)


def prepare_parts(parts: Sequence[Part]) -> tuple[Prepared, dict[UUID, DomainError]]:
    """Decide the entries of parts; returns them, ready to be written, and by part why it cannot be posted."""
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    prepared = prepare_entries([_posting_fact(part, zones) for part in parts if part.kind in _POSTED_AS])
    refused = prepared.refused
    return prepared, {part.id: refused[_ledger_ref(part)] for part in parts if _ledger_ref(part) in refused}


@joins
def settle(parts: Sequence[Part], entries: Prepared) -> list[Application]:
    """Write the parts down: open amounts, settlements, ledger, exposure. Up to seven statements, none of nothing.

    The open items were locked by the caller, who already lowered their `open_minor`. `entries` were prepared of the parts; those of
    parts that were refused are not among them.
    """
    if not parts:
        return []
    _lower_documents(parts)
    _lower_payments(parts)
    sql.insert_rows("billing_settlement", _SETTLEMENT, [_row(part) for part in parts])
    write_entries(entries)
    lowered: dict[ExposureKey, int] = defaultdict(int)
    for part in parts:
        lowered[part.invoice.exposure_key] -= part.amount_minor
    move_exposure({account: (0, amount) for account, amount in lowered.items()})
    return [_application(part) for part in parts]


def settlement_events(parts: Sequence[Part], actor: Actor) -> list[Event]:
    """Return an event per part and one per invoice that is now paid to the last; at most one statement."""
    orders = orders_of(list({part.invoice.id: part.invoice for part in parts}.values()))
    last = {part.invoice.id: part for part in parts if part.invoice.open_minor == 0}
    applied = [_fact(_TOLD_AS[part.kind], part, orders, _particulars(part)) for part in parts]
    settled = [_fact(INVOICE_SETTLED, part, orders, {"open_minor": 0}) for part in last.values()]
    return invoice_events([*applied, *settled], actor=actor)


def _fact(name: str, part: Part, orders: Mapping[UUID, Sequence[UUID]], payload: Mapping[str, Any]) -> InvoiceFact:
    invoice = part.invoice
    return InvoiceFact(
        name=name,
        invoice_id=invoice.id,
        number=invoice.number,
        legal_entity_id=invoice.legal_entity_id,
        order_ids=orders[invoice.id],
        payload={"currency": invoice.currency, **payload},
        occurred_at=part.settled_at,
    )


def _particulars(part: Part) -> dict[str, Any]:
    sources = {"payment_id": part.payment_id, "credit_note_id": part.credit_note_id}
    return {"amount_minor": part.amount_minor, **{name: row_id for name, row_id in sources.items() if row_id}}


def _lower_documents(parts: Sequence[Part]) -> None:
    amounts: dict[UUID, int] = defaultdict(int)
    for part in parts:
        amounts[part.invoice.id] += part.amount_minor
        if part.lowers_credit and part.credit_note_id:
            amounts[part.credit_note_id] += part.amount_minor
    if sql.run(_LOWER_DOCUMENTS, sql.columns_of(list(amounts.items()), 2)) != len(amounts):
        raise AmountGone()


def _lower_payments(parts: Sequence[Part]) -> None:
    amounts: dict[UUID, int] = defaultdict(int)
    customers: dict[UUID, UUID] = {}
    for part in parts:
        if part.payment_id:
            amounts[part.payment_id] += part.amount_minor
            customers[part.payment_id] = part.invoice.customer_id
    rows = [(payment_id, amount, customers[payment_id]) for payment_id, amount in amounts.items()]
    if rows and sql.run(_LOWER_PAYMENTS, sql.columns_of(rows, 3)) != len(rows):
        raise AmountGone()


def _row(part: Part) -> tuple[Any, ...]:
    return (
        part.id, part.invoice.id, part.kind, part.payment_id, part.credit_note_id, part.amount_minor, part.reason, part.settled_at,
        part.source_ref,
    )  # fmt: skip


def _ledger_ref(part: Part) -> str:
    return f"settlement:{part.id}"


def _posting_fact(part: Part, zones: Mapping[UUID, str]) -> PostingFact:
    invoice, kind = part.invoice, _POSTED_AS[part.kind]
    return PostingFact(
        kind=kind,
        legal_entity_id=invoice.legal_entity_id,
        source_kind="invoice",
        source_id=invoice.id,
        source_ref=_ledger_ref(part),
        entry_date=business_date(part.settled_at, zones[invoice.legal_entity_id]),
        occurred_at=part.settled_at,
        currency=invoice.currency,
        customer_id=invoice.customer_id,
        amounts={"amount": part.amount_minor},
        memo=part.reason,
    )


def _application(part: Part) -> Application:
    return Application(
        settlement_id=part.id,
        source_ref=part.source_ref,
        invoice_id=part.invoice.id,
        invoice_number=part.invoice.number,
        amount_minor=part.amount_minor,
        settled=part.invoice.open_minor == 0,
    )
