"""Quotes: the list, and one with the explanation of every price."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.audit.contract import actor_names
from apps.masterdata.contract import customer_id_called
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.models import Quote, QuoteState
from apps.pricing.pages.carts import cart_shown
from apps.pricing.permissions import MAKE_QUOTES, VIEW_PRICES, VIEW_QUOTES
from apps.pricing.selectors.quotes import EXPIRED, STATES, quote, quoted_cart, quotes, state_of
from apps.pricing.services.quotes import withdraw_quote
from apps.rulebooks.contract import pinned_version
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.links import link_url
from ordercash.web.page import Page
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist


def _state(row: Quote) -> str:
    return state_of(row.state, row.valid_from_at, row.valid_until_at, clock.now())


class Quotes(Worklist):
    """Quotes, newest first."""

    permission = VIEW_QUOTES
    title = "Quotes"
    row_noun = "quote"
    default_sort = "-recorded_at"
    columns = (
        Column("number", "Quote", link="quote"),
        Column("state", "State", kind="badge", value=_state),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("customer__name", "Name", desk=True),
        Column("recorded_at", "Made", kind="when", sort="recorded_at"),
        Column("valid_until_at", "Valid until", kind="when"),
        Column("line_count", "Lines", kind="number"),
        Column("discount_minor", "Discount", kind="money", currency="currency_id", desk=True),
        Column("net_minor", "Net", kind="money", currency="currency_id"),
        Column("order_id", "Order", link="order", id_key="order_id", named=True),
    )
    filters = (
        Filter("q", "Number", placeholder="Q-"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("state", "State", kind="choice", choices=[(state, state_label(state)) for state in STATES]),
    )
    empty = Empty("No quotes", "A cart is quoted here, or over the API: POST /api/v1/pricing/quotes.")

    def actions(self) -> Sequence[Action]:
        return (Action("New quote", url=reverse("quote_new"), permission=MAKE_QUOTES, style="primary", icon="add"),)

    def queryset(self, wanted: Wanted) -> QuerySet[Quote]:
        customer_id = customer_id_called(wanted["customer"])
        return quotes(state=wanted["state"], customer_id=customer_id, number=wanted["q"], at=clock.now())


class QuotePage(Page):
    """One quote: what every line costs, and why; whether an order can be placed at it."""

    permission = VIEW_QUOTES
    template = "pricing/quote.html"
    crumbs = (Crumb("Quotes", "quotes"),)

    @cached_property
    def row(self) -> Quote:
        return quote(self.kwargs["quote_id"])

    @cached_property
    def state(self) -> str:
        return _state(self.row)

    def context(self) -> Mapping[str, Any]:
        row = self.row
        decided = quoted_cart(row)
        self.title = f"Quote {row.number}"
        return {
            "row": row,
            "badge": self.state,
            "facts": decided.facts,
            "made_by": actor_names([row.made_by]).get(row.made_by, ""),
            "version": pinned_version(RULES_KIND, bytes(row.version_sha256), row.priced_at),
            **cart_shown(decided),
        }

    def actions(self) -> Sequence[Action]:
        row, place = self.row, link_url("quote_order", self.row.pk)
        lab = f"{reverse('pricing_lab')}?subject={row.pk}"
        offered = [Action("Try in the lab", url=lab, permission=VIEW_PRICES)]
        if place and self.state == "open":
            offered.append(Action("Place as order", url=place, permission="orders.place_orders", style="primary"))
        if row.state == QuoteState.OPEN and self.state != EXPIRED:
            offered.append(Action("Withdraw", verb="withdraw", permission=MAKE_QUOTES, style="danger", reason=True))
        return offered

    def do_withdraw(self, given: Given) -> str:
        withdraw_quote(self.row.pk, reason=given.reason, actor=self.actor, now=clock.now())
        return "The quote is withdrawn; no order can be placed at it."
