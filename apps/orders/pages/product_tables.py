"""The figures and tables of a product."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.inventory.contract import Availability, Movement, Waiting
from apps.ledger.contract import EntryFacts
from apps.masterdata.contract import CustomerFacts, PartFacts, ProductFacts, entities_by_id
from apps.orders.selectors.product import ProductOrder
from apps.pricing.contract import PriceInForce
from ordercash.web.columns import Column, Table
from ordercash.web.components import Empty, Tile
from ordercash.web.formats import quantity_html
from ordercash.web.tones import state_label

# Of orders and movements the page shows so many; what is older is found from the order or in the journal.
NEWEST: Final = 20


def stock_tiles(places: Sequence[Availability], waiting: Sequence[Waiting], unit: str) -> list[Tile]:
    """Return what there is of the product in all warehouses, and what is missing."""
    free, missing = _sum(places, "available"), _sum(waiting, "quantity")
    return [
        Tile("On hand", quantity_html(_sum(places, "on_hand"), unit)),
        Tile("Reserved", quantity_html(_sum(places, "reserved"), unit)),
        Tile("Free", quantity_html(free, unit), tone="" if free else "warn"),
        Tile("Waiting", quantity_html(missing, unit), tone="bad" if missing else "", note="backordered"),
    ]


def _sum(rows: Sequence[Any], name: str) -> Decimal:
    return sum((getattr(row, name) for row in rows), Decimal(0))


def _in(unit: str, name: str) -> Callable[[Any], Any]:
    """Return the cell of a quantity in the product's unit, a dash for none."""
    return lambda row: quantity_html(getattr(row, name) or None, unit)


def parts_table(parts: Sequence[PartFacts]) -> Table:
    """Return what is in a bundle."""
    return Table(
        columns=(
            Column("sku", "Product", kind="code", link="product", id_key="product_id"),
            Column("name", "Name", kind="sentence"),
            Column("quantity", "In one bundle", kind="quantity", unit="unit"),
        ),
        rows=parts,
        caption="Parts of the bundle",
        empty=Empty("No parts", "A bundle without parts cannot be delivered."),
    )


def bundles_table(bundles: Sequence[ProductFacts]) -> Table:
    """Return the bundles that a product is in."""
    return Table(
        columns=(Column("sku", "Bundle", kind="code", link="product"), Column("name", "Name", kind="sentence")),
        rows=bundles,
        caption="Sold in bundles",
    )


def stock_table(places: Sequence[Availability], unit: str) -> Table:
    """Return what every warehouse has."""
    entities = entities_by_id()
    footer = {name: quantity_html(_sum(places, name), unit) for name in ("on_hand", "reserved", "available")}
    return Table(
        columns=(
            Column("warehouse_code", "Warehouse", kind="code"),
            Column("entity", "Legal entity", kind="code", value=lambda row: entities[row.legal_entity_id].code),
            Column("on_hand", "On hand", kind="figure", value=_in(unit, "on_hand")),
            Column("reserved", "Reserved", kind="figure", value=_in(unit, "reserved")),
            Column("available", "Free", kind="figure", value=_in(unit, "available")),
        ),
        rows=places,
        caption="Stock by warehouse",
        footer={"warehouse_code": "All", **footer} if len(places) > 1 else {},
        empty=Empty("No stock", "It was never received in any warehouse."),
    )


def waiting_table(waiting: Sequence[Waiting], unit: str) -> Table:
    """Return who waits for the product."""
    entities = entities_by_id()
    return Table(
        columns=(
            Column("entity", "Legal entity", kind="code", value=lambda row: entities[row.legal_entity_id].code),
            Column("lines", "Order lines", kind="number"),
            Column("quantity", "Waiting", kind="figure", value=_in(unit, "quantity")),
            Column("since_at", "Since", kind="when"),
        ),
        rows=waiting,
        caption="Waiting for goods by legal entity",
    )


def movements_table(movements: Sequence[Movement], entries: Sequence[EntryFacts], unit: str) -> Table:
    """Return the newest movements that are not shipments; `entries` are what was posted of them."""
    posted = {entry.source_id: entry.id for entry in entries}
    rows = [{"row": movement, "entry_id": posted.get(movement.id)} for movement in movements]
    return Table(
        columns=(
            Column("row__occurred_at", "When", kind="when"),
            Column("kind", "What", value=lambda each: state_label(each["row"].kind)),
            Column("row__warehouse_code", "Warehouse", kind="code"),
            Column("quantity", "Quantity", kind="figure", value=lambda each: quantity_html(each["row"].quantity, unit)),
            Column("row__value_minor", "Value", kind="money", currency="row__currency"),
            Column("row__note", "Note", kind="sentence"),
            *([Column("entry", "Posted", link="journal_entry", id_key="entry_id", value=_entry)] if entries else []),
        ),
        rows=rows,
        caption="Newest receipts, returns and counts",
        empty=Empty("Nothing has moved", "Receipts, returns and counts appear here; shipments stand on their orders."),
    )


def _entry(each: Mapping[str, Any]) -> str:
    return "Entry" if each["entry_id"] else ""


def prices_table(prices: Sequence[PriceInForce], unit: str) -> Table:
    """Return the prices in force, the list that is asked first in front."""
    return Table(
        columns=(
            Column("list_code", "Price list", kind="code"),
            Column("list_name", "Name", kind="sentence"),
            Column("for", "For", value=_for_whom),
            Column("min_quantity", "From", kind="figure",
                   value=lambda row: quantity_html(row.min_quantity or None, row.unit or unit)),
            Column("unit_price", "Price", kind="price"),
            Column("per", "Per", kind="figure", value=lambda row: quantity_html(row.per, row.unit or unit)),
            Column("valid_until_at", "Until", kind="when", value=lambda row: row.valid_until_at),
        ),
        rows=prices,
        caption="Prices in force",
        empty=Empty("No price is in force", "An order that brings no price of its own is held."),
    )  # fmt: skip


def _for_whom(row: PriceInForce) -> str:
    return " · ".join(filter(None, (row.whom or "everybody", row.legal_entity)))


def orders_table(orders: Sequence[ProductOrder], customers: Mapping[UUID, CustomerFacts], unit: str) -> Table:
    """Return the newest orders with what they ask of the product."""

    def code(row: ProductOrder) -> str:
        known = customers.get(row.customer_id) if row.customer_id else None
        return known.code if known else ""

    return Table(
        columns=(
            Column("number", "Order", link="order"),
            Column("state", "State", kind="badge"),
            Column("ordered_at", "Placed", kind="when"),
            Column("customer", "Customer", link="customer", id_key="customer_id", value=code),
            Column("quantity", "Ordered", kind="figure", value=_in(unit, "quantity")),
            Column("cancelled_quantity", "Cancelled", kind="figure", value=_in(unit, "cancelled_quantity")),
            Column("net_minor", "Net", kind="money"),
        ),
        rows=orders,
        caption="Newest orders",
        empty=Empty("No order yet", "Orders with this product appear here."),
    )
