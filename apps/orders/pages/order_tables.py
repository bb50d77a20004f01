"""The tables of the order page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.billing.contract import DocumentFacts, InvoicedPart, SettlementFacts
from apps.inventory.contract import Availability, GoodsBack, ShipmentSheet
from apps.ledger.contract import EntryFacts
from apps.orders.selectors.detail import LineView, OrderView
from ordercash.web.columns import Column, Table
from ordercash.web.components import Empty
from ordercash.web.formats import badge_html, money_html, quantity_html
from ordercash.web.links import link_html, names_of
from ordercash.web.templatetags.oc import panel_link

# A page shows so many lines at once; the rest is a page further.
LINES_SHOWN = 200
# Kinds of lines that are marked, since they are no plain product.
MARKED = frozenset({"bundle", "free", "charge"})


def lines_table(order: OrderView, lines: Sequence[LineView], stock: Mapping[UUID, Sequence[Availability]]) -> Table:
    """Return the lines with where each quantity stands; the footer sums all lines of the order, also those not shown."""
    discounts = (
        Column("list_minor", "List", kind="money", currency=order.currency, desk=True, hint="Quantity x price, before discounts"),
        Column("discount_minor", "Discount", kind="money", currency=order.currency, value=lambda line: -line.discount_minor or None),
    ) if any(line.discount_minor for line in order.lines) else ()  # fmt: skip
    columns = (
        Column("line_no", "Line", kind="html", value=lambda line: _line_link(order, line)),
        Column("product__sku", "Product", kind="code", link="product", id_key="product__id"),
        Column("name", "Description", kind="html", value=_name),
        Column("quantity", "Ordered", kind="figure", value=_ordered),
        _standing("reserved", "Reserved"),
        _standing("backordered", "Backordered"),
        _standing("shipped", "Shipped"),
        _standing("returned", "Returned"),
        _standing("cancelled", "Cancelled"),
        Column("available", "Free stock", kind="quantity", value=lambda line: free_stock(order, line, stock),
               hint="On the shelf and promised to nobody, in the warehouses of the order’s legal entity"),
        Column("unit_price", "Unit price", kind="price", currency=order.currency, unit="price_per",
               hint="The line’s number opens how the price was found"),
        *discounts,
        Column("net_minor", "Net", kind="figure", value=lambda line: _within(line, money_html(line.net_minor, order.currency))),
        Column("tax_rate", "Tax", kind="html", value=_tax, hint="Category and rate, frozen when the order was confirmed"),
        Column("tax_minor", "Tax amount", kind="figure", desk=True,
               value=lambda line: _within(line, money_html(line.tax_minor, order.currency))),
    )  # fmt: skip
    return Table(
        columns=columns,
        rows=lines,
        caption="Lines of the order",
        footer=_sums(order),
        empty=Empty("The order has no line that could be read", "The rows that it came from are kept below."),
    )


def _standing(key: str, label: str) -> Column:
    """A quantity that reads as a dash when it is nothing."""
    return Column(key, label, kind="quantity", value=lambda line: getattr(line, key) or None)


def _line_link(order: OrderView, line: LineView) -> SafeString:
    return panel_link(reverse("order_line", args=[order.id, line.line_no]), line.line_no)


def _name(line: LineView) -> SafeString:
    """Return what a line is of; parts stand under their bundle, and what rules added says so."""
    name = line.description or (line.product.name if line.product else "")
    if line.kind == "part":
        return format_html('<span class="oc-within">{}</span>', name)
    return format_html("{} {}", name, badge_html(line.kind)) if line.kind in MARKED else format_html("{}", name)


def _ordered(line: LineView) -> SafeString:
    """Return the quantity in own units, and as it was ordered where that was in another unit."""
    own = quantity_html(line.quantity, line.product.unit if line.product else "")
    if line.ordered_quantity is None:
        return own
    return format_html(
        '{} <span class="oc-note">· {}</span>', own, quantity_html(line.ordered_quantity, line.ordered_unit)
    )


def _within(line: LineView, amount: SafeString) -> SafeString:
    """Mark the amount of a part: it is in its bundle's already."""
    if line.part_of is None:
        return amount
    return format_html('<span class="oc-within" title="In the amount of line {}">{}</span>', line.part_of, amount)


def _tax(line: LineView) -> SafeString | None:
    if line.tax_rate is None:
        return None
    rate = quantity_html(line.tax_rate)
    return format_html('<span title="{}">{} {}&nbsp;%</span>', line.tax_reason, line.tax_category, rate)


def free_stock(order: OrderView, line: LineView, stock: Mapping[UUID, Sequence[Availability]]) -> Decimal | None:
    """Return what the order's legal entity has free of the line's product; None for services and unknown products."""
    if line.product is None or not line.product.is_stocked:
        return None
    own = [each for each in stock.get(line.product.id, ()) if each.legal_entity_id == order.legal_entity_id]
    return sum((each.available for each in own), Decimal(0))


def _sums(order: OrderView) -> Mapping[str, Any]:
    return {
        "name": f"{len(order.lines):,} line{'' if len(order.lines) == 1 else 's'}",
        **_taken(order),
        "net_minor": money_html(order.net_minor, order.currency),
        "tax_minor": money_html(order.tax_minor, order.currency),
    }


