"""Why a line of an order costs what it costs: the explanation of pricing, and after it the tax and the total."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.orders.selectors.detail import LineView
from apps.pricing.contract import LineFigures, LineTold, OrderTold, price_steps, rule_titles
from ordercash.web.components import Step
from ordercash.web.formats import money_html, number_text

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


def tax_text(line: LineView) -> str:
    """Return the tax of a line in words: "Standard rated, 20 %"."""
    if line.tax_rate is None:
        return ""
    return (
        f"{TAX_CATEGORIES.get(line.tax_category, line.tax_category)}, {number_text(line.tax_rate)}\N{NO-BREAK SPACE}%"
    )


def titles_of(explanation: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what the rules of the version that decided are called."""
    known = explanation["version_sha256"]
    return rule_titles(bytes.fromhex(known)) if known else {}


def line_steps(
    line: LineView, asked: Mapping[str, Any], order: OrderTold | None, currency: str, titles: Mapping[str, str]
) -> list[Step]:
    """Return the explanation of one line; `asked` is its part of the decision, empty where it has none of its own."""
    told: LineTold | None = asked.get("told")
    figures = LineFigures(
        line.quantity, line.unit_price, line.price_per, line.price_source, line.list_minor, line.discount_minor, line.net_minor
    )  # fmt: skip
    words = " · ".join(part for part in (tax_text(line), line.tax_reason) if part)
    return [
        *price_steps(figures, told, order, currency, titles=titles),
        Step(
            "Tax",
            money_html(line.tax_minor, currency),
            note=words or ("that of its parts" if line.kind == "bundle" else "not determined"),
        ),
        Step("Total", money_html(line.gross_minor, currency), outcome="taken"),
    ]


def traces_of(lines: Sequence[LineView], explanation: Mapping[str, Any]) -> dict[UUID, Mapping[str, Any]]:
    """Return each line's part of the decision by line id: matched by product and quantity, as they were asked."""
    pool: dict[tuple[str, Decimal], list[Mapping[str, Any]]] = {}
    for decided in explanation["lines"]:
        pool.setdefault((decided["product"], Decimal(decided["quantity"])), []).append(decided)
    found = {}
    for line in lines:
        if line.product and line.kind in ("product", "bundle"):
            asked = pool.get((str(line.product.id), line.ordered_quantity or line.quantity))
            if asked:
                found[line.id] = asked.pop(0)
    return found
