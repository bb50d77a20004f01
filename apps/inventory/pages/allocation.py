"""The allocation workbench: try a run, compare what the strategies would do, carry one out, take it back."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join

from apps.audit.contract import actor_names
from apps.inventory.decisions.sharing.document import STRATEGIES
from apps.inventory.models import AllocationRun, RunState
from apps.inventory.permissions import ALLOCATE_BY_HAND, COMMIT_ALLOCATION, SIMULATE_ALLOCATION, VIEW_ALLOCATION
from apps.inventory.selectors.allocation import RUN_SORT, allocation_run, allocation_runs, entity_choices, moves_of
from apps.inventory.services.allocating import (
    carry_out_allocation,
    put_away_allocation,
    take_back_allocation,
    try_allocation,
)
from apps.inventory.services.allocation_facts import Scope
from apps.masterdata.contract import entities_by_code, products_by_sku
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import amount_text, money_html
from ordercash.web.links import link_url
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist

SHOWN = 100
NAMED = {"rules": "As the rules say", **STRATEGIES}
CHOICES = [("", "As the rules say"), *((name, STRATEGIES[name]) for name in ("first_come", "priority", "fair_share"))]


class TryForm(forms.Form):
    """Whose goods, and by which strategy."""

    legal_entity = forms.ChoiceField(label="Legal entity", choices=entity_choices)
    skus = forms.CharField(
        label="Products",
        required=False,
        max_length=2000,
        help_text="SKUs with commas between; empty: all that is waited for.",
    )
    strategy = forms.ChoiceField(label="Strategy", choices=CHOICES, required=False)

    def clean_skus(self) -> list[Any]:
        """Refuse what is not a product."""
        skus = [part.strip() for part in str(self.cleaned_data["skus"]).split(",") if part.strip()]
        known = products_by_sku(skus)
        if missing := [sku for sku in skus if sku not in known]:
            raise forms.ValidationError(f"There is no product {', '.join(missing)}.")
        return [known[sku].id for sku in skus]


class GoodsForm(forms.Form):
    """Whose goods, and which."""

    legal_entity = forms.ChoiceField(label="Legal entity", choices=entity_choices)
    sku = forms.CharField(label="Product", max_length=80, help_text="The SKU of what is given.")

    def clean_sku(self) -> Any:
        """Refuse what is not a product; returns it."""
        sku = str(self.cleaned_data["sku"]).strip()
        if (found := products_by_sku([sku]).get(sku)) is None:
            raise forms.ValidationError(f"There is no product {sku}.")
        return found


class AllocationRuns(Worklist):
    """Runs that were tried, carried out and taken back, the newest first."""

    permission = VIEW_ALLOCATION
    title = "Allocation"
    row_noun = "run"
    default_sort = RUN_SORT
    columns = (
        Column("number", "Run", link="allocation_run"),
        Column("made_at", "Tried", kind="when", sort="made_at"),
        Column("legal_entity__code", "Legal entity"),
        Column("strategy", "Strategy", value=lambda row: NAMED.get(row.strategy, row.strategy)),
        Column("winners", "Lines that gain", kind="number", value=lambda row: row.figures.get("winners")),
        Column("losers", "Lines that lose", kind="number", value=lambda row: row.figures.get("losers")),
        Column("fairness", "Fairness", kind="number", value=lambda row: row.figures.get("fairness")),
        Column("state", "State", kind="badge"),
        Column("committed_at", "Carried out", kind="when", desk=True),
    )
    filters = (Filter("state", "State", kind="choices", choices=RunState.choices),)
    empty = Empty(
        "Nothing was tried yet",
        "What becomes free is shared out by itself. A run looks at who waits and who has, and what every strategy would do.",
    )

    def queryset(self, wanted: Wanted) -> QuerySet[AllocationRun]:
        return allocation_runs(states=wanted["state"])

    def actions(self) -> Sequence[Action]:
        return (
            Action(
                "Try a run", verb="try", permission=SIMULATE_ALLOCATION, style="primary", icon="science", form=TryForm
            ),
            Action("Give by hand", verb="by_hand", permission=ALLOCATE_BY_HAND, form=GoodsForm),
        )

    def do_try(self, given: Given) -> HttpResponse:
        values = given.values
        entity = entities_by_code()[values["legal_entity"]]
        scope = Scope(entity.id, tuple(values["skus"]))
        row = try_allocation(scope=scope, strategy=values["strategy"], actor=self.actor, now=clock.now())
        return HttpResponseRedirect(link_url("allocation_run", row.pk))

    def do_by_hand(self, given: Given) -> HttpResponse:
        code, product = given.values["legal_entity"], given.values["sku"]
        address = reverse("allocation_by_hand", args=[code, product.id])
        return HttpResponseRedirect(address, status=303)


class AllocationRunPage(Page):
    """One run: who gains, who loses and until when he waits, what it is worth and how fair it is, beside every other strategy."""

    permission = VIEW_ALLOCATION
    template = "inventory/allocation_run.html"
    crumbs = (Crumb("Allocation", "allocation_runs"),)

    @cached_property
    def row(self) -> AllocationRun:
        return allocation_run(self.kwargs["run_id"])

    def context(self) -> Mapping[str, Any]:
        row, figures = self.row, self.row.figures
        self.title = f"Allocation {row.number}"
        names = actor_names([id for id in (row.made_by, row.committed_by, row.rolled_back_by) if id])
        return {
            "row": row,
            "badge": row.state,
            "subtitle": NAMED.get(row.strategy, row.strategy),
            "tiles": self._tiles(figures),
            "compared": Table(columns=COMPARED, rows=_compared(figures.get("compared", {}), row.strategy)),
            "tiers": Table(
                columns=TIERS,
                rows=[{"tier": name or "everybody", **tier} for name, tier in figures.get("tiers", {}).items()],
            ),
            "gained": Table(columns=MOVES, rows=moves_of(row.pk, SHOWN, gained=True), empty=Empty("Nobody gains")),
            "lost": Table(columns=LOST, rows=moves_of(row.pk, SHOWN, gained=False), empty=Empty("Nobody loses")),
            "made_by": names.get(row.made_by, ""),
            "committed_by": names.get(row.committed_by, "") if row.committed_by else "",
            "rolled_back_by": names.get(row.rolled_back_by, "") if row.rolled_back_by else "",
            "shown": SHOWN,
        }

    def _tiles(self, figures: Mapping[str, Any]) -> list[Tile]:
        tiles = [
            Tile("Lines that gain", figures.get("winners", 0), note=f"{figures.get('units_gained', '0')} units"),
            Tile(
                "Lines that lose",
                figures.get("losers", 0),
                note=_until(figures),
                tone="warn" if figures.get("losers") else "",
            ),
            Tile("Fairness", str(figures.get("fairness", "")), note="1: everybody has the same part of what he wants"),
            Tile("Least fill", str(figures.get("least_fill", "")), note="of what a line wants"),
        ]
        for currency, money in figures.get("money", {}).items():
            if currency:
                before = amount_text(money["before"], currency)
                tiles.append(
                    Tile(
                        "Worth of what they have", money_html(money["after"], currency), note=f"was {currency} {before}"
                    )
                )
        return tiles

    def actions(self) -> Sequence[Action]:
        tried, done = self.row.state == RunState.SIMULATED, self.row.state == RunState.COMMITTED
        return (
            Action(
                "Carry it out", verb="commit", permission=COMMIT_ALLOCATION, style="primary", reason=True,
                confirm="Who loses goods waits again and is told his new day.", disabled="" if tried else "It was tried before",
            ),
            Action(
                "Take it back", verb="roll_back", permission=COMMIT_ALLOCATION, style="danger", reason=True,
                confirm="Everybody gets back what he had.", disabled="" if done else "It is not carried out",
            ),
            Action(
                "Put away", verb="discard", permission=SIMULATE_ALLOCATION, confirm="Put this trial away?",
                disabled="" if tried else "It is not a trial any more",
            ),
        )  # fmt: skip

    def do_commit(self, given: Given) -> str:
        row = carry_out_allocation(run_id=self.row.pk, reason=given.reason, actor=self.actor, now=clock.now())
        return f"{row.number} is carried out."

    def do_roll_back(self, given: Given) -> str:
        row = take_back_allocation(run_id=self.row.pk, reason=given.reason, actor=self.actor, now=clock.now())
        return f"{row.number} is taken back."

    def do_discard(self, given: Given) -> str:
        return f"{put_away_allocation(run_id=self.row.pk).number} is put away."


COMPARED = (
    Column("name", "Strategy"),
    Column("winners", "Gain", kind="number"),
    Column("losers", "Lose", kind="number"),
    Column("units_gained", "Units that move", kind="number"),
    Column("money", "Gained", kind="figure"),
    Column("lost", "Lost", kind="figure"),
    Column("fairness", "Fairness", kind="number"),
    Column("least_fill", "Least fill", kind="number"),
    Column("longest_wait_days", "Longest wait, days", kind="number"),
    Column("chosen", "", kind="badge"),
)
TIERS = (
    Column("tier", "Tier"),
    Column("lines", "Lines", kind="number"),
    Column("wanted", "Wanted", kind="number"),
    Column("before", "Had", kind="number"),
    Column("after", "Will have", kind="number"),
)
MOVES = (
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("product__sku", "Product", kind="code", link="product", id_key="product_id"),
    Column("warehouse__code", "From"),
    Column("tier", "Tier", value=lambda row: row.tier or None),
    Column("asked", "Ordered", kind="quantity"),
    Column("change", "Change", kind="quantity"),
    Column("net_minor", "Net of the line", kind="money"),
)
LOST = (*MOVES[:6], Column("promised_on", "New day", kind="day"), MOVES[6])


def _compared(figures: Mapping[str, Mapping[str, Any]], chosen: str) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "name": NAMED.get(name, name),
            "money": _sums(each, "gained"),
            "lost": _sums(each, "lost"),
            "chosen": "this run" if name == chosen else "",
        }
        for name, each in figures.items()
    ]


def _sums(figures: Mapping[str, Any], which: str) -> str:
    from_each = [
        money_html(money[which], currency) for currency, money in figures["money"].items() if currency and money[which]
    ]
    return format_html_join(", ", "{}", ((each,) for each in from_each))


def _until(figures: Mapping[str, Any]) -> str:
    days = figures.get("longest_wait_days")
    return f"the longest waits {days} days" if days is not None else f"{figures.get('units_lost', '0')} units"
