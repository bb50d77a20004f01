"""The pricing lab: a cart by hand or from an order, at any instant, by any version, two of them side by side. It writes nothing
but the scenarios that it is asked to keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.decisions.record.readings import read_facts
from apps.pricing.pages.carts import cart_rows, cart_shown
from apps.pricing.pages.lab_carts import LabCart, cart_asked, cart_decided, fields_shown, refusal_shown
from apps.pricing.permissions import MAKE_QUOTES, VIEW_PRICES
from apps.pricing.selectors.carts import CartRequest
from apps.pricing.selectors.deciding import DecidedCart, price_carts_by
from apps.pricing.selectors.wishes import resolve_cart
from apps.rulebooks.contract import (
    OfferedVersion,
    ScenarioDraft,
    add_scenario,
    decisions_of,
    made_ready,
    offered_versions,
    rulebook_in_force,
)
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.ids import id_in
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Step
from ordercash.web.formats import money_html
from ordercash.web.links import link_url
from ordercash.web.page import Page
from ordercash.web.search import first_id

DRAFT_VERSION: Final = "rulebooks.draft_version"
QUOTED: Final = ("sku", "quantity", "unit")
FIGURES: Final = ("unit_price", "per", "source", "list_minor", "discount_minor", "net_minor", "state")


class NothingToKeep(Conflict):
    """There is no priced cart that could be kept."""

    code, title = "nothing_to_keep", "Price a cart first"


class KeepForm(forms.Form):
    """What a scenario is called, and why it is kept."""

    name = forms.CharField(
        label="Name", max_length=120, help_text="Every version is tried on it before it is activated."
    )
    note = forms.CharField(label="Note", max_length=300, required=False)


class Lab(Page):
    """A cart, priced as it would be."""

    permission = VIEW_PRICES
    title = "Pricing lab"
    template = "pricing/lab.html"

    @cached_property
    def cart(self) -> LabCart:
        """The cart of the address; `subject` names what a cart was decided for, `order` the number of an order."""
        query = self.request.GET
        number = query.get("order", "").strip()
        subject = id_in(query.get("subject", "")) or (first_id("order", number, self.request.user) if number else None)
        if subject is not None:
            decided = [each for each in decisions_of(subject) if each.kind == RULES_KIND]
            if decided:
                return cart_decided(read_facts(decided[-1].facts))
        return cart_asked(query)

    @cached_property
    def versions(self) -> list[OfferedVersion]:
        return offered_versions(RULES_KIND, clock.now())

    def chosen(self, name: str) -> OfferedVersion | None:
        """Return the version that the address chooses."""
        wanted = id_in(self.request.GET.get(name, ""))
        return next((each for each in self.versions if each.id == wanted), None)

    def in_force(self, request: CartRequest) -> OfferedVersion | None:
        """Return the version that is in force for the cart at its instant. Raises NoRulebookInForce."""
        sha256 = rulebook_in_force(RULES_KIND, at=request.at, legal_entity_id=request.legal_entity_id).sha256
        same = [each for each in self.versions if each.sha256 == sha256]
        return next((each for each in same if _holds(each, request.at)), same[0] if same else None)

    @cached_property
    def priced(self) -> list[tuple[OfferedVersion, DecidedCart]]:
        """The cart by each version that is asked for, the one in force when none is. Raises what is wrong with the cart."""
        request = resolve_cart(self.cart.wish(clock.now()))
        first, second = self.chosen("a") or self.in_force(request), self.chosen("b")
        versions = [each for each in (first, second) if each is not None]
        ready = made_ready(RULES_KIND, versions)
        return list(zip(versions, price_carts_by(ready, [request] * len(ready)), strict=True))

    def context(self) -> Mapping[str, Any]:
        cart = self.cart
        context: dict[str, Any] = {
            **fields_shown(cart),
            "versions": [(str(each.id), each.label) for each in self.versions],
            "a": self.request.GET.get("a", ""),
            "b": self.request.GET.get("b", ""),
            "order": self.request.GET.get("order", ""),
        }
        if not cart.rows:
            return context
        try:
            return context | self._shown(self.priced)
        except DomainError as refusal:
            return context | refusal_shown(refusal)

    def _shown(self, priced: Sequence[tuple[OfferedVersion, DecidedCart]]) -> dict[str, Any]:
        (version, decided), *others = priced
        if not others:
            return {
                "version": version,
                "url": link_url("rulebook_version", version.id),
                "at": _at(decided),
                **cart_shown(decided),
            }
        other, compared = others[0]
        one, two = cart_shown(decided), cart_shown(compared)
        pairs = zip(one["explained"], two["explained"], strict=True)
        currency = decided.facts.currency
        return {
            "version": version, "other": other, "at": _at(decided),
            "url": link_url("rulebook_version", version.id), "other_url": link_url("rulebook_version", other.id),
            "lines": _compared(decided, compared, version, other),
            "pairs": [
                {"line_no": a["line_no"], "sku": a["sku"], "a": marked(a["steps"], b["steps"]), "b": marked(b["steps"], a["steps"]),
                 "differs": a["steps"] != b["steps"]}
                for a, b in pairs
            ],
            "whole_a": marked(one["whole"], two["whole"]), "whole_b": marked(two["whole"], one["whole"]),
            "delta": money_html(compared.priced.net_minor - decided.priced.net_minor, currency),
            "is_same": compared.priced.net_minor == decided.priced.net_minor,
        }  # fmt: skip

    def actions(self) -> Sequence[Action]:
        if not self.cart.rows:
            return ()
        query = urlencode(
            [*self.cart.header.items(), *((name, row[name]) for row in self.cart.rows for name in QUOTED)]
        )
        return (
            Action("Keep as scenario", verb="keep", permission=DRAFT_VERSION, form=KeepForm),
            Action("Quote it", url=f"{reverse('quote_new')}?{query}", permission=MAKE_QUOTES),
        )

    def do_keep(self, given: Given) -> HttpResponse:
        """Keep the cart and what the first version makes of it as a scenario of that version's rulebook."""
        if not self.priced:
            raise NothingToKeep()
        version, decided = self.priced[0]
        texts = decided.texts
        draft = ScenarioDraft(
            given.values["name"], orjson.loads(texts.facts), orjson.loads(texts.outcome), given.values["note"]
        )
        kept = add_scenario(rulebook_id=version.rulebook_id, draft=draft, actor=self.actor, now=clock.now())
        return HttpResponseRedirect(link_url("scenario", kept.pk), status=303)


