"""A decided cart on a page: its lines with the explanation of each, and what happened to the whole."""

from collections.abc import Mapping
from typing import Any

from apps.pricing.decisions.record.explanation import explain_order
from apps.pricing.selectors.deciding import DecidedCart
from apps.pricing.selectors.titles import label_of, rule_titles
from apps.pricing.selectors.told import access_name, cart_line_steps, order_steps
from ordercash.web.columns import Column, Table
from ordercash.web.formats import money_html

LINES = (
    Column("line_no", "Line", kind="number"),
    Column("sku", "Product", link="product", id_key="product"),
    Column("quantity", "Quantity", kind="quantity", unit="unit"),
    Column("unit_price", "Price", kind="price", currency="currency", unit="per"),
    Column("source", "From"),
    Column("list_minor", "List", kind="money", currency="currency", desk=True),
    Column("discount_minor", "Discount", kind="money", currency="currency"),
    Column("net_minor", "Net", kind="money", currency="currency"),
    Column("state", "", kind="badge"),
)


def cart_rows(decided: DecidedCart) -> list[dict[str, Any]]:
    """Return the lines of a cart, those that rules added last."""
    facts, priced, titles = decided.facts, decided.priced, rule_titles(decided.version_sha256)
    rows = [
        {
            "line_no": place + 1, "product": asked.product, "sku": asked.sku, "quantity": asked.quantity, "unit": asked.unit,
            "unit_price": line.unit_price, "per": line.per, "source": access_name(line.source), "list_minor": line.gross_minor,
            "discount_minor": line.discount_minor or None, "net_minor": line.net_minor, "currency": facts.currency,
            "state": "below_floor" if line.floor else "" if line.unit_price is not None else "no_price",
        }
        for place, (asked, line) in enumerate(zip(facts.lines, priced.lines, strict=True))
    ]  # fmt: skip
    return rows + [
        {
            "line_no": None, "product": line.product, "sku": line.sku, "quantity": line.quantity, "unit": line.unit,
            "unit_price": line.unit_price, "per": line.per, "list_minor": line.gross_minor,
            "source": label_of(titles.get(line.rule, line.rule)),
            "discount_minor": line.discount_minor or None, "net_minor": line.net_minor, "currency": facts.currency,
            "state": line.kind,
        }
        for line in priced.added
    ]  # fmt: skip


def cart_shown(decided: DecidedCart) -> Mapping[str, Any]:
    """Return the table of a cart's lines, and for every line and for the whole how it came about."""
    facts, priced, titles = decided.facts, decided.priced, rule_titles(decided.version_sha256)
    rows = cart_rows(decided)
    columns = LINES if any(row["state"] for row in rows) else LINES[:-1]
    net = money_html(decided.priced.net_minor, facts.currency)
    return {
        "lines": Table(columns=columns, rows=rows, footer={"net_minor": net}),
        "explained": [
            {
                "line_no": place + 1,
                "sku": asked.sku,
                "net": money_html(priced.lines[place].net_minor, facts.currency),
                "steps": cart_line_steps(facts, priced, place, titles),
            }
            for place, asked in enumerate(facts.lines)
        ],
        "whole": order_steps(explain_order(priced.trace), facts.currency, titles),
    }
