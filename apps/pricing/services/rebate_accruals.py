"""Accruing: every invoiced or credited line moves the accounts of the agreements that it counts under, once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.ledger.contract import PostingFact, Prepared, is_closed, prepare_entries, write_entries
from apps.masterdata.contract import entities_by_id
from apps.pricing.decisions.rebates import Move, Standing, moves_of, tier_reached
from apps.pricing.events import REBATE_TIER_REACHED, rebate_event
from apps.pricing.ports import RebateLine
from apps.pricing.selectors.rebate_terms import AgreementTerms, agreement_terms
from apps.pricing.services.rebate_cases import SUBJECT, Obstacle, set_aside
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import DomainError
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

_MATCH: Final = """
SELECT a.id, l.id
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::date[]) AS l(id, customer, entity, currency, product, day)
  JOIN pricing_rebateagreement AS a
    ON a.legal_entity_id = l.entity AND a.currency = l.currency AND a.state <> 'draft' AND l.day >= a.from_date
   AND (a.until_date IS NULL OR l.day < a.until_date) AND (%s::uuid[] IS NULL OR a.id = ANY(%s::uuid[]))
  JOIN masterdata_customer AS c ON c.id = l.customer AND (a.customer_id = c.id OR a.customer_group_id = c.group_id)
 WHERE a.scope = 'everything'
    OR (a.scope = 'category'
        AND EXISTS (SELECT FROM masterdata_product AS p WHERE p.id = l.product AND p.category = a.category))
    OR EXISTS (SELECT FROM pricing_rebateproduct AS p WHERE p.agreement_id = a.id AND p.product_id = l.product)"""

_ENSURE: Final = """
INSERT INTO pricing_rebateaccount (id, agreement_id, customer_id)
SELECT new_id(), w.agreement, w.customer FROM unnest(%s::uuid[], %s::uuid[]) AS w(agreement, customer) ORDER BY 2, 3
ON CONFLICT (agreement_id, customer_id) DO NOTHING"""

# In key order, so that two workers never wait for each other in a ring; what was counted is looked up after, on a fresh snapshot.
_LOCK: Final = """
SELECT c.id, c.agreement_id, c.customer_id, c.base_minor, c.quantity FROM pricing_rebateaccount AS c
 WHERE ((c.agreement_id, c.customer_id) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
        OR c.id IN (SELECT account_id FROM pricing_rebateaccrual WHERE line_id = ANY(%s::uuid[])))
   AND (%s::uuid[] IS NULL OR c.agreement_id = ANY(%s::uuid[]))
 ORDER BY c.id FOR UPDATE"""

_COUNTED: Final = """
SELECT account_id, line_id FROM pricing_rebateaccrual
 WHERE account_id = ANY(%s::uuid[]) AND line_id = ANY(%s::uuid[]) AND kind <> 'true_up'"""

ACCRUAL_COLUMNS: Final = {
    "id": "uuid", "account_id": "uuid", "kind": "text", "source_ref": "text", "line_id": "uuid", "document_id": "uuid",
    "base_minor": "bigint", "quantity": "numeric", "amount_minor": "bigint", "rate": "numeric", "tax_category": "text",
    "tax_rate": "numeric", "tax_reason": "text", "occurred_at": "timestamptz", "business_date": "date", "until_date": "date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccrualOutcome:
    """How many lines moved an account, and the agreements that cannot be posted now."""

    counted: int = 0
    refused: frozenset[UUID] = frozenset()


@dataclass(slots=True)
class _Account:
    """An account held by this transaction; `standing` moves as the batch decides."""

    id: UUID
    agreement: AgreementTerms
    customer_id: UUID
    standing: Standing
    began: Standing
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    amounts: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    first_row: dict[date, UUID] = field(default_factory=dict)

    @property
    def amount_minor(self) -> int:
        return sum(self.amounts.values())


@joins
def accrue_rebates(
    lines: Sequence[RebateLine], *, actor: Actor, now: datetime, agreement_ids: Sequence[UUID] | None = None
) -> AccrualOutcome:
    """Count lines under every agreement that they belong to (or of those, under `agreement_ids`), each line once per agreement.

    A credit counts where the line that it takes back was counted, whatever the agreement covers now; give both in one batch. Accounts
    are locked in key order before anything is decided. Rows and ledger entries are written together; an agreement that the ledger cannot
    post is set aside with a case and the others go on. At most fifteen statements, whatever the number of lines; one when nothing counts.
    """
    matches = _match(lines, agreement_ids)
    credited = [line.credits_line_id for line in lines if line.credits_line_id is not None]
    if not matches and not credited:
        return AccrualOutcome()
    accounts = _lock(lines, matches, credited, agreement_ids)
    obstacles = _count(accounts, lines, matches)
    moved = [account for account in accounts if account.rows]
    entries, refused = _prepare(moved, now)
    moved = [account for account in moved if account.id not in refused]
    sql.insert_rows("pricing_rebateaccrual", ACCRUAL_COLUMNS, [row for account in moved for row in account.rows])
    write_entries(entries)
    obstacles += refused.values()
    set_aside(obstacles, actor=actor, now=now)
    record_events(_tiers_reached(moved, actor, now))
    return AccrualOutcome(
        len({row[4] for account in moved for row in account.rows}), frozenset(each.agreement.id for each in obstacles)
    )


def _match(lines: Sequence[RebateLine], agreement_ids: Sequence[UUID] | None) -> set[tuple[UUID, UUID]]:
    """Return (agreement, line) of the invoice lines that agreements cover."""
    rows = [
        (line.id, line.customer_id, line.legal_entity_id, line.currency, line.product_id, line.business_date)
        for line in lines
        if not line.is_credit
    ]
    wanted = None if agreement_ids is None else list(agreement_ids)
    return (
        {(row[0], row[1]) for row in sql.fetch(_MATCH, [*sql.columns_of(rows, 6), wanted, wanted])} if rows else set()
    )


def _lock(
    lines: Sequence[RebateLine],
    matches: Collection[tuple[UUID, UUID]],
    credited: Sequence[UUID],
    agreement_ids: Sequence[UUID] | None,
) -> list[_Account]:
    customers = {line.id: line.customer_id for line in lines}
    pairs = sql.columns_of(sorted({(agreement_id, customers[line_id]) for agreement_id, line_id in matches}), 2)
    if pairs[0]:
        sql.run(_ENSURE, pairs)
    wanted = None if agreement_ids is None else list(agreement_ids)
    found = sql.fetch(_LOCK, [*pairs, credited, wanted, wanted])
    agreements = agreement_terms({row[1] for row in found})
    return [
        _Account(id, agreements[agreement_id], customer_id, Standing(base, quantity), Standing(base, quantity))
        for id, agreement_id, customer_id, base, quantity in found
    ]


def _count(
    accounts: Sequence[_Account], lines: Sequence[RebateLine], matches: Collection[tuple[UUID, UUID]]
) -> list[Obstacle]:
    """Decide the rows of every account; returns what has an amount that cannot be booked."""
    ids = list({line.id for line in lines} | {line.credits_line_id for line in lines if line.credits_line_id})
    known = (
        {tuple(row) for row in sql.fetch(_COUNTED, [[account.id for account in accounts], ids])} if accounts else set()
    )
    counting = _by_account(accounts, lines, matches, known)
    obstacles = []
    for account in accounts:
        try:
            for line in counting.get(account.id, ()):
                _move(account, line)
        except DomainError as refusal:
            account.rows.clear()
            obstacles.append(Obstacle(account.agreement, refusal.code, refusal.detail, 0))
    return obstacles


def _by_account(
    accounts: Iterable[_Account],
    lines: Iterable[RebateLine],
    matches: Iterable[tuple[UUID, UUID]],
    known: Iterable[tuple[Any, ...]],
) -> Mapping[UUID, Sequence[RebateLine]]:
    """Return the lines that count on each account and were not counted there yet, invoices first, in the order of their time."""
    agreements, counted = defaultdict(set), defaultdict(set)
    for agreement_id, line_id in matches:
        agreements[line_id].add(agreement_id)
    for account_id, line_id in known:
        counted[line_id].add(account_id)
    held = {(account.agreement.id, account.customer_id): account.id for account in accounts}
    found: dict[UUID, list[RebateLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.is_credit, line.occurred_at, line.id)):
        behind = line.credits_line_id or line.id
        pairs = ((agreement_id, line.customer_id) for agreement_id in agreements.get(behind, ()))
        own = {held[pair] for pair in pairs if pair in held}
        if line.is_credit:
            own |= counted.get(behind, set())
        for account_id in own - counted.get(line.id, set()):
            found[account_id].append(line)
    return found


def _move(account: _Account, line: RebateLine) -> None:
    sign = -1 if line.is_credit else 1
    moves, account.standing = moves_of(
        account.agreement.terms, account.standing, sign * line.net_minor, sign * line.quantity, is_credit=line.is_credit
    )
    for move in moves:
        row_id = new_id()
        account.rows.append(_row(row_id, account.id, line, move))
        account.amounts[line.business_date] += move.amount_minor
        account.first_row.setdefault(line.business_date, row_id)


def _row(row_id: UUID, account_id: UUID, line: RebateLine, move: Move) -> tuple[Any, ...]:
    return (
        row_id, account_id, move.kind, f"{account_id}:{line.id}:{move.kind}", line.id, line.document_id, move.base_minor,
        move.quantity, move.amount_minor, move.rate, line.tax_category, line.tax_rate, line.tax_reason, line.occurred_at,
        line.business_date, None,
    )  # fmt: skip


def _prepare(accounts: Sequence[_Account], now: datetime) -> tuple[Prepared, dict[UUID, Obstacle]]:
    """Decide the ledger's entries; an account of which a day cannot be posted is left out with all its days."""
    facts = {account.id: _facts(account, now) for account in accounts}
    prepared = prepare_entries([fact for some in facts.values() for fact in some])
    refused = {}
    for account in accounts:
        why = next(
            (prepared.refused[fact.source_ref] for fact in facts[account.id] if fact.source_ref in prepared.refused),
            None,
        )
        if why is not None:
            refused[account.id] = Obstacle(account.agreement, why.code, why.detail, abs(account.amount_minor))
    if refused:
        prepared = prepare_entries([fact for id, some in facts.items() if id not in refused for fact in some])
    return prepared, refused


