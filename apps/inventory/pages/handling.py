"""How the takers of a product are kept apart: which products not as usual, what lies in their slots, and the choice."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.db.models import QuerySet

from apps.inventory.models import Handling, Stock
from apps.inventory.permissions import CHANGE_HANDLING, VIEW_PROMISES
from apps.inventory.selectors.handling import handled_stock
from apps.inventory.selectors.lists import STOCK_SORT, place_choices
from apps.inventory.services.handling import MOST_SLOTS, OFFERED, set_handling
from apps.masterdata.contract import products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.worklist import Worklist


class HandlingForm(forms.Form):
    """Which product, and how its takers are kept apart."""

    sku = forms.CharField(label="SKU", max_length=64)
    handling = forms.ChoiceField(
        label="Takers are kept apart by", choices=[(way, Handling(way).label) for way in OFFERED]
    )
    slots = forms.IntegerField(
        label="Slots", min_value=2, max_value=MOST_SLOTS, initial=16, help_text="Of each warehouse; for slots alone"
    )

    def clean_sku(self) -> str:
        """Refuse what is no product."""
        sku = str(self.cleaned_data["sku"]).strip()
        if sku not in products_by_sku([sku]):
            raise forms.ValidationError("There is no product with this SKU.")
        return sku


CHOOSE: Final = Action("Choose a handling", verb="handle", permission=CHANGE_HANDLING, form=HandlingForm)


def choose_handling(given: Given, actor: Actor) -> str:
    """Do what the form says, and say so."""
    values = given.values
    product = products_by_sku([values["sku"]])[values["sku"]]
    set_handling(
        product_id=product.id, handling=values["handling"], slots=values["slots"], actor=actor, now=clock.now()
    )
    return f"Takers of {product.sku} are kept apart otherwise now: {Handling(values['handling']).label.lower()}."


class HandlingPage(Worklist):
    """Stock that is not handled as usual."""

    permission = VIEW_PROMISES
    title = "Handling"
    row_noun = "stock row"
    default_sort = STOCK_SORT
    columns = (
        Column("product__sku", "Product", kind="code", sort="product__sku", link="product", id_key="product_id"),
        Column("warehouse__code", "Warehouse"),
        Column("handling", "Takers are kept apart by", value=lambda row: Handling(row.handling).label),
        Column("slot_count", "Slots", value=lambda row: row.slot_count or None),
        Column("in_slots", "In slots", kind="quantity", unit="product__unit_id"),
        Column("taken", "Taken from slots", kind="quantity", unit="product__unit_id"),
        Column("accepted", "Accepted, not settled", kind="quantity", unit="product__unit_id"),
    )
    filters = (
        Filter("q", "Product", placeholder="SKU"),
        Filter("warehouse", "Warehouse", kind="choice", choices=place_choices),
        Filter(
            "handling",
            "Kept apart by",
            kind="choice",
            choices=[(way, Handling(way).label) for way in OFFERED if way != Handling.CONDITIONAL],
        ),
    )
    empty = Empty(
        "Everything is handled as usual",
        "One conditional statement keeps takers apart. A product that all want at once may be handled otherwise.",
    )

    def queryset(self, wanted: Wanted) -> QuerySet[Stock]:
        return handled_stock(text=wanted["q"], warehouse=wanted["warehouse"], handling=wanted["handling"])

    def actions(self) -> Sequence[Action]:
        return (CHOOSE,)

    def do_handle(self, given: Given) -> str:
        return choose_handling(given, self.actor)
