"""One customer: what it owes, what it may still order, its orders, and where it lives."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from apps.masterdata.contract import addresses, block_customer, customer, set_credit_limit, unblock_customer
from apps.orders.pages import seen
from apps.orders.pages.customer_tables import (
    account_tiles,
    accounts_table,
    ageing_table,
    credit_bars,
    items_table,
    payments_table,
    shown_addresses,
)
from apps.orders.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from apps.orders.selectors.account import CustomerAccount, customer_account
from apps.orders.selectors.listing import orders
from ordercash.kernel import clock
from ordercash.kernel.money import exponent, to_major, to_minor
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Wanted
from ordercash.web.keyset import Slice
from ordercash.web.worklist import Worklist

BLOCK = "masterdata.block_customers"
SET_LIMIT = "masterdata.set_credit_limits"


class LimitForm(forms.Form):
    """The most that may be open and on order."""

    limit = forms.DecimalField(
        label="Credit limit", required=False, min_value=0, max_digits=15,
        help_text="In the customer’s currency; empty for no limit.",
    )  # fmt: skip


class CustomerPage(Worklist):
    """A customer's account; its orders are the list below."""

    permission = VIEW_CUSTOMERS
    template = "orders/customer.html"
    crumbs = (Crumb("Customers", "customers"),)
    row_noun = "order"
    default_sort = "-ordered_at"
    columns = (
        Column("number", "Order", link="order"),
        Column("state", "State", kind="badge"),
        Column("ordered_at", "Placed", kind="when"),
        Column("external_number", "Channel’s number"),
        Column("purchase_order", "Purchase order", desk=True),
        Column("channel_code", "Channel", kind="code", desk=True),
        Column("net_minor", "Net", kind="money", desk=True),
        Column("gross_minor", "Total", kind="money"),
    )
    empty = Empty("No orders yet", "Orders of this customer appear here.")

    @cached_property
    def customer(self) -> Any:
        """The customer; raises NotFound."""
        return customer(self.kwargs["customer_id"])

    @cached_property
    def today(self) -> date:
        """The day in the user's zone: what is due before it is overdue."""
        return clock.business_date(clock.now(), timezone.get_current_timezone_name())

    def queryset(self, wanted: Wanted) -> QuerySet[Any, Any]:
        """Return the customer's orders."""
        return orders(customer_id=self.customer.id)

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of orders, none for those who may not see orders."""
        if not self.may(VIEW_ORDERS):
            return Slice([])
        return super().rows(wanted, sort=sort, cursor=cursor, limit=limit)

    def context(self) -> Mapping[str, Any]:
        """Return the account with the list."""
        known = self.customer
        self.title = known.name or known.code
        own = {
            "customer": known,
            "badge": "blocked" if known.is_blocked else "",
            "subtitle": known.code,
            "addresses": shown_addresses(addresses(known.id)),
        }
        return {**super().context(), **own, **(self._account() if self.may(seen.INVOICES) else {})}

    def _account(self) -> Mapping[str, Any]:
        known = self.customer
        account: CustomerAccount = customer_account(known.id, currency=known.currency_id, on=self.today)
        return {
            "tiles": account_tiles(account, known),
            "accounts": accounts_table(account.accounts) if len(account.accounts) > 1 else None,
            "ageing": ageing_table(account.buckets) if account.buckets else None,
            "items": items_table(account, self.today),
            "payments": payments_table(account.payments) if self.may(seen.PAYMENTS) else None,
            "bars": credit_bars(account.credit, known.currency_id, known.credit_limit_minor),
        }

    # -- what can be done ------------------------------------------------------------------------------------------

    def actions(self) -> Sequence[Action]:
        """Return the verbs of masterdata that concern money."""
        blocked = self.customer.is_blocked
        block = Action(
            "Unblock", verb="unblock", permission=BLOCK, confirm="Let new orders of this customer through again?"
        )
        if not blocked:
            block = Action("Block", verb="block", permission=BLOCK, style="danger", reason=True,
                           confirm="Block the customer? New orders are held from now on.")  # fmt: skip
        return (Action("Set credit limit", verb="set_limit", permission=SET_LIMIT, form=self._limit_form()), block)

    def _limit_form(self) -> type[forms.Form]:
        known = self.customer
        decimals = exponent(known.currency_id)
        present = known.credit_limit_minor
        initial = None if present is None else to_major(present, known.currency_id)
        field = forms.DecimalField(
            label=f"Credit limit, {known.currency_id}", required=False, min_value=0, max_digits=15,
            decimal_places=decimals, initial=initial, help_text="Empty for no limit.",
        )  # fmt: skip
        return type("CustomerLimitForm", (LimitForm,), {"limit": field})

    def do_block(self, given: Given) -> str:
        """Block the customer with a reason."""
        block_customer(self.customer.id, reason=given.reason[:200], actor=self.actor, now=clock.now())
        return "The customer is blocked; its new orders are held."

    def do_unblock(self, given: Given) -> str:
        """Let its new orders through again."""
        unblock_customer(self.customer.id, actor=self.actor, now=clock.now())
        return "The customer is not blocked any more; orders that are held stay with their cases."

    def do_set_limit(self, given: Given) -> str:
        """Set or remove the limit."""
        limit: Decimal | None = given.values["limit"]
        minor = None if limit is None else to_minor(limit, self.customer.currency_id)
        set_credit_limit(self.customer.id, limit_minor=minor, actor=self.actor, now=clock.now())
        return "There is no credit limit any more." if minor is None else "The credit limit is set."
