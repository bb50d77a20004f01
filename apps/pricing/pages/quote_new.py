"""Making a quote: a cart is written down, its prices are shown with why, and then it is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.pricing.pages.carts import cart_shown
from apps.pricing.pages.lab_carts import LabCart, cart_asked, fields_shown, refusal_shown
from apps.pricing.permissions import MAKE_QUOTES, PROMISE_OTHER_INSTANTS
from apps.pricing.selectors.deciding import price_carts
from apps.pricing.selectors.quotes import quote_made_by
from apps.pricing.selectors.wishes import resolve_cart
from apps.pricing.services.quotes import QuoteWish, make_quote
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb
from ordercash.web.days import InstantInput
from ordercash.web.page import Page


class MakeForm(forms.Form):
    """In which time an order may be placed at it."""

    valid_until_at = forms.DateTimeField(
        label="Valid until", required=False, widget=InstantInput,
        help_text="Day and time; empty: it only tells prices, and no order can be placed at it.",
    )  # fmt: skip
    valid_from_at = forms.DateTimeField(
        label="Valid from", required=False, widget=InstantInput, help_text="Empty: at once."
    )
    note = forms.CharField(label="Note", max_length=300, required=False)
    attempt = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class NewQuote(Page):
    """A cart of the address, priced as it would be quoted."""

    permission = MAKE_QUOTES
    title = "New quote"
    template = "pricing/quote_new.html"
    crumbs = (Crumb("Quotes", "quotes"),)

    @cached_property
    def cart(self) -> LabCart:
        """The cart of the address."""
        return cart_asked(self.request.GET)

    @cached_property
    def shown(self) -> Mapping[str, Any]:
        """What the cart costs and why, or why it cannot be quoted."""
        if not self.cart.rows:
            return {}
        try:
            (decided,) = price_carts([resolve_cart(self.cart.wish(clock.now()))])
        except DomainError as refusal:
            return refusal_shown(refusal)
        return {"at": datetime.fromisoformat(decided.facts.at), **cart_shown(decided)}

    def context(self) -> Mapping[str, Any]:
        """Return the fields with what they come to."""
        return {**fields_shown(self.cart), "back_url": reverse("quotes"), **self.shown}

    def actions(self) -> Sequence[Action]:
        """Return the verb, once there are prices."""
        why = "" if "lines" in self.shown else "Show the prices first"
        if not why and not self.cart.header["customer"]:
            why = "A quote is made for a customer: name it"
        return (
            Action("Make the quote", verb="make", permission=MAKE_QUOTES, style="primary", form=MakeForm, disabled=why),
        )

    def do_make(self, given: Given) -> HttpResponse:
        """Keep the quote; sent twice it is made once."""
        values, now = given.values, clock.now()
        source_ref = f"page:{self.actor.id}:{values['attempt']}"
        made = quote_made_by(source_ref) or make_quote(
            QuoteWish(self.cart.wish(now), source_ref, values["valid_from_at"], values["valid_until_at"], values["note"]),
            any_instant=self.may(PROMISE_OTHER_INSTANTS), actor=self.actor, now=now,
        )  # fmt: skip
        return HttpResponseRedirect(reverse("quote", args=[made.pk]), status=303)
