"""The figures at the head of an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.billing.contract import Delivered, DocumentFacts, InvoicedPart, SettlementFacts
from apps.orders.selectors.detail import OrderView
from ordercash.kernel.money import split
from ordercash.web.components import Tile
from ordercash.web.formats import amount_text, money_html

NOTHING_DELIVERED = Delivered(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Money:
    """How far an order has come in money, gross and in minor units."""

    invoiced_minor: int
    credited_minor: int
    paid_minor: int
    open_minor: int


def money_of(
    documents: Sequence[DocumentFacts],
    parts: Mapping[UUID, InvoicedPart],
    settlements: Sequence[SettlementFacts],
) -> Money:
    """Return what was invoiced, credited, paid and is open of an order.

    Of an invoice with several orders, payments and what is open are the order's share by amount.
    """
    paid: dict[UUID, int] = {}
    for settlement in settlements:
        if settlement.kind == "payment":
            paid[settlement.invoice_id] = paid.get(settlement.invoice_id, 0) + settlement.amount_minor
    invoices = [document for document in documents if document.kind == "invoice"]
    credits = [document for document in documents if document.kind != "invoice"]
    return Money(
        invoiced_minor=sum(parts[document.id].gross_minor for document in invoices),
        credited_minor=sum(parts[document.id].gross_minor for document in credits),
        paid_minor=sum(_share(document, parts, paid.get(document.id, 0)) for document in invoices),
        open_minor=sum(_share(document, parts, document.open_minor) for document in invoices),
    )


def _share(document: DocumentFacts, parts: Mapping[UUID, InvoicedPart], amount_minor: int) -> int:
    part = parts[document.id]
    if part.is_whole:
        return amount_minor
    return split(amount_minor, [part.gross_minor, max(document.gross_minor - part.gross_minor, 0)])[0]


def order_tiles(order: OrderView, sent: Delivered, money: Money | None) -> list[Tile]:
    """Return the tiles of an order; money is None for those who may not see invoices."""

    def tile(label: str, minor: int, note: str = "", tone: str = "") -> Tile:
        return Tile(label, money_html(minor, order.currency), note=note, tone=tone)

    tiles = [
        tile("Net", order.net_minor),
        tile("Tax", order.tax_minor),
        tile("Total", order.gross_minor),
        tile("Shipped", sent.gross_minor, _owed_note(order, sent), "warn" if sent.owed_lines else ""),
    ]
    if money is None:
        return tiles
    credited = f"credited {amount_text(money.credited_minor, order.currency)}" if money.credited_minor else ""
    still_open = f"open {amount_text(money.open_minor, order.currency)}" if money.open_minor else ""
    return [*tiles, tile("Invoiced", money.invoiced_minor, credited), tile("Paid", money.paid_minor, still_open)]


def _owed_note(order: OrderView, sent: Delivered) -> str:
    return f"to invoice {amount_text(sent.owed_gross_minor, order.currency)}" if sent.owed_lines else ""
