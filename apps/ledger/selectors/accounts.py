"""Accounts, their balances as of a day, and what lies on one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from apps.ledger.models import Account, Posting
from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound
from ordercash.web.keyset import Slice, slice_of


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
    """Return every account of a legal entity at the end of a day, in one statement; accounts never used show zero."""
    found = sql.fetch(
        "SELECT a.id, a.code, a.name, a.kind, coalesce(t.debit, 0)::bigint, coalesce(t.credit, 0)::bigint"
        " FROM ledger_account a LEFT JOIN ("
        "  SELECT account_id, sum(functional_minor) FILTER (WHERE functional_minor > 0) AS debit,"
        "         -sum(functional_minor) FILTER (WHERE functional_minor < 0) AS credit"
        "    FROM ledger_posting WHERE entry_date <= %s AND account_id IN"
        "         (SELECT id FROM ledger_account WHERE legal_entity_id = %s) GROUP BY account_id"
        " ) t ON t.account_id = a.id WHERE a.legal_entity_id = %s ORDER BY a.code",
        [as_of, legal_entity_id, legal_entity_id],
    )
    return TrialBalance(legal_entity_id, as_of, tuple(TrialBalanceRow(*row) for row in found))


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
