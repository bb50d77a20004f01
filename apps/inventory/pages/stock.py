"""Stock, and what the desk does with it; lines that wait for goods."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet

from apps.inventory.contract import AdjustmentDraft, MovementResult, ReceiptDraft, warehouses
from apps.inventory.models import Backorder, Stock
from apps.inventory.pages.forms import CountForm, ReceiptForm
from apps.inventory.permissions import ADJUST_STOCK, RECEIVE_STOCK, VIEW_STOCK
from apps.inventory.selectors import lists
from apps.inventory.services.desk import adjust_stock, record_receipts
from apps.masterdata.contract import products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.errors import Conflict
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html
from ordercash.web.worklist import Worklist

WAREHOUSE = Filter("warehouse", "Warehouse", kind="choice", choices=lists.place_choices)
TEXT = Filter("q", "Product", placeholder="SKU or name")


class MovementRefused(Conflict):
    """Stock or its reservations do not allow the movement."""

    code, title = "movement_refused", "This movement is not possible"


class StockPage(Worklist):
    """What lies where, what is promised and what is free."""

    permission = VIEW_STOCK
    title = "Stock"
    row_noun = "stock row"
    default_sort = lists.STOCK_SORT
    columns = (
        Column("product__sku", "Product", kind="code", sort="product__sku", link="product", id_key="product_id"),
        Column("product__name", "Name"),
        Column("warehouse__code", "Warehouse", link="stock"),
        Column("on_hand", "On hand", kind="quantity", unit="product__unit_id"),
        Column("reserved", "Reserved", kind="quantity", value=lambda row: row.reserved or None),
        Column(
            "bins", "Held or damaged", kind="quantity", value=lambda row: row.on_hold + row.damaged or None, desk=True
        ),
        Column("safety_stock", "Kept back", kind="quantity", value=lambda row: row.safety_stock or None, desk=True),
        Column("available", "Available", kind="quantity"),
        Column("value_minor", "Value", kind="money", currency="warehouse__legal_entity__currency_id"),
    )
    filters = (
        TEXT,
        WAREHOUSE,
        Filter("none_free", "Nothing available", kind="flag"),
        Filter("waited_for", "Waited for", kind="flag"),
    )
    empty = Empty("No stock", "Goods appear here when they are received.")

    def queryset(self, wanted: Wanted) -> QuerySet[Stock]:
        return lists.stock_rows(
            text=wanted["q"],
            warehouse=wanted["warehouse"],
            none_free=wanted["none_free"],
            waited_for=wanted["waited_for"],
        )

    def tiles(self, wanted: Wanted) -> list[Tile]:
        where = wanted["warehouse"] or "all warehouses"
        sums = lists.value_of_stock(warehouse=wanted["warehouse"])
        return [Tile("Value of stock", money_html(value, currency), note=where) for currency, value in sums]

    def actions(self) -> Sequence[Action]:
        return (
            Action("Receive goods", verb="receive", permission=RECEIVE_STOCK, style="primary", form=ReceiptForm),
            Action("Record a count", verb="count", permission=ADJUST_STOCK, form=CountForm),
        )

    def do_receive(self, given: Given) -> str:
        values, now = given.values, clock.now()
        product_id, warehouse_id, source_ref = named(given, "receipt")
        draft = ReceiptDraft(warehouse_id, product_id, values["quantity"], values["unit_cost"], now, source_ref)
        draft = replace(draft, lot_code=values["lot"], expires_on=values["expires_on"])
        return told(record_receipts(receipts=[draft], actor=self.actor), f"{values['sku']} received.")

    def do_count(self, given: Given) -> str:
        values, now = given.values, clock.now()
        product_id, warehouse_id, source_ref = named(given, "count")
        draft = AdjustmentDraft(warehouse_id, product_id, values["quantity"], now, source_ref, values["note"])
        draft = replace(draft, lot_code=values["lot"], expires_on=values["expires_on"])
        return told(adjust_stock(adjustments=[draft], actor=self.actor), f"The count of {values['sku']} is recorded.")


class BackorderPage(Worklist):
    """Lines that wait for goods, the oldest first; what comes in goes to them in this order."""

    permission = VIEW_STOCK
    title = "Backorders"
    row_noun = "line"
    default_sort = lists.BACKORDER_SORT
    id_field = "line_id"
    columns = (
        Column("occurred_at", "Since", kind="when", sort="occurred_at"),
        Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
        Column("product__sku", "Product", kind="code", link="product", id_key="product_id"),
        Column("product__name", "Name"),
        Column("quantity", "Waiting", kind="quantity", unit="product__unit_id"),
        Column("legal_entity__code", "Legal entity"),
    )
    filters = (TEXT,)
    empty = Empty("Nobody waits for goods", "A line that cannot be reserved whole appears here with what is missing.")

    def queryset(self, wanted: Wanted) -> QuerySet[Backorder]:
        return lists.backorders(text=wanted["q"])


def named(given: Given, kind: str) -> tuple[UUID, UUID, str]:
    """Return the product, the warehouse and the reference that the form names."""
    values = given.values
    places = {place.code: place.id for place in warehouses().values()}
    if values["warehouse"] not in places:
        raise MovementRefused(f"{values['warehouse']} is not active.")
    source_ref = f"{kind}:{values['warehouse']}:{values['reference']}:{values['sku']}"[:120]
    return products_by_sku([values["sku"]])[values["sku"]].id, places[values["warehouse"]], source_ref


def told(result: MovementResult, done: str) -> str:
    """Return the sentence that tells what happened; raises MovementRefused with the reason when nothing did."""
    if result.refused:
        raise MovementRefused(result.refused[0].detail)
    return done if result.made else "This reference was booked before; nothing has changed."
