"""What came back and waits to be looked at, and saying what it is."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from apps.inventory.decisions.facts.inspecting import Finding
from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.models import Inspection
from apps.inventory.pages.stock import TEXT, WAREHOUSE, MovementRefused
from apps.inventory.permissions import INSPECT_RETURNS, VIEW_STOCK
from apps.inventory.selectors.inspections import INSPECTION_SORT, inspections
from apps.inventory.services.inspecting import inspect_goods
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.worklist import Worklist

NOTHING = Decimal(0)


class FindingForm(forms.Form):
    """How many are good, damaged or scrapped; what is not named goes on waiting."""

    good = forms.DecimalField(
        label="Good", min_value=0, max_value=MAX_QUANTITY, decimal_places=4, required=False,
        help_text="Back on the shelf, and to those who wait.",
    )  # fmt: skip
    damaged = forms.DecimalField(
        label="Damaged", min_value=0, max_value=MAX_QUANTITY, decimal_places=4, required=False,
        help_text="Kept apart.",
    )  # fmt: skip
    scrapped = forms.DecimalField(
        label="Scrapped", min_value=0, max_value=MAX_QUANTITY, decimal_places=4, required=False,
        help_text="Thrown away, and out of the books.",
    )  # fmt: skip
    note = forms.CharField(label="What was found", max_length=200, required=False)
    reference = forms.CharField(label="Reference", max_length=40, help_text="The same reference is booked once.")


class InspectionPage(Worklist):
    """Goods that came back and are promised to nobody until somebody says what they are, the oldest first."""

    permission = VIEW_STOCK
    title = "To be inspected"
    row_noun = "return"
    default_sort = INSPECTION_SORT
    columns = (
        Column("stock__product__sku", "Product", kind="code", link="product", id_key="stock__product_id"),
        Column("stock__product__name", "Name", desk=True),
        Column("stock__warehouse__code", "Warehouse", link="stock", id_key="stock_id"),
        Column("lot__code", "Lot", kind="code", value=lambda row: row.lot.code if row.lot else None, desk=True),
        Column("waits", "Waits", kind="quantity", unit="stock__product__unit_id"),
        Column("quantity", "Came back", kind="quantity"),
        Column("good", "Good", kind="quantity", value=lambda row: row.good or None),
        Column("damaged", "Damaged", kind="quantity", value=lambda row: row.damaged or None),
        Column("scrapped", "Scrapped", kind="quantity", value=lambda row: row.scrapped or None),
        Column("order_id", "Order", link="order", id_key="order_id", named=True),
        Column("opened_at", "Since", kind="when", sort="opened_at"),
    )
    filters = (TEXT, WAREHOUSE, Filter("done", "Inspected ones, too", kind="flag"))
    bulk = (
        Action("Say what was found", verb="find", permission=INSPECT_RETURNS, style="primary", form=FindingForm),
        Action(
            "All good", verb="all_good", permission=INSPECT_RETURNS, confirm="All that waits of them can be sold again?"
        ),
        Action(
            "All damaged", verb="all_damaged", permission=INSPECT_RETURNS, confirm="All that waits of them is damaged?"
        ),
    )
    empty = Empty("Nothing waits for inspection", "Returned goods that have to be looked at appear here.")

    def queryset(self, wanted: Wanted) -> QuerySet[Inspection]:
        return inspections(text=wanted["q"], warehouse=wanted["warehouse"], done=bool(wanted["done"]))

    def do_find(self, given: Given) -> str:
        if len(given.ids) != 1:
            raise MovementRefused("Select one return, and say what was found of it.")
        values, (row_id,) = given.values, given.ids
        good, damaged, scrapped = (values[name] or NOTHING for name in ("good", "damaged", "scrapped"))
        ref = f"inspected:{row_id}:{values['reference']}"
        return self._record([Finding(row_id, good, damaged, scrapped, ref, clock.now(), values["note"])])

    def do_all_good(self, given: Given) -> str:
        return self._record([self._all(row, row.waits, NOTHING) for row in self._open(given.ids)])

    def do_all_damaged(self, given: Given) -> str:
        return self._record([self._all(row, NOTHING, row.waits) for row in self._open(given.ids)])

    def _open(self, ids: Sequence[UUID]) -> QuerySet[Inspection]:
        return inspections().filter(pk__in=ids).order_by("pk")

    def _all(self, row: Inspection, good: Decimal, damaged: Decimal) -> Finding:
        # Of one return the last of what waits is found once.
        return Finding(row.pk, good, damaged, NOTHING, f"inspected:{row.pk}:all", clock.now())

    def _record(self, findings: Sequence[Finding]) -> str:
        if not findings:
            raise MovementRefused("Nothing of them waits any more.")
        result = inspect_goods(findings, now=clock.now(), actor=self.actor)
        if result.refused:
            raise MovementRefused(result.refused[0].detail)
        return "Recorded." if result.made else "It was recorded before."
