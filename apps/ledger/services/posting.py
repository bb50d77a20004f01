"""Posting: facts become balanced entries, all in a constant number of statements."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from apps.ledger.decisions.posting import Line, PostingFact, functional_amounts, postings
from apps.ledger.selectors.periods import closed_period_of
from apps.masterdata.contract import entities_by_id, exchange_rates
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel import sql
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

POSTING_KIND = "ledger.posting"

_ENTRY_COLUMNS = {
    "id": "uuid", "legal_entity_id": "uuid", "kind": "text", "source_kind": "text", "source_id": "uuid", "source_ref": "text",
    "entry_date": "date", "occurred_at": "timestamptz", "memo": "text", "customer_id": "uuid", "rules_sha256": "bytea",
}  # fmt: skip
_POSTING_COLUMNS = {
    "id": "uuid", "entry_id": "uuid", "account_id": "uuid", "customer_id": "uuid", "entry_date": "date", "amount_minor": "bigint",
    "currency": "text", "functional_minor": "bigint", "functional_currency": "text", "tax_category": "text", "tax_rate": "numeric",
}  # fmt: skip


class AccountMissing(DomainError):
    """The posting rules name a role that the legal entity's chart does not have."""

    code, title = "account_missing", "An account is missing from the chart"


class RateMissing(DomainError):
    """No exchange rate is known on or before the entry's day."""

    code, title = "rate_missing", "An exchange rate is missing"


class PeriodClosed(DomainError):
    """The entry's day lies in a closed period; `extra` names the day and, where it is known, the period's first and last day."""

    code, title, status = "period_closed", "The period is closed", 409


@dataclass(frozen=True, slots=True)
class _Entry:
    id: UUID
    fact: PostingFact
    lines: Sequence[Line]
    rules_sha256: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """Facts decided and not yet written; `refused` says by source_ref which cannot be posted, and why."""

    entries: Sequence[_Entry]
    rows: Sequence[tuple[Any, ...]]
    refused: Mapping[str, DomainError]


@joins
def post_entries(facts: Sequence[PostingFact]) -> list[UUID]:
    """Post facts by the rules in force when each occurred; returns the ids of the entries, without those of nothing.

    At most four statements whatever the number of facts, besides the remembered list of closed periods. Raises PostingRuleBroken,
    AccountMissing, RateMissing, PeriodClosed; IntegrityError when a source_ref was posted before. The database refuses what does
    not balance (docs/adr/0002).
    """
    prepared = prepare_entries(facts)
    for refusal in prepared.refused.values():
        raise refusal
    return write_entries(prepared)


def prepare_entries(facts: Sequence[PostingFact]) -> Prepared:
    """Decide facts without writing anything, so that a caller can set aside what cannot be posted. At most two statements."""
    refused: dict[str, DomainError] = {}
    entries = [entry for fact in facts if (entry := _decided(fact, refused)) and entry.lines]
    if not entries:
        return Prepared((), (), refused)
    currencies = {id: entity.currency for id, entity in entities_by_id().items()}
    accounts = _accounts({entry.fact.legal_entity_id for entry in entries})
    rates = _rates(entries, currencies)
    ready: list[_Entry] = []
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        try:
            _refuse_closed(entry.fact)
            rows += _rows_of(entry, currencies[entry.fact.legal_entity_id], accounts, rates)
            ready.append(entry)
        except DomainError as refusal:
            refused[entry.fact.source_ref] = refusal
    return Prepared(ready, rows, refused)


@joins
def write_entries(prepared: Prepared) -> list[UUID]:
    """Write what was prepared; returns the ids of the entries. Raises PeriodClosed for a period closed this moment."""
    if not prepared.entries:
        return []
    try:
        # Postings go first: the entries' statement then finds them complete and nothing is left to check at commit.
        sql.insert_rows("ledger_posting", _POSTING_COLUMNS, prepared.rows)
        sql.insert_rows("ledger_journalentry", _ENTRY_COLUMNS, [_entry_row(entry) for entry in prepared.entries])
    except DatabaseError as refusal:
        raise _worded(refusal) from refusal
    return [entry.id for entry in prepared.entries]


