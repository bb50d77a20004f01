"""Placing an order at a quote: its customer, lines and prices are those of the quote."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson
from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.masterdata.contract import channels_by_code
from apps.orders.decisions.canonical import read_order
from apps.orders.permissions import PLACE_ORDERS
from apps.orders.services.submit import Submission, submit_orders
from apps.pricing.contract import QuotedCart, quotes_by_id
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.web.actions import Action, Given
from ordercash.web.components import Crumb
from ordercash.web.links import link_url
from ordercash.web.page import Page


class NotPlaced(Conflict):
    """The order cannot be placed at the quote."""

    code, title = "not_placed", "The order was not placed"


def _channels() -> list[tuple[str, str]]:
    return [(code, code) for code in channels_by_code()]


class PlaceForm(forms.Form):
    """What a quote does not say."""

    channel = forms.ChoiceField(label="Channel", choices=_channels)
    purchase_order = forms.CharField(label="Customer’s purchase order", max_length=60, required=False)
    note = forms.CharField(label="Note", max_length=2000, required=False)


class PlaceQuote(Page):
    """The quote as the order that it would become."""

    permission = PLACE_ORDERS
    template = "orders/from_quote.html"

    @cached_property
    def quote(self) -> QuotedCart:
        found = quotes_by_id([self.kwargs["quote_id"]]).get(self.kwargs["quote_id"])
        if found is None:
            raise NotFound("There is no such quote.")
        return found

    def context(self) -> Mapping[str, Any]:
        quote = self.quote
        self.title = f"Place {quote.number} as an order"
        self.crumbs = (Crumb("Quotes", "quotes"), Crumb(quote.number, url=link_url("quote", quote.id)))
        decided = quote.decided
        return {
            "quote": quote,
            "badge": quote.state_at(clock.now()),
            "facts": decided.facts,
            "net_minor": decided.priced.net_minor,
        }

    def actions(self) -> Sequence[Action]:
        state = self.quote.state_at(clock.now())
        why = "" if state == "open" else f"The quote is {state.replace('_', ' ')}"
        return (
            Action(
                "Place the order",
                verb="place",
                permission=PLACE_ORDERS,
                style="primary",
                form=PlaceForm,
                disabled=why,
            ),
        )

    def do_place(self, given: Given) -> HttpResponse:
        """Place it as a program would; the quote itself names the request, so that sending it twice makes one order."""
        order = read_order(self._document(given.values))
        body = sha256(orjson.dumps(order.model_dump(mode="json"))).digest()
        (answer,) = submit_orders([Submission(self.actor, f"quote:{self.quote.id}", body, order)], now=clock.now())
        told = orjson.loads(answer.body)
        if answer.status >= 400:
            raise NotPlaced("; ".join(each["detail"] for each in told.get("errors", ())) or told["detail"])
        return HttpResponseRedirect(reverse("order", args=[told["id"]]), status=303)

    def _document(self, values: Mapping[str, Any]) -> dict[str, Any]:
        facts = self.quote.decided.facts
        lines = [{"sku": line.sku, "quantity": str(line.quantity), "unit": line.unit} for line in facts.lines]
        return {
            "legal_entity": facts.legal_entity, "channel": self.quote.channel or values["channel"], "customer": facts.customer,
            "currency": facts.currency, "quote": self.quote.number, "lines": lines,
            "purchase_order": values["purchase_order"], "note": values["note"],
        }  # fmt: skip