def _facts(account: _Account, now: datetime) -> list[PostingFact]:
    """Return an entry per business day; a day of a period that was closed meanwhile is posted today, so that nobody waits for it."""
    agreement = account.agreement
    return [
        PostingFact(
            kind="rebate_accrual",
            legal_entity_id=agreement.legal_entity_id,
            source_kind=SUBJECT,
            source_id=agreement.id,
            source_ref=f"rebate_accrual:{account.first_row[day]}",
            entry_date=_open_day(agreement.legal_entity_id, day, now),
            occurred_at=now,
            currency=agreement.currency,
            customer_id=account.customer_id,
            amounts={"amount": amount},
            memo=agreement.code,
        )
        for day, amount in account.amounts.items()
        if amount
    ]


def _open_day(legal_entity_id: UUID, day: date, now: datetime) -> date:
    return business_date(now, entities_by_id()[legal_entity_id].time_zone) if is_closed(legal_entity_id, day) else day


def _tiers_reached(accounts: Sequence[_Account], actor: Actor, now: datetime) -> list[Event]:
    return [
        rebate_event(
            REBATE_TIER_REACHED,
            agreement_id=account.agreement.id,
            legal_entity_id=account.agreement.legal_entity_id,
            payload=_reached(account),
            occurred_at=now,
            actor=actor,
        )
        for account in accounts
        if tier_reached(account.agreement.terms, account.began)
        != tier_reached(account.agreement.terms, account.standing)
    ]


def _reached(account: _Account) -> Mapping[str, Any]:
    before, after = (tier_reached(account.agreement.terms, standing) for standing in (account.began, account.standing))
    return {
        "customer_id": account.customer_id,
        "from": format(before.least, "f") if before else None,
        "to": format(after.least, "f") if after else None,
        "rate": format(after.rate, "f") if after else "0",
    }
