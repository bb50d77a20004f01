"""Why a line costs what it costs, as a tree: the price with every place it was looked for, the net amount, the tax."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.orders.selectors.detail import LineView
from ordercash.web.components import Step
from ordercash.web.formats import money_html, number_text, price_html, price_text
from ordercash.web.tones import state_label

_MISSED: Final[Mapping[str, str]] = {
    "no_agreed_price": "no price was agreed with the order",
    "no_customer_group": "the customer belongs to no group",
    "no_price_in_force": "no price in force for this product",
    "amount_out_of_range": "quantity x price is more than can be booked",
}
_ACCESSES: Final[Mapping[str, str]] = {
    "agreed": "Price agreed with the order",
    "group_list": "Price list of the customer’s group",
    "base_list": "Price list for everybody",
}
# EN 16931 BT-151: the categories that a line may have.
TAX_CATEGORIES: Final[Mapping[str, str]] = {
    "S": "Standard rated",
    "Z": "Zero rated",
    "E": "Exempt",
    "AE": "Reverse charge",
    "K": "Supply within the Union",
    "G": "Export",
    "O": "Outside the scope of tax",
}


def access_name(source: str) -> str:
    """Return the words for the access that gave a price."""
    return _ACCESSES.get(source, state_label(source)) if source else ""


def tax_text(line: LineView) -> str:
    """Return the tax of a line in words: "Standard rated, 20 %"."""
    if line.tax_rate is None:
        return ""
    return (
        f"{TAX_CATEGORIES.get(line.tax_category, line.tax_category)}, {number_text(line.tax_rate)}\N{NO-BREAK SPACE}%"
    )


def line_steps(line: LineView, trace: Sequence[Mapping[str, Any]], currency: str) -> list[Step]:
    """Return the explanation of one line."""
    quantity = f"{number_text(line.quantity)} x {_price(line, currency)}"
    discounts = [
        Step("List", money_html(line.list_minor, currency), note=quantity),
        Step("Discount", money_html(-line.discount_minor, currency)),
    ] if line.discount_minor else []  # fmt: skip
    return [
        Step(
            "Unit price",
            price_html(line.unit_price, currency, line.price_per),
            below=[_access(item, currency) for item in trace],
        ),
        *discounts,
        Step(
            "Net",
            money_html(line.net_minor, currency),
            note="rounded once" if discounts else f"{quantity}, rounded once",
        ),
        Step(
            "Tax",
            money_html(line.tax_minor, currency),
            note=" · ".join(part for part in (tax_text(line), line.tax_reason) if part) or "not determined",
        ),
        Step("Total", money_html(line.gross_minor, currency), outcome="taken"),
    ]


def _price(line: LineView, currency: str) -> str:
    if line.unit_price is None:
        return "an unknown price"
    per = "" if line.price_per == 1 else f" / {number_text(line.price_per)}"
    return price_text(line.unit_price, currency) + per


def _access(item: Mapping[str, Any], currency: str) -> Step:
    label = access_name(str(item.get("access", "")))
    if "missed" in item:
        return Step(label, outcome="missed", note=_why(item))
    if item.get("found") == "agreed":
        return Step(label, "agreed", outcome="taken")
    scale = Decimal(str(item.get("from_quantity", 0)))
    note = " ".join((str(item.get("list", "")), f"from {number_text(scale)} on" if scale > 0 else "")).strip()
    return Step(label, price_html(Decimal(str(item["found"])), currency), outcome="taken", note=note)


def _why(item: Mapping[str, Any]) -> str:
    if item["missed"] == "below_least_quantity":
        return f"its prices begin at {number_text(Decimal(str(item.get('least', 0))))}"
    return _MISSED.get(str(item["missed"]), state_label(str(item["missed"])).lower())


def traces_of(lines: Sequence[LineView], explanation: Mapping[str, Any]) -> dict[UUID, Sequence[Mapping[str, Any]]]:
    """Return the accesses that were tried by line id: decisions are matched by product and quantity, as they were asked."""
    pool: dict[tuple[str, Decimal], list[Sequence[Mapping[str, Any]]]] = {}
    for decided in explanation["lines"]:
        pool.setdefault((decided["product"], Decimal(decided["quantity"])), []).append(decided["trace"])
    found = {}
    for line in lines:
        asked = pool.get((str(line.product.id), line.quantity)) if line.product else None
        if asked:
            found[line.id] = asked.pop(0)
    return found
