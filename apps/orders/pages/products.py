"""What is sold, as a list."""

from typing import Any

from django.db.models import QuerySet

from apps.masterdata.contract import products
from apps.orders.pages import seen
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

KINDS = [("goods", "Goods"), ("service", "Services"), ("bundle", "Bundles")]
SELLABLE = [("yes", "Sellable"), ("no", "Not sellable")]


class Products(Worklist):
    """Every product, by SKU."""

    permission = seen.PRODUCTS
    title = "Products"
    row_noun = "product"
    default_sort = "sku"
    columns = (
        Column("sku", "Product", kind="code", link="product", sort="sku"),
        Column("name", "Name", kind="sentence"),
        Column("kind", "Kind", value=lambda row: state_label(row.kind)),
        Column("category", "Category"),
        Column("unit_id", "Unit"),
        Column("tax_class", "Tax class", value=lambda row: state_label(row.tax_class)),
        Column("is_sellable", "Sellable", value=lambda row: "yes" if row.is_sellable else "no"),
    )
    filters = (
        Filter("q", "Product", placeholder="SKU or name"),
        Filter("kind", "Kind", kind="choice", choices=KINDS),
        Filter("category", "Category"),
        Filter("sellable", "Sold", kind="choice", choices=SELLABLE),
    )
    empty = Empty("No product yet", "Products are added through the API, with imported orders and in the setup.")

    def queryset(self, wanted: Wanted) -> QuerySet[Any]:
        """Return the products by the filters."""
        is_sellable = {"yes": True, "no": False}.get(wanted["sellable"])
        return products(text=wanted["q"], kind=wanted["kind"], category=wanted["category"], is_sellable=is_sellable)
