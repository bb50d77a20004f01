"""What is typed about supplies. A form only reads; the verbs write."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.models import Supply, SupplyKind, SupplyStatus
from apps.inventory.pages.forms import GoodsForm
from ordercash.kernel import clock
from ordercash.web.days import DayInput, InstantInput

WHAT: dict[str, Any] = {"min_value": Decimal("0.0001"), "max_value": MAX_QUANTITY, "decimal_places": 4}
PER_CENT: dict[str, Any] = {"min_value": 0, "max_value": 100, "max_digits": 5, "decimal_places": 2}
_ANNOUNCED = [(value, label) for value, label in SupplyStatus.choices if value not in ("received", "cancelled")]


class AnnounceForm(GoodsForm):
    """Goods that should come."""

    number = forms.CharField(label="Order number", max_length=40, required=False, help_text="Empty: one of ours.")
    kind = forms.ChoiceField(label="Kind", choices=SupplyKind.choices)
    quantity = forms.DecimalField(label="Quantity", **WHAT)
    unit_cost = forms.DecimalField(label="Cost of one", min_value=0, max_digits=18, decimal_places=6)
    due_at = forms.DateTimeField(label="Due", widget=InstantInput)
    status = forms.ChoiceField(label="Status", choices=_ANNOUNCED)
    confidence = forms.DecimalField(label="Confidence in per cent", initial=100, **PER_CENT)
    reference = forms.CharField(label="Reference", max_length=40, help_text="The same reference is announced once.")
    field_order = (
        "number", "kind", "sku", "warehouse", "quantity", "unit_cost", "due_at", "status", "confidence", "reference",
    )  # fmt: skip


class _Counted(forms.Form):
    """A quantity in the unit of the supply's product."""

    decimals = 4
    unit = ""

    def clean_quantity(self) -> Decimal:
        """Refuse more decimals than the product's unit has."""
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity != round(quantity, self.decimals):
            raise forms.ValidationError(f"Counted in {self.unit} with {self.decimals} decimals.")
        return quantity


class ArrivalForm(_Counted):
    """What came."""

    quantity = forms.DecimalField(label="Quantity", **WHAT)
    lot = forms.CharField(
        label="Lot",
        max_length=60,
        required=False,
        help_text="Of goods that are kept in lots; empty: the announced one.",
    )
    expires_on = forms.DateField(label="Expires on", required=False, widget=DayInput())
    is_last = forms.BooleanField(label="Nothing more will come", required=False)
    received_at = forms.DateTimeField(
        label="Came", required=False, widget=InstantInput, help_text="Day and time; empty: now."
    )
    reference = forms.CharField(
        label="Reference", max_length=40, help_text="Of the delivery note. The same reference is received once."
    )

    def clean_received_at(self) -> datetime | None:
        """Refuse what has not happened yet."""
        at: datetime | None = self.cleaned_data["received_at"]
        if at and at > clock.now():
            raise forms.ValidationError("Nothing can be received before it comes.")
        return at


class ChangeForm(_Counted):
    """What is known better."""

    due_at = forms.DateTimeField(label="Due", widget=InstantInput)
    quantity = forms.DecimalField(label="Quantity", **WHAT)
    status = forms.ChoiceField(label="Status", choices=_ANNOUNCED)
    confidence = forms.DecimalField(label="Confidence in per cent", **PER_CENT)
    version = forms.IntegerField(widget=forms.HiddenInput)


def change_form(row: Supply) -> type[forms.Form]:
    """Return the form with the values that the supply has."""
    shown = {
        "due_at": row.due_at,
        "quantity": row.quantity.normalize(),
        "status": row.status,
        "confidence": row.confidence.normalize(),
        "version": row.version,
    }
    return _of(row, ChangeForm, shown)


def arrival_form(row: Supply) -> type[forms.Form]:
    """Return the form with all that is still to come."""
    return _of(row, ArrivalForm, {"quantity": row.open_quantity.normalize()})


def _of(row: Supply, form: type[_Counted], shown: Mapping[str, Any]) -> type[forms.Form]:
    """Return a form that counts in the product's unit and is filled with what is known."""

    def begin(self: forms.Form, *args: Any, **values: Any) -> None:
        form.__init__(self, *args, **{"initial": shown, **values})  # type: ignore[arg-type]

    own = {"__init__": begin, "decimals": row.product.unit.decimals, "unit": row.product.unit_id}
    return type(f"Known{form.__name__}", (form,), own)
