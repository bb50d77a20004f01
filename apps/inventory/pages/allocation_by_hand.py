"""Giving by hand: a person says how much of a scarce product each waiting line gets, and tries it like every other run."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from apps.inventory.models import Backorder
from apps.inventory.permissions import ALLOCATE_BY_HAND
from apps.inventory.selectors.allocation import lines_to_give
from apps.inventory.selectors.stock import availability
from apps.inventory.services.allocating import try_allocation
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import GivenByHandRefused
from apps.masterdata.contract import EntityFacts, ProductFacts, entities_by_code, products_by_id
from ordercash.kernel import clock
from ordercash.kernel.errors import NotFound
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.links import link_url
from ordercash.web.page import Page

# More lines than a person fills in; larger sets are given over the API.
LINES_OFFERED: Final = 200
GIVE: Final = "give"


class QuantitiesForm(forms.Form):
    """A quantity per waiting line, in the field that bears its id."""

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity, and quantities of lines that do not wait any more."""
        cleaned: dict[str, Any] = super().clean() or {}
        before = f"{self.prefix}-"
        said = {name.removeprefix(before) for name, text in self.data.items() if name.startswith(before) and text}
        if said - self.fields.keys():
            raise forms.ValidationError("Somebody whom you give something does not wait any more: look again.")
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Enter a quantity for at least one line.")
        return cleaned


class AllocationByHand(Page):
    """The lines that wait for a product of a legal entity, each with a field for what it gets."""

    permission = ALLOCATE_BY_HAND
    template = "inventory/allocation_by_hand.html"
    crumbs = (Crumb("Allocation", "allocation_runs"),)

    @cached_property
    def entity(self) -> EntityFacts:
        """Whose goods; raises NotFound."""
        if (found := entities_by_code().get(self.kwargs["legal_entity"])) is None:
            raise NotFound("There is no such legal entity.")
        return found

    @cached_property
    def product(self) -> ProductFacts:
        """Which goods; raises NotFound."""
        if (found := products_by_id([self.kwargs["product_id"]]).get(self.kwargs["product_id"])) is None:
            raise NotFound("There is no such product.")
        return found

    @cached_property
    def offered(self) -> Sequence[Backorder]:
        """Who waits, the oldest first."""
        return lines_to_give(self.entity.id, self.product.id, LINES_OFFERED)

    @cached_property
    def form(self) -> Any:
        """The form, empty until something is posted."""
        return self._form_class()(prefix=GIVE)

    def context(self) -> Mapping[str, Any]:
        """Return the lines, each with its field, and what lies free."""
        self.title = f"Give {self.product.sku} by hand"
        own = [
            row
            for row in availability([self.product.id]).get(self.product.id, ())
            if row.legal_entity_id == self.entity.id
        ]
        return {
            "subtitle": f"{self.product.name}, {self.entity.code}",
            "tiles": [Tile(f"Free in {row.warehouse_code}", f"{row.available.normalize():f}") for row in own],
            "form": self.form,
            "lines": self._table(),
            "verb": GIVE,
            "has_lines": bool(self.offered),
            "most": LINES_OFFERED if len(self.offered) == LINES_OFFERED else 0,
        }  # fmt: skip

    def posted_actions(self) -> Sequence[Action]:
        """Return the one verb."""
        return (Action("Try it", verb=GIVE, permission=ALLOCATE_BY_HAND, form=self._form_class()),)

    def read(self, action: Action) -> Given | HttpResponse:
        """Read the form; with mistakes it is shown again with them (422)."""
        self.form = self._form_class()(self.request.POST, prefix=GIVE)
        if not self.form.is_valid():
            return self.show(status=422)
        said = {UUID(name): value for name, value in self.form.cleaned_data.items() if value}
        return Given(verb=action.verb, values={"quantities": said})

    def do_give(self, given: Given) -> HttpResponse:
        """Try it and show the run; what cannot be given is said beside its line."""
        said: dict[UUID, Decimal] = given.values["quantities"]
        scope = Scope(self.entity.id, (self.product.id,))
        try:
            row = try_allocation(scope=scope, strategy="manual", by_hand=said, actor=self.actor, now=clock.now())
        except GivenByHandRefused as refused:
            names = list(said)
            for fault in refused.faults:
                self.form.add_error(str(names[int(fault.pointer.rpartition("/")[2])]), fault.detail)
            return self.show(status=422)
        return HttpResponseRedirect(link_url("allocation_run", row.pk), status=303)

    def _form_class(self) -> type[QuantitiesForm]:
        fields = {str(line.line_id): self._field(line) for line in self.offered}
        return type("LinesForm", (QuantitiesForm,), fields)

    def _field(self, line: Backorder) -> forms.DecimalField:
        label = f"Give to the line that waits for {line.quantity.normalize():f}"
        widget = forms.NumberInput(attrs={"aria-label": label, "inputmode": "decimal"})
        return forms.DecimalField(
            required=False, min_value=0, max_value=line.quantity, max_digits=18,
            decimal_places=self.product.decimals, widget=widget,
        )  # fmt: skip

    def _table(self) -> Table:
        return Table(
            columns=(
                Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
                Column("occurred_at", "Waits since", kind="when"),
                Column("customer_group", "Group"),
                Column("wanted_on", "Wanted", kind="day"),
                Column("promised_on", "Promised", kind="day"),
                Column("line_quantity", "Ordered", kind="quantity"),
                Column("quantity", "Waits for", kind="quantity"),
                Column("field", "Give", kind="figure", value=self._input),
            ),
            rows=self.offered,
            caption="Lines that wait",
            empty=Empty("Nobody waits for it", "There is nothing to give by hand."),
        )

    def _input(self, line: Backorder) -> SafeString:
        bound = self.form[str(line.line_id)]
        return SafeString(f"{bound}{bound.errors}")
