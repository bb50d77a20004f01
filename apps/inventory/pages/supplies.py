"""What should come: the list, and one supply with what came of it and who is promised the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from apps.audit.contract import actor_names, timeline
from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyChange, SupplyClosing, SupplyDraft
from apps.inventory.models import Supply, SupplyStatus
from apps.inventory.pages.stock import TEXT, WAREHOUSE, MovementRefused, named
from apps.inventory.pages.supply_forms import AnnounceForm, arrival_form, change_form
from apps.inventory.permissions import CHANGE_SUPPLIES, RECEIVE_STOCK, VIEW_PROMISES, VIEW_SUPPLIES
from apps.inventory.selectors.promises import broken_by, broken_words
from apps.inventory.selectors.supplies import (
    OPEN_STATUSES,
    SUPPLY_SORT,
    PeggedLine,
    arrivals_of,
    pegged_lines,
    supplies,
    supply,
    with_pegged,
)
from apps.inventory.services.desk import announce_goods, change_goods, close_goods, receive_goods
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile, TimelineEntry
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html, quantity_html
from ordercash.web.page import Page
from ordercash.web.payloads import told_html
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

UNIT = "product__unit_id"


def _late(row: Supply) -> str:
    """Return the word for a supply that should have come."""
    return "late" if row.status in OPEN_STATUSES and row.due_at < clock.now() else ""


class Supplies(Worklist):
    """What should come, what came late, what was given up; the first due stands first."""

    permission = VIEW_SUPPLIES
    title = "Supplies"
    row_noun = "supply"
    default_sort = SUPPLY_SORT
    columns = (
        Column("number", "Supply", link="supply"),
        Column("kind", "Kind", value=lambda row: row.get_kind_display(), desk=True),
        Column("product__sku", "Product", kind="code", link="product", id_key="product_id"),
        Column("product__name", "Name", desk=True),
        Column("warehouse__code", "Warehouse"),
        Column("quantity", "Announced", kind="quantity", unit=UNIT),
        Column("open_quantity", "To come", kind="quantity", unit=UNIT, value=lambda row: row.open_quantity or None),
        Column("pegged", "Promised", kind="quantity", unit=UNIT, hint="What orders that wait are promised of it"),
        Column("due_at", "Due", kind="when", sort="due_at"),
        Column("status", "Status", kind="badge"),
        Column("late", "Late", kind="badge", value=_late),
        Column("confidence", "Confidence, %", kind="number", value=lambda row: row.confidence.normalize(), desk=True),
    )
    filters = (
        Filter("number", "Number", placeholder="PO-"),
        TEXT,
        WAREHOUSE,
        Filter("status", "Status", kind="choices", choices=SupplyStatus.choices),
        Filter("late", "Late", kind="flag"),
    )
    empty = Empty("Nothing is announced", "Purchase and production orders appear here when they are announced.")

    def queryset(self, wanted: Wanted) -> QuerySet[Supply]:
        found = with_pegged(
            supplies(
                text=wanted["q"],
                warehouse=wanted["warehouse"],
                statuses=wanted["status"],
                late_at=clock.now() if wanted["late"] else None,
            )
        )
        return found.filter(number__icontains=wanted["number"]) if wanted["number"] else found

    def actions(self) -> Sequence[Action]:
        return (
            Action(
                "Announce a supply", verb="announce", permission=CHANGE_SUPPLIES, style="primary", form=AnnounceForm
            ),
        )

    def do_announce(self, given: Given) -> str:
        product_id, warehouse_id, source_ref = named(given, "supply")
        wanted = ("quantity", "unit_cost", "due_at", "kind", "number", "status", "confidence")
        draft = SupplyDraft(
            warehouse_id, product_id, source_ref=source_ref, **{name: given.values[name] for name in wanted}
        )
        now = clock.now()
        result = announce_goods(drafts=[draft], actor=self.actor, now=now)
        _refuse(result.refused)
        return f"{result.supplies[0].number} is announced."


RECEIPTS = (
    Column("occurred_at", "Came", kind="when"),
    Column("quantity", "Quantity", kind="quantity"),
    Column("value_minor", "Value", kind="money"),
    Column("lot_code", "Lot", kind="code"),
    Column("source_ref", "Reference", kind="code", desk=True),
)
PEGS = (
    Column("promised_on", "Promised", kind="day"),
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: ""),
    Column("quantity", "Quantity", kind="quantity"),
    Column("ship_on", "Can leave", kind="day"),
    Column("net_minor", "Net", kind="money"),
)


class SupplyPage(Page):
    """One supply: what was announced, what came, who is promised the rest and what that is worth, and what happened."""

    permission = VIEW_SUPPLIES
    template = "inventory/supply.html"
    crumbs = (Crumb("Supplies", "supplies"),)

    @cached_property
    def row(self) -> Supply:
        return supply(self.kwargs["supply_id"])

    @cached_property
    def _broken(self) -> int:
        return broken_by(self.row.pk)

    def context(self) -> Mapping[str, Any]:
        row, pegs = self.row, pegged_lines(self.kwargs["supply_id"])
        self.title = f"Supply {row.number}"
        return {
            "row": row,
            "badge": row.status,
            "subtitle": f"{row.product.sku} {row.product.name}",
            "late": _late(row),
            "broken": broken_words(self._broken),
            "tiles": self._tiles(pegs),
            "receipts": Table(
                columns=self._of_entity(RECEIPTS), rows=arrivals_of(row.pk), empty=Empty("Nothing came yet")
            ),
            "pegs": Table(columns=PEGS, rows=pegs, empty=Empty("Nobody is promised anything of it")),
            "timeline": self._story(),
        }

    def _of_entity(self, columns: Sequence[Column]) -> list[Column]:
        """Return the columns with the currency in which the warehouse's stock is valued."""
        currency = self.row.warehouse.legal_entity.currency_id
        return [replace(each, currency=currency) if each.kind == "money" else each for each in columns]

    def _tiles(self, pegs: Sequence[PeggedLine]) -> list[Tile]:
        row, unit = self.row, self.row.product.unit_id
        promised = sum(peg.quantity for peg in pegs)
        worth: dict[str, int] = {}
        for peg in pegs:
            if peg.currency and peg.net_minor is not None:
                worth[peg.currency] = worth.get(peg.currency, 0) + peg.net_minor
        return [
            Tile("Announced", quantity_html(row.quantity, unit)),
            Tile("Received", quantity_html(row.received, unit)),
            Tile("To come", quantity_html(row.open_quantity, unit)),
            Tile("Promised of it", quantity_html(promised, unit), note=f"{len({peg.order_id for peg in pegs})} orders"),
            *(Tile("Promised, net", money_html(amount, currency)) for currency, amount in sorted(worth.items())),
        ]

    def _story(self) -> list[TimelineEntry]:
        events = timeline(self.row.pk)
        names = actor_names({event.actor_id for event in events})
        return [
            TimelineEntry(
                at=event.occurred_at,
                title=state_label(event.name.partition(".")[2]),
                actor=names.get(event.actor_id, "") if event.actor_id else "",
                data=told_html({name: value for name, value in event.payload.items() if name in TOLD}),
            )
            for event in reversed(events)
        ]

    def actions(self) -> Sequence[Action]:
        ended = "" if self.row.status in OPEN_STATUSES else f"It is {self.row.status}"
        look = Action("Look at the re-plan", url=reverse("replan", args=[self.row.pk]), permission=VIEW_PROMISES)
        return (
            *((look,) if self._broken else ()),
            Action(
                "Receive", verb="receive", permission=RECEIVE_STOCK, style="primary", form=arrival_form(self.row),
                disabled=ended,
            ),
            Action("Change", verb="change", permission=CHANGE_SUPPLIES, form=change_form(self.row), disabled=ended),
            Action(
                "Nothing more will come", verb="close", permission=CHANGE_SUPPLIES, style="danger", disabled=ended,
                confirm="What is still to come is given up, and what is promised of it is pegged anew.", reason=True,
            ),
        )  # fmt: skip

    def do_receive(self, given: Given) -> str:
        values, now = given.values, clock.now()
        ref = f"receipt:{self.row.pk}:{values['reference']}"
        at: datetime = values["received_at"] or now
        arrival = SupplyArrival(self.row.pk, values["quantity"], at, ref, is_last=values["is_last"])
        arrival = replace(arrival, lot_code=values["lot"], expires_on=values["expires_on"])
        result = receive_goods(arrivals=[arrival], actor=self.actor, now=now)
        _refuse(result.refused)
        return f"Received. {result.supplies[0].open_quantity.normalize():f} are still to come."

    def do_change(self, given: Given) -> str:
        values = given.values
        change = SupplyChange(self.row.pk, **values)
        _refuse(change_goods(changes=[change], actor=self.actor, now=clock.now()).refused)
        return f"{self.row.number} is changed."

    def do_close(self, given: Given) -> str:
        closing = SupplyClosing(self.row.pk, given.reason)
        _refuse(close_goods(closings=[closing], actor=self.actor, now=clock.now()).refused)
        return f"Nothing more of {self.row.number} will come."


TOLD = frozenset(
    {"quantity", "unit_cost", "due_at", "status", "confidence", "changed", "open_quantity", "given_up", "reason", "source_ref"}
)  # fmt: skip


def _refuse(refused: Sequence[Refusal]) -> None:
    if refused:
        raise MovementRefused(refused[0].detail)