def _refuse_closed(fact: PostingFact) -> None:
    """Refuse in words what the database refuses in any case; a period closed this moment is left to it."""
    period = closed_period_of(fact.legal_entity_id, fact.entry_date)
    if period is not None:
        raise _closed(fact.entry_date, *period)


def _closed(day: date, from_date: date, until_date: date) -> PeriodClosed:
    last = until_date - timedelta(days=1)
    return PeriodClosed(
        f"{day} lies in the period {from_date} to {last}, which is closed and stays closed. Use a date from {until_date} on.",
        extra={"entry_date": str(day), "period": {"from": str(from_date), "to": str(last)}},
    )


def _decide(fact: PostingFact) -> _Entry:
    rules = rulebook_in_force(POSTING_KIND, at=fact.occurred_at, legal_entity_id=fact.legal_entity_id)
    return _Entry(new_id(), fact, postings(rules.document, fact), rules.sha256)


def _decided(fact: PostingFact, refused: dict[str, DomainError]) -> _Entry | None:
    try:
        return _decide(fact)
    except DomainError as refusal:
        refused[fact.source_ref] = refusal
        return None


def _rows_of(
    entry: _Entry,
    functional_currency: str,
    accounts: Mapping[tuple[UUID, str], UUID],
    rates: Mapping[tuple[str, str, date], Decimal],
) -> list[tuple[Any, ...]]:
    fact = entry.fact
    rate = _rate(fact, functional_currency, rates)
    amounts = functional_amounts(
        entry.lines, currency=fact.currency, functional_currency=functional_currency, rate=rate
    )
    return [
        (
            new_id(), entry.id, _account(fact, line.role, accounts), line.customer_id, fact.entry_date, line.amount_minor,
            fact.currency, functional_minor, functional_currency, line.tax_category, line.tax_rate,
        )
        for line, functional_minor in zip(entry.lines, amounts, strict=True)
    ]  # fmt: skip


def _entry_row(entry: _Entry) -> tuple[Any, ...]:
    fact = entry.fact
    return (
        entry.id, fact.legal_entity_id, fact.kind, fact.source_kind, fact.source_id, fact.source_ref, fact.entry_date,
        fact.occurred_at, fact.memo, fact.customer_id, entry.rules_sha256,
    )  # fmt: skip


def _accounts(legal_entity_ids: set[UUID]) -> dict[tuple[UUID, str], UUID]:
    found = sql.fetch(
        "SELECT legal_entity_id, role, id FROM ledger_account WHERE legal_entity_id = ANY(%s::uuid[]) AND role <> ''",
        [list(legal_entity_ids)],
    )
    return {(legal_entity_id, role): id for legal_entity_id, role, id in found}


def _account(fact: PostingFact, role: str, accounts: Mapping[tuple[UUID, str], UUID]) -> UUID:
    try:
        return accounts[fact.legal_entity_id, role]
    except KeyError:
        raise AccountMissing(f"The legal entity's chart has no account with the role {role!r}.") from None


def _rates(entries: Sequence[_Entry], currencies: Mapping[UUID, str]) -> Mapping[tuple[str, str, date], Decimal]:
    wanted = {
        (entry.fact.currency, currencies[entry.fact.legal_entity_id], entry.fact.entry_date)
        for entry in entries
        if entry.fact.currency != currencies[entry.fact.legal_entity_id]
    }
    return exchange_rates(sorted(wanted)) if wanted else {}


def _rate(fact: PostingFact, functional_currency: str, rates: Mapping[tuple[str, str, date], Decimal]) -> Decimal:
    if fact.currency == functional_currency:
        return Decimal(1)
    rate = rates.get((fact.currency, functional_currency, fact.entry_date))
    if rate is None:
        raise RateMissing(f"No rate {fact.currency} to {functional_currency} on or before {fact.entry_date}.")
    return rate


def _worded(refusal: DatabaseError) -> Exception:
    """Return the refusal of the period trigger in our words, and any other as it is."""
    found = re.search(r"ledger_period_closed: (\S+)", str(refusal))
    if found is None:
        return refusal
    day = found[1]
    return PeriodClosed(
        f"{day} lies in a period that is closed and stays closed. Use a date of an open one.", extra={"entry_date": day}
    )
