"""Verbs on quantities of an order's lines, each a page of its own: ship parts, cancel lines, take goods back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from apps.inventory.contract import warehouses
from apps.orders.pages.order import refuse_if
from apps.orders.permissions import CANCEL_ORDERS, RETURN_GOODS, SHIP_ORDERS
from apps.orders.selectors.detail import LineView, OrderView, order_detail
from apps.orders.services.cancel import CancelOrder, cancel_in
from apps.orders.services.give_back import GiveBack, give_back
from apps.orders.services.ship import ShipOrder, ship_orders
from ordercash.kernel import clock
from ordercash.kernel.ids import new_id
from ordercash.web.actions import Action, Given
from ordercash.web.api.once import carry_out_form, form_is_done
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.links import link_url
from ordercash.web.page import Page

# More lines than a person fills in; larger orders are worked through the API, or as a whole.
LINES_OFFERED = 200
CANCELLED = "The quantities are cancelled."


class QuantityForm(forms.Form):
    """A quantity per line, "line_<number>"; `attempt` names the verb, so that sending the form twice does it once."""

    attempt = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any quantity."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.quantities():
            raise forms.ValidationError("Enter a quantity for at least one line.")
        return cleaned

    def quantities(self) -> dict[int, Decimal]:
        """Return what was entered by line number."""
        return {
            int(name.removeprefix("line_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("line_") and value
        }


class ShipPartsForm(QuantityForm):
    """How the goods travel."""

    warehouse = forms.ChoiceField(label="From", required=False, help_text="Any: whatever the lines are reserved in.")
    carrier = forms.CharField(label="Carrier", max_length=60, required=False)
    tracking = forms.CharField(label="Tracking number", max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(each.id), f"{each.code} {each.name}") for each in warehouses().values()]
        self.fields["warehouse"].choices = [("", "Any"), *known]  # type: ignore[attr-defined]


class CancelLinesForm(QuantityForm):
    """Why."""

    reason = forms.CharField(label="Reason", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(CancelLinesForm):
    """Why, and whether the goods can be sold again."""

    restock = forms.BooleanField(label="The goods go back on the shelf", required=False, initial=True)
    inspect = forms.BooleanField(
        label="Somebody looks at them before", required=False, help_text="Until then they are promised to nobody."
    )


class PartsPage(Page):
    """A form with the lines of an order and what of each is available for the verb."""

    template = "orders/parts.html"
    verb: ClassVar[str]
    label: ClassVar[str]
    of_line: ClassVar[str]
    noun: ClassVar[str]
    form_class: ClassVar[type[QuantityForm]]
    fills: ClassVar[bool] = False
    empty: ClassVar[Empty]

    @cached_property
    def order(self) -> OrderView:
        """The order; raises NotFound."""
        return order_detail(self.kwargs["order_id"])

    @cached_property
    def offered(self) -> Sequence[LineView]:
        """The lines of which something is available; of bundles, their parts."""
        return [line for line in self.order.lines if line.kind != "bundle" and self.available(line) > 0][:LINES_OFFERED]

    def available(self, line: LineView) -> Decimal:
        """Return how much of a line the verb may take."""
        raise NotImplementedError

    def context(self) -> Mapping[str, Any]:
        """Return the lines, each with its field."""
        order = self.order
        self.title = f"{self.label}: {order.number}"
        self.crumbs = (Crumb("Orders", "orders"), Crumb(order.number, url=link_url("order", order.id)))
        return {
            "order": order,
            "badge": order.state,
            "form": self.form,
            "rest": [self.form[name] for name in self.form.fields if not name.startswith("line_")],
            "lines": self._table(),
            "verb": self.verb,
            "label": self.label,
            "back_url": link_url("order", order.id),
            "has_lines": bool(self.offered),
        }

    @cached_property
    def form(self) -> QuantityForm:
        """The form, empty until something is posted."""
        return self.posted_actions()[0].form(prefix=self.verb)  # type: ignore[misc, return-value]

    def _table(self) -> Table:
        return Table(
            columns=(
                Column("line_no", "Line", kind="number"),
                Column("product__sku", "Product", kind="code", link="product", id_key="product__id"),
                Column("name", "Description", value=lambda line: line.description or (line.product.name if line.product else "")),
                Column("quantity", "Ordered", kind="quantity", unit="product__unit"),
                Column("available", self.noun, kind="quantity", value=self.available),
                Column("field", self.label, kind="figure", value=self._field),
            ),
            rows=self.offered,
            caption="Lines",
            empty=self.empty,
        )  # fmt: skip

    def _field(self, line: LineView) -> SafeString:
        bound = self.form[f"line_{line.line_no}"]
        return SafeString(f"{bound}{bound.errors}")

    # -- the verb --------------------------------------------------------------------------------------------------

    def posted_actions(self) -> Sequence[Action]:
        """Return the one verb; its form has a field for every line that is offered."""
        fields = {f"line_{line.line_no}": self._quantity_field(line) for line in self.offered}
        form = type("PartsForm", (self.form_class,), fields)
        return (Action(self.label, verb=self.verb, permission=self.permission, form=form),)

    def _quantity_field(self, line: LineView) -> forms.DecimalField:
        most = self.available(line)
        decimals = line.product.decimals if line.product else 4
        widget = forms.NumberInput(attrs={"aria-label": f"{self.label}, line {line.line_no}", "inputmode": "decimal"})
        return forms.DecimalField(
            required=False,
            min_value=0,
            max_value=most,
            max_digits=18,
            decimal_places=decimals,
            initial=f"{most.normalize():f}" if self.fills else None,
            widget=widget,
        )

    def read(self, action: Action) -> Given | HttpResponse:
        """Read the form; with mistakes it is shown again with them (422)."""
        assert action.form is not None  # noqa: S101 - posted_actions gives it one
        form: Any = action.form(self.request.POST, prefix=action.verb)
        self.form = form
        if not form.is_valid():
            return self.show(status=422)
        numbers = {line.line_no: line.id for line in self.offered}
        quantities = {numbers[number]: quantity for number, quantity in form.quantities().items()}
        return Given(verb=action.verb, values={**form.cleaned_data, "lines": quantities})

    def done(self, sentence: str) -> HttpResponse:
        """Return to the order with what happened."""
        messages.success(self.request, sentence)
        return HttpResponseRedirect(link_url("order", self.order.id), status=303)


class ShipParts(PartsPage):
    """Ship quantities of what is reserved."""

    permission = SHIP_ORDERS
    verb, label, noun = "ship", "Ship", "Reserved"
    form_class = ShipPartsForm
    fills = True
    empty = Empty(
        "Nothing is reserved for this order", "Goods that arrive are given to waiting orders first come, first served."
    )

    def available(self, line: LineView) -> Decimal:
        return line.reserved

    def do_ship(self, given: Given) -> HttpResponse:
        """Ship the quantities as one shipment per warehouse."""
        values = given.values
        wanted = ShipOrder(
            order_id=self.order.id,
            source_ref=f"ship:{self.order.id}:{values['attempt']}",
            shipped_at=clock.now(),
            lines=values["lines"],
            warehouse_id=UUID(values["warehouse"]) if values["warehouse"] else None,
            carrier=values["carrier"],
            tracking=values["tracking"],
        )
        outcome = ship_orders([wanted], actor=self.actor)
        refuse_if(outcome.refused)
        return self.done(f"Shipped: {', '.join(shipment.number for shipment in outcome.shipments)}.")


class CancelLines(PartsPage):
    """Cancel quantities of what is open."""

    permission = CANCEL_ORDERS
    verb, label, noun = "cancel_lines", "Cancel", "Open"
    form_class = CancelLinesForm
    empty = Empty("Nothing of this order is open", "What has left the warehouse is taken back instead.")

    def available(self, line: LineView) -> Decimal:
        return line.open

    def read(self, action: Action) -> Given | HttpResponse:
        """Read the form; one that was carried out before is answered as then, though its quantities are no longer open."""
        attempt = _uuid(self.request.POST.get(f"{self.verb}-attempt", ""))
        if attempt is not None and form_is_done(self.request, attempt):
            return self.done(CANCELLED)
        return super().read(action)

    def do_cancel_lines(self, given: Given) -> HttpResponse:
        """Cancel the quantities; what waits for goods goes first."""
        values, now = given.values, clock.now()
        wanted = CancelOrder(self.order.id, values["lines"])

        def cancel() -> None:
            refuse_if(cancel_in([wanted], reason=values["reason"], actor=self.actor, now=now).refused)

        carry_out_form(self.request, values["attempt"], cancel)
        return self.done(CANCELLED)


class TakeBack(PartsPage):
    """Take shipped quantities back: stock, credit note and ledger follow."""

    permission = RETURN_GOODS
    verb, label, noun = "take_back", "Take back", "With the customer"
    form_class = ReturnForm
    empty = Empty("Nothing of this order is with the customer")

    def available(self, line: LineView) -> Decimal:
        return line.shipped - line.returned

    def do_take_back(self, given: Given) -> HttpResponse:
        """Credit what came back, and restock it when it can be sold again."""
        values = given.values
        wanted = GiveBack(
            order_id=self.order.id,
            source_ref=f"return:{self.order.id}:{values['attempt']}",
            lines=values["lines"],
            restock=values["restock"],
            reason=values["reason"],
            inspect=values["inspect"],
        )
        refuse_if(give_back(wanted, actor=self.actor, now=clock.now()))
        return self.done("The goods are back and credited.")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
