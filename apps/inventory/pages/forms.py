"""What the warehouse desk types. A form only reads; the verbs write."""

from decimal import Decimal

from django import forms

from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.selectors.lists import place_choices
from apps.masterdata.contract import ProductFacts, products_by_sku
from ordercash.web.days import DayInput


class GoodsForm(forms.Form):
    """Which product in which warehouse, by the paper at hand."""

    sku = forms.CharField(label="SKU", max_length=64)
    warehouse = forms.ChoiceField(label="Warehouse", choices=place_choices)
    reference = forms.CharField(label="Reference", max_length=40, help_text="The same reference is booked once.")

    def clean_sku(self) -> str:
        """Refuse what is not a stocked product."""
        sku = str(self.cleaned_data["sku"]).strip()
        self.product: ProductFacts | None = products_by_sku([sku]).get(sku)
        if self.product is None or not self.product.is_stocked:
            raise forms.ValidationError("There is no stocked product with this SKU.")
        return sku

    def clean_quantity(self) -> Decimal:
        """Refuse more decimals than the product's unit has, and nothing at all."""
        quantity: Decimal = self.cleaned_data["quantity"]
        product = getattr(self, "product", None)
        if product is not None and quantity != round(quantity, product.decimals):
            raise forms.ValidationError(f"Counted in {product.unit} with {product.decimals} decimals.")
        if not quantity:
            raise forms.ValidationError("A quantity of nothing changes nothing.")
        return quantity


class LotForm(GoodsForm):
    """Which lot, of goods that are kept in lots."""

    lot = forms.CharField(label="Lot", max_length=60, required=False, help_text="Of goods that are kept in lots.")
    expires_on = forms.DateField(
        label="Expires on",
        required=False,
        widget=DayInput(),
        help_text="The first day on which it cannot leave any more.",
    )


class ReceiptForm(LotForm):
    """Goods that came in."""

    quantity = forms.DecimalField(label="Quantity", min_value=0, max_value=MAX_QUANTITY, decimal_places=4)
    unit_cost = forms.DecimalField(label="Cost of one", min_value=0, max_digits=18, decimal_places=6)
    field_order = ("sku", "warehouse", "quantity", "unit_cost", "lot", "expires_on", "reference")


class CountForm(LotForm):
    """A counted difference."""

    quantity = forms.DecimalField(
        label="Difference",
        min_value=-MAX_QUANTITY,
        max_value=MAX_QUANTITY,
        decimal_places=4,
        help_text="Below zero: missing",
    )
    note = forms.CharField(label="Why", max_length=200)
    field_order = ("sku", "warehouse", "quantity", "lot", "expires_on", "note", "reference")
