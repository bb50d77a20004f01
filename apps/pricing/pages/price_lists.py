"""Price lists, and one list with its prices: searched, taken out as a file, changed many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone

from apps.masterdata.contract import currencies
from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.pages.validity import VALID, validity_of
from apps.pricing.permissions import CHANGE_PRICES, VIEW_PRICES
from apps.pricing.selectors.batches import batches
from apps.pricing.selectors.lists import lists_found, price_list, records_found
from apps.pricing.selectors.price_export import csv_of, exported_prices, xlsx_of
from ordercash.kernel import clock
from ordercash.web.actions import Action
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import quantity_html
from ordercash.web.links import link_html
from ordercash.web.page import Page
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

SCOPES = [
    ("everybody", "Everybody"),
    ("customer_group", "A customer group"),
    ("customer", "A customer"),
    ("zone", "A zone"),
]
NEWEST_BATCHES = 5
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def for_whom(row: PriceList) -> SafeString | str:
    """Return for whom a list is, a customer as a link."""
    if row.customer:
        return link_html("customer", row.customer_id, row.customer.code)
    return row.customer_group.code if row.customer_group else row.zone or "everybody"


def validity(row: PriceList | PriceRecord, now: datetime) -> str:
    """Return whether something is in force now, was, or will be."""
    return validity_of(row.valid_from_at, row.valid_until_at, now)


class PriceLists(Worklist):
    """Every price list, by code."""

    permission = VIEW_PRICES
    title = "Price lists"
    row_noun = "price list"
    default_sort = "code"
    columns = (
        Column("code", "Price list", kind="code", link="price_list", sort="code"),
        Column("name", "Name", kind="sentence"),
        Column("scope", "For", value=lambda row: state_label(row.scope)),
        Column("whom", "Whom", kind="html", value=lambda row: None if row.scope == "everybody" else for_whom(row)),
        Column("legal_entity__code", "Sold by", kind="code"),
        Column("currency_id", "Currency"),
        Column("priority", "Priority", kind="number"),
        Column("state", "State", kind="badge", value=lambda row: validity(row, clock.now())),
        Column("valid_from_at", "From", kind="when"),
        Column("valid_until_at", "Until", kind="when"),
    )
    filters = (
        Filter("q", "Price list", placeholder="Code, name or customer"),
        Filter("scope", "For", kind="choice", choices=SCOPES),
        Filter("currency", "Currency", kind="choice", choices=lambda: [(code, code) for code in currencies()]),
        Filter("valid", "In force now", kind="flag"),
    )
    empty = Empty("No price list yet", "Price lists are added through the API and in the administration.")

    def queryset(self, wanted: Wanted) -> QuerySet[PriceList]:
        """Return the lists by the filters."""
        at = clock.now() if wanted["valid"] else None
        return lists_found(text=wanted["q"], scope=wanted["scope"], currency=wanted["currency"], at=at)

    def actions(self) -> Sequence[Action]:
        """Return where lists are added."""
        return (Action("Add a price list", url=reverse("admin:pricing_pricelist_add"), permission=CHANGE_PRICES),)


class PriceListPage(Worklist):
    """One price list; the list shows its prices."""

    permission = VIEW_PRICES
    template = "pricing/price_list.html"
    crumbs = (Crumb("Price lists", "price_lists"),)
    row_noun = "price"
    default_sort = "product__sku"
    filters = (
        Filter("q", "Product", placeholder="SKU or name"),
        Filter("valid", "Prices", kind="choice", choices=VALID, required=True),
        Filter("on", "In force on", kind="date"),
    )
    empty = Empty("No prices here", "Prices come by file, through the API or in the administration.")

    @cached_property
    def price_list(self) -> PriceList:
        """The list; raises NotFound."""
        return price_list(self.kwargs["price_list_id"])

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The columns; prices are in the list's currency."""
        return (
            Column("product__sku", "Product", kind="code", link="product", id_key="product_id", sort="product__sku"),
            Column("product__name", "Name", kind="sentence"),
            Column("min_quantity", "From", kind="figure",
                   value=lambda row: quantity_html(row.min_quantity or None, row.unit or row.product.unit_id)),
            Column("unit_price", "Price", kind="price", currency=self.price_list.currency_id),
            Column("per", "Per", kind="figure",
                   value=lambda row: quantity_html(row.per, row.unit or row.product.unit_id)),
            Column("state", "State", kind="badge", value=lambda row: validity(row, clock.now())),
            Column("valid_from_at", "Valid from", kind="when"),
            Column("valid_until_at", "Until", kind="when"),
        )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[PriceRecord]:
        """Return the prices by the filters; a day is looked at from its first instant on, in the zone of the page."""
        now, day = clock.now(), wanted["on"]
        if day is not None:
            at = datetime.combine(day, time(), tzinfo=get_current_timezone())
            return records_found(self.price_list.pk, text=wanted["q"], at=at)
        if wanted["valid"] == "now":
            return records_found(self.price_list.pk, text=wanted["q"], at=now)
        found = records_found(self.price_list.pk, text=wanted["q"])
        return found.filter(valid_from_at__gt=now) if wanted["valid"] == "ahead" else found

    def context(self) -> Mapping[str, Any]:
        """Return the list with its prices and its newest changes."""
        row, now = self.price_list, clock.now()
        self.title = row.name or row.code
        found = list(batches(row.pk).order_by("-id")[:NEWEST_BATCHES])
        return {
            **super().context(),
            "list": row,
            "whom": for_whom(row),
            "subtitle": row.code if row.name else "",
            "badge": validity(row, now),
            "batches": batches_table(found) if found else None,
        }

    def actions(self) -> Sequence[Action]:
        """Return what can be done with the prices of the list."""
        list_id = self.price_list.pk
        file = reverse("price_list_file", args=[list_id])
        return (
            Action("CSV", url=f"{file}?as=csv"),
            Action("XLSX", url=f"{file}?as=xlsx"),
            Action("Bulk edit", url=reverse("price_edit", args=[list_id]), permission=CHANGE_PRICES),
            Action(
                "Import a file", url=reverse("price_upload", args=[list_id]), permission=CHANGE_PRICES, style="primary"
            ),
        )


class PriceListFile(Page):
    """The prices in force and those that wait for their day, as a file."""

    permission = VIEW_PRICES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer with CSV, or with a workbook when `as` is xlsx."""
        row = price_list(self.kwargs["price_list_id"])
        rows, kind = exported_prices(row.pk, at=clock.now()), "xlsx" if request.GET.get("as") == "xlsx" else "csv"
        told = {"Content-Disposition": f'attachment; filename="{_file_name(row.code)}.{kind}"'}
        if kind == "xlsx":
            return HttpResponse(xlsx_of(rows), content_type=XLSX, headers=told)
        return StreamingHttpResponse(csv_of(rows), content_type="text/csv; charset=utf-8", headers=told)


def _file_name(code: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in code)


def batches_table(found: Sequence[Any]) -> Table:
    """Return changes of many prices at once."""
    return Table(
        columns=(
            Column("name", "What", kind="sentence", link="price_batch"),
            Column("state", "State", kind="badge"),
        ),
        rows=found,
        caption="Newest changes of many prices",
    )
