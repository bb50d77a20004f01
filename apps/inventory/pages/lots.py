"""Lots: what expires when, and who was sent goods of one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from apps.inventory.decisions.shelf_life import lasts
from apps.inventory.models import Lot
from apps.inventory.pages.stock import WAREHOUSE
from apps.inventory.permissions import VIEW_STOCK
from apps.inventory.selectors.lots import LOT_SORT, lot, lots, promised, sent
from ordercash.kernel import clock
from ordercash.kernel.clock import business_date
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import badge_html, quantity_html
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist

WITHIN = (("1", "Today, or expired"), ("8", "In 7 days"), ("31", "In 30 days"), ("91", "In 90 days"))
SENT = (
    Column("shipped_at", "Left", kind="when"),
    Column("number", "Shipment", kind="code", link="shipment", id_key="shipment_id"),
    Column("warehouse", "From"),
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: "Customer"),
    Column("quantity", "Quantity", kind="quantity"),
    Column("returned", "Came back", kind="quantity", value=lambda row: row.returned or None),
)
PROMISED = (
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("warehouse", "From"),
    Column("quantity", "Quantity", kind="quantity"),
    Column("state", "State", kind="badge"),
)


def how_long(row: Lot) -> SafeString:
    """Return how long a lot lasts, in words with their colour, by the day of its legal entity."""
    state, words = lasts(row.expires_on, business_date(clock.now(), row.stock.warehouse.legal_entity.time_zone))
    return badge_html(state, words)


class Lots(Worklist):
    """Lots of which something lies there, those first that expire first."""

    permission = VIEW_STOCK
    title = "Lots"
    row_noun = "lot"
    default_sort = LOT_SORT
    columns = (
        Column("code", "Lot", kind="code", link="lot"),
        Column("stock__product__sku", "Product", kind="code", link="product", id_key="stock__product_id"),
        Column("stock__product__name", "Name", desk=True),
        Column("stock__warehouse__code", "Warehouse", link="stock", id_key="stock_id"),
        Column("expires_on", "Expires", kind="day"),
        Column("lasts", "Lasts", kind="html", value=how_long),
        Column("on_hand", "On hand", kind="quantity", unit="stock__product__unit_id"),
        Column("reserved", "Reserved", kind="quantity", value=lambda row: row.reserved or None),
        Column("blocked", "Held or damaged", kind="quantity", value=lambda row: row.blocked or None),
        Column("free", "Free", kind="quantity"),
    )
    filters = (
        Filter("q", "Lot or product", placeholder="Lot, SKU or name"),
        WAREHOUSE,
        Filter("within", "Expires", kind="choice", choices=WITHIN),
    )
    empty = Empty("No lots", "Goods of products that are kept in lots appear here when they are received.")

    def queryset(self, wanted: Wanted) -> QuerySet[Lot]:
        day = (clock.now() + timedelta(int(wanted["within"]))).date() if wanted["within"] else None
        return lots(text=wanted["q"], warehouse=wanted["warehouse"], expiring_before=day)


class LotPage(Page):
    """One lot: what of it lies where, whom it was sent to and promised to."""

    permission = VIEW_STOCK
    template = "inventory/lot.html"
    crumbs = (Crumb("Lots", "lots"),)

    @cached_property
    def row(self) -> Any:
        return lot(self.kwargs["lot_id"])

    def context(self) -> Mapping[str, Any]:
        row = self.row
        product = row.stock.product
        self.title = f"Lot {row.code} of {product.sku}"
        places = list(lots(sku=product.sku, code=row.code, empty=True))
        gone, held = sent(product.pk, row.code), promised(product.pk, row.code)
        return {
            "row": row,
            "subtitle": product.name,
            "lasts": how_long(row),
            "tiles": self._tiles(places),
            "places": Table(columns=Lots.columns[3:], rows=places),
            "sent": Table(columns=SENT, rows=gone, empty=Empty("Nothing of it has left")),
            "promised": Table(columns=PROMISED, rows=held, empty=Empty("Nothing of it is promised")),
            "customers": len({each.customer_id for each in gone if each.quantity > each.returned}),
            "orders": len({each.order_id for each in gone if each.quantity > each.returned}),
        }

    def _tiles(self, places: Sequence[Any]) -> list[Tile]:
        unit = self.row.stock.product.unit_id
        names = {"On hand": "on_hand", "Reserved": "reserved", "Held or damaged": "blocked", "Free": "free"}
        return [
            Tile(label, quantity_html(sum(getattr(each, name) for each in places), unit))
            for label, name in names.items()
        ]