def marked(steps: Sequence[Step], others: Sequence[Step]) -> list[Step]:
    """Return the steps with those marked that the other explanation has not, or has otherwise."""
    known = {each.label: each for each in others}
    found = []
    for step in steps:
        twin = known.get(step.label)
        below = marked(step.below, twin.below if twin else ())
        own = twin is None or (step.value, step.outcome, step.note) != (twin.value, twin.outcome, twin.note)
        is_open = step.is_open or any(each.is_marked for each in below)
        found.append(replace(step, below=below, is_marked=own, is_open=is_open))
    return found


def _compared(one: DecidedCart, two: DecidedCart, first: OfferedVersion, second: OfferedVersion) -> Table:
    """Return the lines of both, those that rules added below; what differs is marked."""
    a, b = cart_rows(one), cart_rows(two)
    asked = len(one.facts.lines)
    rows = [_pair(x, y) for x, y in zip(a[:asked], b[:asked], strict=True)]
    rows += [_pair(x, None) for x in a[asked:] if x not in b[asked:]]
    rows += [_pair(x, x) for x in a[asked:] if x in b[asked:]]
    rows += [_pair(None, y) for y in b[asked:] if y not in a[asked:]]
    columns = (
        Column("sku", "Product", link="product", id_key="product"),
        Column("quantity", "Quantity", kind="quantity", unit="unit"),
        Column("price_a", f"Price v{first.number}", kind="price", currency="currency", unit="per_a"),
        Column("price_b", f"Price v{second.number}", kind="price", currency="currency", unit="per_b"),
        Column("net_a", f"Net v{first.number}", kind="money", currency="currency"),
        Column("net_b", f"Net v{second.number}", kind="money", currency="currency"),
        Column("delta", "Difference", kind="money", currency="currency"),
        Column("state", "", kind="badge"),
    )
    currency = one.facts.currency
    footer = {"net_a": money_html(one.priced.net_minor, currency), "net_b": money_html(two.priced.net_minor, currency),
              "delta": money_html(two.priced.net_minor - one.priced.net_minor, currency)}  # fmt: skip
    return Table(columns=columns, rows=rows, footer=footer)


def _pair(a: dict[str, Any] | None, b: dict[str, Any] | None) -> dict[str, Any]:
    known = a or b or {}
    same = a is not None and b is not None and all(a[name] == b[name] for name in FIGURES)
    change = (b["net_minor"] if b else 0) - (a["net_minor"] if a else 0)
    return {
        **{name: known[name] for name in ("sku", "product", "quantity", "unit", "currency")},
        "price_a": a["unit_price"] if a else None, "per_a": a["per"] if a else None, "net_a": a["net_minor"] if a else None,
        "price_b": b["unit_price"] if b else None, "per_b": b["per"] if b else None, "net_b": b["net_minor"] if b else None,
        "delta": change or None, "state": "" if same else "differs",
    }  # fmt: skip


def _holds(version: OfferedVersion, at: datetime) -> bool:
    return any(from_at <= at and (until_at is None or at < until_at) for from_at, until_at in version.periods)


def _at(decided: DecidedCart) -> datetime:
    return datetime.fromisoformat(decided.facts.at)
