"""What left: the list, and one shipment."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.inventory.models import Shipment
from apps.inventory.pages.stock import WAREHOUSE
from apps.inventory.permissions import VIEW_SHIPMENTS
from apps.inventory.selectors import lists
from apps.masterdata.contract import customers_by_id, products_by_id
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html
from ordercash.web.links import names_of
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist


class Shipments(Worklist):
    """Every shipment, the newest first."""

    permission = VIEW_SHIPMENTS
    title = "Shipments"
    row_noun = "shipment"
    default_sort = lists.SHIPMENT_SORT
    columns = (
        Column("number", "Shipment", link="shipment"),
        Column("shipped_at", "Left", kind="when", sort="shipped_at"),
        Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
        Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: ""),
        Column("warehouse__code", "Warehouse"),
        Column("carrier", "Carrier", desk=True),
        Column("tracking", "Tracking", kind="code", desk=True),
    )
    filters = (Filter("q", "Number", placeholder="SH-"), WAREHOUSE, Filter("shipped", "Left", kind="period"))
    empty = Empty("Nothing has left yet", "Shipments appear here when reserved orders are shipped.")

    def queryset(self, wanted: Wanted) -> QuerySet[Shipment]:
        return lists.shipments(
            number=wanted["q"],
            warehouse=wanted["warehouse"],
            from_at=_midnight(wanted["shipped_from"]),
            until_at=_midnight(wanted["shipped_until"]),
        )


class ShipmentPage(Page):
    """One shipment with its lines and what they cost."""

    permission = VIEW_SHIPMENTS
    template = "inventory/shipment.html"
    crumbs = (Crumb("Shipments", "shipments"),)

    def context(self) -> Mapping[str, Any]:
        shipment = lists.shipment(self.kwargs["shipment_id"])
        self.title = f"Shipment {shipment.number}"
        currency = shipment.legal_entity.currency_id
        lines = lists.lines_of(shipment.pk)
        return {
            "shipment": shipment,
            "order_number": names_of("order", [shipment.order_id]).get(shipment.order_id, ""),
            "customer": customers_by_id([shipment.customer_id]).get(shipment.customer_id),
            "lines": Table(
                columns=_line_columns(currency, products_by_id({line.product_id for line in lines})),
                rows=lines,
                caption="Lines",
                footer={"cost_minor": money_html(sum(line.cost_minor for line in lines), currency)},
            ),
        }


def _line_columns(currency: str, products: Mapping[Any, Any]) -> tuple[Column, ...]:
    def of(name: str) -> Any:
        return lambda line: getattr(products.get(line.product_id), name, "")

    return (
        Column("sku", "Product", kind="code", link="product", id_key="product_id", value=of("sku")),
        Column("name", "Name", value=of("name")),
        Column("quantity", "Shipped", kind="quantity"),
        Column("returned_quantity", "Returned", kind="quantity", value=lambda line: line.returned_quantity or None),
        Column("cost_minor", "Cost", kind="money", currency=currency),
    )


def _midnight(day: date | None) -> datetime | None:
    """Return the beginning of a day in the user's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day else None
