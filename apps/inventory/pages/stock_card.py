"""One stock row: what lies where, its lots, and every change with its running balance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone

from apps.inventory.decisions.facts.bins import BinMove, SafetyStock
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.models import Stock
from apps.inventory.pages.lots import how_long
from apps.inventory.pages.stock import MovementRefused, told
from apps.inventory.permissions import CHANGE_SAFETY_STOCK, MOVE_BINS, REVALUE_STOCK, VIEW_STOCK
from apps.inventory.selectors.stockcard import balance_as_of, lots_of, stock_card, stock_row
from apps.inventory.services.desk import keep_back, move_stock, value_anew
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.days import DayInput
from ordercash.web.formats import money_html, quantity_html
from ordercash.web.page import Page

SHOWN = 200
FROM = (("shelf", "Shelf"), ("held", "Held, to be looked at"), ("damaged", "Damaged"))
TO = (*FROM, ("scrap", "Thrown away"), ("elsewhere", "Sold or used elsewhere"))
CARD = (
    Column("at", "When", kind="when"),
    Column("kind", "Kind", kind="badge"),
    Column("quantity", "Quantity", kind="quantity", value=lambda row: row.quantity or None),
    Column("damaged_change", "Damaged", kind="quantity", value=lambda row: row.damaged_change or None),
    Column("held_change", "Held", kind="quantity", value=lambda row: row.held_change or None),
    Column("balance", "On hand then", kind="quantity"),
    Column("value_minor", "Value", kind="money", value=lambda row: row.value_minor or None),
    Column("worth_minor", "Worth then", kind="money"),
    Column("lot_code", "Lot", kind="code", desk=True),
    Column("source_ref", "Reference", kind="code", desk=True),
)
LOTS = (
    Column("code", "Lot", kind="code", link="lot"),
    Column("expires_on", "Expires", kind="day"),
    Column("lasts", "Lasts", kind="html", value=how_long),
    Column("on_hand", "On hand", kind="quantity"),
    Column("reserved", "Reserved", kind="quantity", value=lambda row: row.reserved or None),
    Column("blocked", "Blocked", kind="quantity", value=lambda row: row.blocked or None),
)


class MoveForm(forms.Form):
    """From where to where."""

    from_bin = forms.ChoiceField(label="From", choices=FROM)
    to_bin = forms.ChoiceField(label="To", choices=TO, initial="damaged")
    quantity = forms.DecimalField(label="Quantity", min_value=0, max_value=MAX_QUANTITY, decimal_places=4)
    lot = forms.CharField(label="Lot", max_length=60, required=False, help_text="Of goods that are kept in lots.")
    note = forms.CharField(label="Why", max_length=200)
    reference = forms.CharField(label="Reference", max_length=40, help_text="The same reference is booked once.")


class WorthForm(forms.Form):
    """What one is worth."""

    unit_cost = forms.DecimalField(label="Worth of one", min_value=0, max_digits=13, decimal_places=6)
    reason = forms.CharField(label="Why", max_length=200)
    reference = forms.CharField(label="Reference", max_length=40, help_text="The same reference is booked once.")


class SafetyForm(forms.Form):
    """How much is kept back."""

    quantity = forms.DecimalField(label="Kept back", min_value=0, max_value=MAX_QUANTITY, decimal_places=4)


class DayForm(forms.Form):
    """A day of the past."""

    day = forms.DateField(widget=DayInput(), required=False)


class StockCardPage(Page):
    """What of one product lies in one warehouse, and how it came to that."""

    permission = VIEW_STOCK
    template = "inventory/stock_card.html"
    crumbs = (Crumb("Stock", "stock"),)

    @cached_property
    def row(self) -> Stock:
        return stock_row(self.kwargs["stock_id"])

    def context(self) -> Mapping[str, Any]:
        row, before = self.row, self._before()
        self.title = f"{row.product.sku} at {row.warehouse.code}"
        currency = row.warehouse.legal_entity.currency_id
        columns = [replace(each, currency=currency) if each.kind == "money" else each for each in CARD]
        lots = lots_of(row.pk)
        return {
            "row": row,
            "subtitle": row.product.name,
            "tiles": self._tiles(currency),
            "lots": Table(columns=LOTS, rows=lots) if lots else None,
            "card": Table(
                columns=columns, rows=stock_card(row.pk, limit=SHOWN, before=before), empty=Empty("Nothing moved yet")
            ),
            "day": self.request.GET.get("day", ""),
            "then": None if before is None else balance_as_of(row.pk, before),
            "currency": currency,
            "shown": SHOWN,
        }

    def _before(self) -> datetime | None:
        """Return when the day that is asked for ends, in the user's zone."""
        form = DayForm(self.request.GET)
        day: date | None = form.cleaned_data["day"] if form.is_valid() else None
        return datetime.combine(day + timedelta(1), time(), timezone.get_current_timezone()) if day else None

    def _tiles(self, currency: str) -> Sequence[Tile]:
        row, unit = self.row, self.row.product.unit_id
        shown = {
            "On hand": row.on_hand,
            "Reserved": row.reserved,
            "Held": row.on_hold,
            "Damaged": row.damaged,
            "Kept back": row.safety_stock,
            "Free": row.free,
        }
        tiles = [Tile(label, quantity_html(value, unit)) for label, value in shown.items()]
        return [*tiles, Tile("Value", money_html(row.value_minor, currency))]

    def actions(self) -> Sequence[Action]:
        return (
            Action("Move goods", verb="move", permission=MOVE_BINS, style="primary", form=MoveForm),
            Action("Change the value", verb="revalue", permission=REVALUE_STOCK, form=WorthForm),
            Action("Keep back", verb="keep_back", permission=CHANGE_SAFETY_STOCK, form=SafetyForm),
        )

    def do_move(self, given: Given) -> str:
        values, row = given.values, self.row
        ref = f"bin:{row.pk}:{values['reference']}"
        move = BinMove(
            row.warehouse_id,
            row.product_id,
            values["quantity"],
            values["from_bin"],
            values["to_bin"],
            clock.now(),
            ref,
            values["note"],
            values["lot"],
        )
        return told(move_stock(moves=[move], actor=self.actor, now=clock.now()), "Moved.")

    def do_revalue(self, given: Given) -> str:
        values, row = given.values, self.row
        ref = f"worth:{row.pk}:{values['reference']}"
        draft = Revaluation(row.warehouse_id, row.product_id, values["unit_cost"], clock.now(), ref, values["reason"])
        return told(value_anew(drafts=[draft], actor=self.actor), "The goods are worth that now.")

    def do_keep_back(self, given: Given) -> str:
        row, quantity = self.row, given.values["quantity"]
        wanted = [SafetyStock(row.warehouse_id, row.product_id, quantity)]
        refused = keep_back(wanted=wanted, actor=self.actor, now=clock.now())
        if refused:
            raise MovementRefused(refused[0].detail)
        return f"{quantity.normalize():f} are kept back."
