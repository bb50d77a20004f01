"""Settling: what was earned and is due becomes one credit note per customer and agreement."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.masterdata.contract import entities_by_id
from apps.pricing.decisions.rebates import SETTLEMENT, TaxBase, settled_until, settlement_parts
from apps.pricing.events import REBATE_SETTLED, rebate_event
from apps.pricing.ports import IssuedNote, NotePart, WantedNote, billing
from apps.pricing.selectors.rebate_terms import AgreementTerms, agreement_terms
from apps.pricing.services.rebate_accruals import ACCRUAL_COLUMNS
from apps.pricing.services.rebate_cases import Obstacle, set_aside
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes

ACCOUNTS_AT_ONCE: Final = 500

_OPEN: Final = """
SELECT c.id, c.agreement_id FROM pricing_rebateaccount AS c
 WHERE c.accrued_minor > c.settled_minor AND (%s::uuid[] IS NULL OR c.agreement_id = ANY(%s::uuid[])) ORDER BY c.id"""

_LOCK: Final = """
SELECT id, agreement_id, customer_id, accrued_minor, settled_minor FROM pricing_rebateaccount
 WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"""

# Earned before the day of each account; how often it was settled, and up to which day.
_EARNED: Final = """
SELECT w.account, coalesce(sum(r.amount_minor) FILTER (WHERE r.kind <> 'settlement' AND r.business_date < w.until), 0)::bigint,
       count(*) FILTER (WHERE r.kind = 'settlement'), max(r.until_date)
  FROM unnest(%s::uuid[], %s::date[]) AS w(account, until) JOIN pricing_rebateaccrual AS r ON r.account_id = w.account
 GROUP BY w.account"""

_BASES: Final = """
SELECT account_id, tax_category, tax_rate, max(tax_reason), sum(base_minor)::bigint FROM pricing_rebateaccrual
 WHERE account_id = ANY(%s::uuid[]) AND kind IN ('accrual', 'reversal') GROUP BY account_id, tax_category, tax_rate"""


class NothingToSettle(DomainError):
    """Nothing is open under the agreement."""

    code, title, status = "nothing_to_settle", "Nothing is open to be settled", 409


@dataclass(frozen=True, slots=True)
class SettleOutcome:
    """The credit notes that were issued, and the agreements whose settlement cannot be posted now."""

    issued: tuple[IssuedNote, ...] = ()
    refused: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be settled of one account, which this transaction holds."""

    account_id: UUID
    agreement: AgreementTerms
    customer_id: UUID
    amount_minor: int
    until_date: date
    times: int

    @property
    def source_ref(self) -> str:
        return f"rebate:{self.account_id}:{self.times + 1}"


def settle_rebate(agreement_id: UUID, *, actor: Actor, now: datetime) -> SettleOutcome:
    """Settle all that was earned under an agreement up to today, whatever is due; raises NothingToSettle."""
    accounts = [row[0] for row in sql.fetch(_OPEN, [[agreement_id], [agreement_id]])]
    outcome = _settle(dict.fromkeys(accounts, date.max), actor, now)
    if not outcome.issued and not outcome.refused:
        raise NothingToSettle()
    return outcome


def settle_due(*, actor: Actor, now: datetime, agreement_ids: Sequence[UUID] | None = None) -> SettleOutcome:
    """Settle what is due by the calendar of each agreement; repeating it settles nothing twice."""
    wanted = None if agreement_ids is None else list(agreement_ids)
    rows = sql.fetch(_OPEN, [wanted, wanted])
    agreements = agreement_terms({agreement_id for _, agreement_id in rows})
    days = {id: _due_day(agreement, now) for id, agreement in agreements.items()}
    return _settle({id: day for id, agreement_id in rows if (day := days[agreement_id]) is not None}, actor, now)