def _taken(order: OrderView) -> Mapping[str, Any]:
    own = [line for line in order.lines if line.part_of is None]
    return {
        "list_minor": money_html(sum(line.list_minor for line in own), order.currency),
        "discount_minor": money_html(-sum(line.discount_minor for line in own), order.currency),
    }


def shipments_table(shipments: Sequence[ShipmentSheet]) -> Table:
    """Return what left, with carrier and tracking."""
    return Table(
        columns=(
            Column("number", "Shipment", link="shipment"),
            Column("shipped_at", "Shipped", kind="when"),
            Column("warehouse_code", "From", kind="code"),
            Column("lines", "Lines", kind="number"),
            Column("quantity", "Quantity", kind="quantity"),
            Column("carrier", "Carrier"),
            Column("tracking", "Tracking", kind="code"),
        ),
        rows=shipments,
        empty=Empty("Nothing has left yet"),
    )


def returns_table(back: Sequence[GoodsBack], lines: Sequence[LineView]) -> Table:
    """Return what came back."""
    numbers = {line.id: line.line_no for line in lines}
    return Table(
        columns=(
            Column("line", "Line", kind="number", value=lambda row: numbers.get(row.line_id)),
            Column("quantity", "Quantity", kind="quantity"),
            Column("occurred_at", "Came back", kind="when"),
            Column("is_restocked", "Back on the shelf"),
        ),
        rows=back,
    )


def documents_table(documents: Sequence[DocumentFacts], parts: Mapping[UUID, InvoicedPart]) -> Table:
    """Return invoices and credit notes with the order's share of each."""
    return Table(
        columns=(
            Column("number", "Number", link="invoice"),
            Column("kind", "Kind", kind="badge"),
            Column("standing", "State", kind="badge"),
            Column("issue_date", "Issued", kind="day"),
            Column("due_date", "Due", kind="day", desk=True),
            Column("gross_minor", "Total", kind="money"),
            Column("order_minor", "This order", kind="money", value=lambda row: parts[row.id].gross_minor,
                   hint="Net and tax of this order’s lines on the document"),
            Column("open_minor", "Open", kind="money"),
            Column("pdf", "Print", link="invoice_pdf", value=lambda row: "PDF"),
        ),
        rows=documents,
        empty=Empty("Nothing is invoiced yet"),
    )  # fmt: skip


def settlements_table(settlements: Sequence[SettlementFacts], documents: Sequence[DocumentFacts]) -> Table:
    """Return what settled the order's invoices: payments, credit notes, write-offs."""
    numbers = {document.id: document.number for document in documents}
    references = names_of("payment", {row.payment_id for row in settlements})
    return Table(
        columns=(
            Column("settled_at", "Settled", kind="when"),
            Column("kind", "How", kind="badge"),
            Column("source", "With", kind="html", value=lambda row: _source(row, numbers, references)),
            Column("number", "Invoice", link="invoice", id_key="invoice_id", value=lambda row: numbers.get(row.invoice_id)),
            Column("amount_minor", "Amount", kind="money"),
        ),
        rows=settlements,
        empty=Empty("Nothing is paid yet"),
    )  # fmt: skip


def _source(row: SettlementFacts, numbers: Mapping[UUID, str], references: Mapping[UUID, str]) -> SafeString | None:
    """Return what settled as a link: the payment by its reference, the credit note by its number."""
    if row.payment_id:
        return link_html("payment", row.payment_id, references.get(row.payment_id) or "without a reference")
    if row.credit_note_id:
        return link_html("invoice", row.credit_note_id, numbers.get(row.credit_note_id, "the credit note"))
    return None


def postings_table(entries: Sequence[EntryFacts]) -> Table:
    """Return the journal entries behind the order, a row per posting; the entry is named on its first."""
    rows = [
        {
            "entry_id": entry.id,
            "day": entry.entry_date if index == 0 else None,
            "kind": entry.kind.replace("_", " ").capitalize() if index == 0 else "",
            "account": f"{line.account_code} {line.account_name}",
            "account_id": line.account_id,
            "debit": line.amount_minor if line.amount_minor > 0 else None,
            "credit": -line.amount_minor if line.amount_minor < 0 else None,
            "currency": line.currency,
        }
        for entry in entries
        for index, line in enumerate(entry.postings)
    ]
    return Table(
        columns=(
            Column("day", "Day", kind="html", value=lambda row: _day_link(row)),
            Column("kind", "Entry", kind="html", value=lambda row: format_html("{}\N{NO-BREAK SPACE}", row["kind"])),
            Column("account", "Account", link="account", id_key="account_id"),
            Column("debit", "Debit", kind="money"),
            Column("credit", "Credit", kind="money"),
        ),
        rows=rows,
        empty=Empty("Nothing is posted yet", "Shipments, invoices and payments post themselves."),
    )


def _day_link(row: Mapping[str, Any]) -> SafeString:
    if row["day"] is None:
        return format_html("\N{NO-BREAK SPACE}")
    return Column("day", "", kind="day", link="journal_entry", id_key="entry_id").html(row)
