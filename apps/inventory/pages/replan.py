"""A late or short supply: the promises that it breaks, whose they are, what is at risk, and the ways out with their cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.html import format_html_join

from apps.inventory.contract import warehouses
from apps.inventory.decisions.facts.promises import Line
from apps.inventory.models import Supply
from apps.inventory.permissions import APPLY_REPLAN, VIEW_PROMISES
from apps.inventory.selectors.promises import customers_of, supply_names
from apps.inventory.selectors.supplies import supply
from apps.inventory.services.replanning import WAY_WORDS, Replans, WayShown, apply_replan, replans_of
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.formats import money_html, quantity_html
from ordercash.web.page import Page

BROKEN: Final = (
    Column("promised_on", "Promised", kind="day"),
    Column("possible_on", "Possible", kind="day"),
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: ""),
    Column("quantity", "Waits for", kind="quantity"),
    Column("short", "Short", kind="quantity"),
    Column("net_minor", "At risk, net", kind="money", currency="currency"),
    Column("cause", "Because of", link="supply", id_key="cause_id"),
)
NEW_DAYS: Final = (
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("quantity", "Quantity", kind="quantity"),
    Column("promised_on", "Promised", kind="day"),
    Column("new_on", "New day", kind="day"),
    Column("comes_from", "From"),
)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A broken promise in words."""

    promised_on: date | None
    possible_on: date | None
    order_id: UUID
    customer_id: UUID | None
    quantity: Decimal
    short: Decimal | None
    net_minor: int
    currency: str
    cause: str
    cause_id: UUID | None


@dataclass(frozen=True, slots=True)
class NewDayRow:
    """A line's new day in words."""

    order_id: UUID
    quantity: Decimal
    promised_on: date | None
    new_on: date | None
    comes_from: str


class ReplanForm(forms.Form):
    """What the page was worked out from, so that nothing else is carried out."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=64)


def form_with(stamp: str) -> type[forms.Form]:
    """Return the form with the stamp in it."""
    field = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=stamp)
    return type("Stamped", (ReplanForm,), {"stamp": field})


def at_risk(line: Line) -> int:
    """Return what of a line waits, in minor units: its part of the net amount of the whole line."""
    return round(line.net_minor * line.quantity / line.line_quantity) if line.line_quantity else 0


class ReplanPage(Page):
    """Every broken promise of the supply's product, and the ways out, the cheapest first."""

    permission = VIEW_PROMISES
    template = "inventory/replan.html"

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (Crumb("Supplies", "supplies"), Crumb(self.row.number, url=f"/supplies/{self.row.pk}/"))

    @cached_property
    def row(self) -> Supply:
        return supply(self.kwargs["supply_id"])

    @cached_property
    def found(self) -> Replans:
        return replans_of(self.row.pk, now=clock.now())

    def context(self) -> Mapping[str, Any]:
        self.title = f"Re-plan {self.row.number}"
        lines = self.found.broken
        customers = customers_of([line.line_id for line in lines])
        names = supply_names(
            {line.cause_id for line in lines if line.cause_id}
            | {id for way in self.found.ways for day in way.days for id, _, _ in day.comes_from if id}
        )
        return {
            "subtitle": f"{self.row.product.sku} {self.row.product.name}",
            "tiles": self._tiles(customers),
            "broken": Table(
                columns=BROKEN,
                rows=[self._broken(line, customers, names) for line in lines],
                empty=Empty("Every promise of this product can be kept"),
            ),
            "ways": [
                (way, WAY_WORDS[way.name][1], cost_html(way), Table(columns=NEW_DAYS, rows=new_days(way, names)))
                for way in self.found.ways
            ],
        }

    def _tiles(self, customers: Mapping[UUID, UUID | None]) -> list[Tile]:
        lines = self.found.broken
        money: dict[str, int] = {}
        for line in lines:
            if line.currency:
                money[line.currency] = money.get(line.currency, 0) + at_risk(line)
        short = sum((line.short or Decimal(0) for line in lines), Decimal(0))
        return [
            Tile("Broken promises", str(len(lines)), note=f"{len({line.order_id for line in lines})} orders"),
            Tile("Customers", str(len(set(customers.values())))),
            Tile("Short", quantity_html(short, self.row.product.unit_id)),
            *(Tile("At risk, net", money_html(minor, currency)) for currency, minor in sorted(money.items())),
        ]

    def _broken(self, line: Line, customers: Mapping[UUID, UUID | None], names: Mapping[UUID, str]) -> BrokenRow:
        cause = names.get(line.cause_id, "") if line.cause_id else "goods that went elsewhere"
        return BrokenRow(
            line.promised_on, line.possible_on, line.order_id, customers.get(line.line_id), line.quantity, line.short,
            at_risk(line), line.currency, cause, line.cause_id,
        )  # fmt: skip

    def actions(self) -> Sequence[Action]:
        return [
            Action(
                f"Carry out: {way.title}", verb=f"apply_{way.name}", permission=APPLY_REPLAN,
                style="primary" if not place else "", form=form_with(self.found.stamp),
            )
            for place, way in enumerate(self.found.ways)
        ]  # fmt: skip

    def do_apply_cheapest(self, given: Given) -> str:
        return self._apply("cheapest", given)

    def do_apply_in_order(self, given: Given) -> str:
        return self._apply("in_order", given)

    def do_apply_fewest_moved(self, given: Given) -> str:
        return self._apply("fewest_moved", given)

    def _apply(self, way: str, given: Given) -> str:
        done = apply_replan(
            supply_id=self.row.pk, way=way, stamp=given.values["stamp"], actor=self.actor, now=clock.now()
        )
        return f"{len(done.broken)} promises have a day that can be kept."


def cost_html(way: WayShown) -> str:
    """Return the cost of a way, that of each currency by itself."""
    return format_html_join(" + ", "{}", ((money_html(minor, code),) for code, minor in way.costs.items())) or "–"


def new_days(way: WayShown, names: Mapping[UUID, str]) -> list[NewDayRow]:
    """Return the lines of a way with their new days and sources in words."""
    places = warehouses()
    return [
        NewDayRow(
            day.line.order_id, day.line.quantity, day.line.promised_on, day.promised_on,
            ", ".join(
                f"{quantity.normalize():f} {names[id] if id else 'shelf'} ({places[where].code})"
                for id, where, quantity in day.comes_from
            ),
        )
        for day in way.days
    ]  # fmt: skip