@writes
def settle_accounts(until: Mapping[UUID, date], *, actor: Actor, now: datetime) -> SettleOutcome:
    """Settle accounts, each what it earned before its day and was not settled: one credit note each, in this one transaction.

    An account that was settled up to its day waits for the next one, unless its agreement is over or the day is date.max. Never more
    than is open. What cannot be posted is set aside with a case. At most thirty statements, whatever the number of accounts.
    """
    dues = _dues(until, now)
    bases = _bases([due.account_id for due in dues])
    notes = [_note(due, bases[due.account_id], now) for due in dues]
    issued, refused = billing().credit(notes, actor=actor) if notes else ((), ())
    by_ref = {due.source_ref: due for due in dues}
    sql.insert_rows(
        "pricing_rebateaccrual", ACCRUAL_COLUMNS, [_row(by_ref[note.source_ref], note, now) for note in issued]
    )
    record_events([_event(by_ref[note.source_ref], note, actor, now) for note in issued])
    obstacles = [
        Obstacle(by_ref[no.source_ref].agreement, no.code, no.detail, by_ref[no.source_ref].amount_minor)
        for no in refused
    ]
    set_aside(obstacles, actor=actor, now=now)
    return SettleOutcome(tuple(issued), frozenset(obstacle.agreement.id for obstacle in obstacles))


def _settle(until: Mapping[UUID, date], actor: Actor, now: datetime) -> SettleOutcome:
    issued: list[IssuedNote] = []
    refused: set[UUID] = set()
    for chunk in _chunks(sorted(until)):
        outcome = settle_accounts({id: until[id] for id in chunk}, actor=actor, now=now)
        issued += outcome.issued
        refused |= outcome.refused
    return SettleOutcome(tuple(issued), frozenset(refused))


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), ACCOUNTS_AT_ONCE):
        yield ids[start : start + ACCOUNTS_AT_ONCE]


def _today(agreement: AgreementTerms, now: datetime) -> date:
    return business_date(now, entities_by_id()[agreement.legal_entity_id].time_zone)


def _due_day(agreement: AgreementTerms, now: datetime) -> date | None:
    return settled_until(agreement.settlement, agreement.from_date, agreement.until_date, today=_today(agreement, now))


def _dues(until: Mapping[UUID, date], now: datetime) -> list[_Due]:
    held = sql.fetch(_LOCK, [list(until)])
    agreements = agreement_terms({row[1] for row in held})
    earned = {row[0]: row[1:] for row in sql.fetch(_EARNED, [list(until), list(until.values())])}
    dues = []
    for id, agreement_id, customer_id, accrued, settled in held:
        agreement, day = agreements[agreement_id], until[id]
        before, times, last = earned.get(id, (0, 0, None))
        amount = min(before, accrued) - settled
        is_over = agreement.until_date is not None and day >= agreement.until_date
        if amount > 0 and (last is None or last < day or is_over):
            shown = min(day, agreement.until_date or date.max, _today(agreement, now) + timedelta(days=1))
            dues.append(_Due(id, agreement, customer_id, amount, shown, times))
    return dues


def _bases(account_ids: Collection[UUID]) -> Mapping[UUID, list[TaxBase]]:
    bases: dict[UUID, list[TaxBase]] = defaultdict(list)
    for account_id, category, rate, reason, base in sql.fetch(_BASES, [list(account_ids)]) if account_ids else []:
        bases[account_id].append(TaxBase(category, rate, reason, base))
    return bases


def _note(due: _Due, bases: Sequence[TaxBase], now: datetime) -> WantedNote:
    agreement = due.agreement
    last = due.until_date - timedelta(days=1)
    what = f"Rebate agreement {agreement.code}, {agreement.from_date} to {last}"
    return WantedNote(
        source_ref=due.source_ref,
        agreement_id=agreement.id,
        legal_entity_id=agreement.legal_entity_id,
        customer_id=due.customer_id,
        currency=agreement.currency,
        parts=[
            NotePart(what, share, base.category, base.rate, base.reason)
            for base, share in settlement_parts(due.amount_minor, bases)
        ],
        reason=what,
        issued_at=now,
    )


def _row(due: _Due, note: IssuedNote, now: datetime) -> tuple[Any, ...]:
    return (
        new_id(), due.account_id, SETTLEMENT, due.source_ref, None, note.document_id, 0, 0, -note.net_minor, 0, "", None, "", now,
        _today(due.agreement, now), due.until_date,
    )  # fmt: skip


def _event(due: _Due, note: IssuedNote, actor: Actor, now: datetime) -> Any:
    return rebate_event(
        REBATE_SETTLED,
        agreement_id=due.agreement.id,
        legal_entity_id=due.agreement.legal_entity_id,
        payload={
            "code": due.agreement.code,
            "customer_id": due.customer_id,
            "credit_note_id": note.document_id,
            "number": note.number,
            "currency": due.agreement.currency,
            "net_minor": note.net_minor,
            "until_date": due.until_date,
        },
        occurred_at=now,
        actor=actor,
    )
