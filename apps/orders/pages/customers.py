"""The list of customers with what they owe."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.billing.contract import Account, accounts_of_customers, most_overdue_customers
from apps.masterdata.contract import customers, find_customers
from apps.orders.pages import seen
from apps.orders.permissions import VIEW_CUSTOMERS
from ordercash.kernel import clock
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html
from ordercash.web.keyset import Slice
from ordercash.web.worklist import Worklist

# A search by words looks at the best hits only; who wants more writes more of the word.
BEST_HITS = 200
MOST_OVERDUE = 100


class Customers(Worklist):
    """Every customer by code."""

    permission = VIEW_CUSTOMERS
    title = "Customers"
    row_noun = "customer"
    default_sort = "code"
    columns = (
        Column("code", "Customer", link="customer", sort="code"),
        Column("name", "Name"),
        Column("standing", "State", kind="badge", value=lambda row: "blocked" if row.is_blocked else ""),
        Column("country", "Country", kind="code"),
        Column("group__code", "Group", desk=True),
        Column("payment_terms_days", "Terms, days", kind="number"),
        Column("credit_limit_minor", "Credit limit", kind="money", currency="currency_id"),
        Column("open", "Open invoices", kind="figure", value=lambda row: amounts_html(row.accounts, "invoiced_minor")),
        Column("overdue", "Overdue", kind="figure", value=lambda row: amounts_html(row.accounts, "overdue_minor")),
        Column("balance", "Balance", kind="figure", value=lambda row: amounts_html(row.accounts, "balance_minor"),
               hint="Open invoices less open credit notes and payments that are not applied"),
    )  # fmt: skip
    filters = (
        Filter("q", "Customer", placeholder="Code or name"),
        Filter("country", "Country", placeholder="GB"),
        Filter("blocked", "Blocked", kind="flag"),
        Filter("overdue", "Most overdue first", kind="flag"),
    )
    empty = Empty("No customers yet", "They are added in the administration, over the API, or by an import.")

    def queryset(self, wanted: Wanted) -> QuerySet[Any]:
        """Return the customers by the filters."""
        found = customers(country=wanted["country"].upper(), is_blocked=True if wanted["blocked"] else None)
        if wanted["q"]:
            found = found.filter(id__in=[hit.id for hit in find_customers(wanted["q"], limit=BEST_HITS)])
        return found

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of customers with their accounts, for those who may see invoices."""
        today = clock.business_date(clock.now(), timezone.get_current_timezone_name())
        sees = self.may(seen.INVOICES)
        if wanted["overdue"] and sees:
            page: Slice[Any] = Slice(self._most_overdue(wanted, today))
        else:
            page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        accounts: dict[Any, list[Account]] = {}
        for account in accounts_of_customers([row.id for row in page.rows], on=today) if sees else ():
            accounts.setdefault(account.customer_id, []).append(account)
        for row in page.rows:
            row.accounts = accounts.get(row.id, [])
        return page

    def _most_overdue(self, wanted: Wanted, today: date) -> list[Any]:
        """Return the customers with the largest overdue amounts: one page, which is never continued."""
        ranked = most_overdue_customers(on=today, limit=MOST_OVERDUE)
        found = {row.id: row for row in self.queryset(wanted).filter(id__in=ranked)}
        return [found[customer_id] for customer_id in ranked if customer_id in found]


def amounts_html(accounts: list[Account], name: str) -> SafeString | None:
    """Return an amount per currency, those of several legal entities summed; nothing for zero."""
    sums: dict[str, int] = {}
    for account in accounts:
        sums[account.currency] = sums.get(account.currency, 0) + getattr(account, name)
    shown = [(money_html(minor, currency),) for currency, minor in sorted(sums.items()) if minor]
    return format_html_join(" · ", "{}", shown) or None
