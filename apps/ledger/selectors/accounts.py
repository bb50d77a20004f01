"""Accounts, their balances as of a day, and what lies on one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from apps.ledger.models import Account, Posting
from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound
from ordercash.web.keyset import Slice, slice_of

TURNOVER = """
SELECT account_id, coalesce(sum(functional_minor) FILTER (WHERE functional_minor > 0), 0)::bigint,
       coalesce(-sum(functional_minor) FILTER (WHERE functional_minor < 0), 0)::bigint
  FROM ledger_posting WHERE account_id = ANY(%s::uuid[]) AND entry_date <= %s GROUP BY account_id
"""


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """An account at the end of a day: turnover of both sides and balance (debit positive), in the entity's minor units."""

    account_id: UUID
    code: str
    name: str
    kind: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts of a legal entity at the end of a day; both sides are equal, or the database is broken."""

    legal_entity_id: UUID
    as_of: date
    rows: tuple[TrialBalanceRow, ...]

    @property
    def debit_minor(self) -> int:
        return sum(row.debit_minor for row in self.rows)

    @property
    def credit_minor(self) -> int:
        return sum(row.credit_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One page of an account: its postings with their entries, newest first, and the balance after the newest of the page."""

    account: Account
    page: Slice[Posting]
    balance_minor: int


def accounts_of(legal_entity_id: UUID) -> list[Account]:
    """Return the chart of a legal entity by code."""
    return list(Account.objects.filter(legal_entity_id=legal_entity_id).order_by("code"))


def account_of(account_id: UUID) -> Account:
    """Return one account; raises NotFound."""
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def trial_balance(legal_entity_id: UUID, *, as_of: date) -> TrialBalance:
    """Return every account of a legal entity at the end of a day, in two statements; accounts never used show zero.

    The accounts are asked for first: given by value, the sums are hashed; joined, they would be sorted at ten times the cost.
    """
    accounts = accounts_of(legal_entity_id)
    found = sql.fetch(TURNOVER, [[account.id for account in accounts], as_of])
    turnover = {account_id: (debit, credit) for account_id, debit, credit in found}
    return TrialBalance(
        legal_entity_id,
        as_of,
        tuple(TrialBalanceRow(row.id, row.code, row.name, row.kind, *turnover.get(row.id, (0, 0))) for row in accounts),
    )


def account_sheet(account_id: UUID, *, as_of: date | None = None, cursor: str = "", limit: int = 50) -> AccountSheet:
    """Return a page of an account's postings up to a day, newest first; three statements. Raises NotFound, BadCursor."""
    account = account_of(account_id)
    postings = Posting.objects.filter(account=account).select_related("entry", "customer")
    if as_of is not None:
        postings = postings.filter(entry_date__lte=as_of)
    page = slice_of(postings, sort="-entry_date", cursor=cursor, limit=limit)
    return AccountSheet(account, page, _balance_at(postings, page.rows[0]) if page.rows else 0)


def _balance_at(postings: QuerySet[Posting], newest: Posting) -> int:
    until = postings.filter(Q(entry_date__lt=newest.entry_date) | Q(entry_date=newest.entry_date, id__lte=newest.id))
    return int(until.aggregate(total=Sum(F("functional_minor")))["total"] or 0)
