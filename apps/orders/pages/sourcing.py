"""The card "Where it comes from": what was chosen by the rules of sourcing, what it costs, and what was rejected."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.inventory.contract import SourcingTold, WayTold
from ordercash.web.columns import Column, Table
from ordercash.web.components import Empty
from ordercash.web.formats import money_html, quantity_html
from ordercash.web.links import link_html

NAMES: Final[Mapping[str, str]] = {"by_priority": "By priority, as without rules", "alone": "All from one warehouse"}


def sourcing_card(told: SourcingTold) -> Mapping[str, Any]:
    """Return what the card shows of one decision."""
    return {
        "taken_at": told.taken_at,
        "version": told.version_sha256[:12],
        "parcels": _parcels(told),
        "rejected": _rejected(told),
        "unserved": ", ".join(f"{left.normalize():f} {sku}" for sku, left in told.unserved.items()),
        "is_proven": told.is_proven,
        "full_days": ", ".join(told.full_days),
    }


def _parcels(told: SourcingTold) -> Table:
    """Return the parcels with the parts of their cost; the footer adds the penalty of further parcels."""
    penalty = ""
    if told.penalty_minor:
        penalty = format_html("with {} for further parcels", money_html(told.penalty_minor, told.currency))
    return Table(
        columns=(
            Column("warehouse", "Warehouse", kind="code"),
            Column("picks", "Sends", kind="html", value=lambda row: _goods(row.picks)),
            Column("zone", "Zone", value=lambda row: row.zone if row.km is None else f"{row.zone}, {row.km:,} km"),
            Column("carrier", "Carrier"),
            Column("weight_kg", "Weight in kg", kind="quantity", desk=True),
            Column("carriage_minor", "Carriage", kind="money", currency=told.currency),
            Column("work_minor", "Work", kind="money", currency=told.currency, desk=True),
            Column("days", "Days", kind="number"),
            Column("days_minor", "Of the days", kind="money", currency=told.currency, desk=True),
            Column("cost_minor", "Cost", kind="money", currency=told.currency),
        ),
        rows=told.parcels,
        caption="What each warehouse sends",
        footer={"picks": penalty, "cost_minor": money_html(told.cost_minor, told.currency)},
        empty=Empty("No warehouse can send anything of it"),
    )  # fmt: skip


def _goods(picks: Any) -> SafeString:
    parts = ((quantity_html(pick.quantity), link_html("product", pick.product_id, pick.sku)) for pick in picks)
    return format_html_join(", ", "{} {}", parts)


def _rejected(told: SourcingTold) -> Table:
    """Return the other ways, each with its cost or why it is not possible."""
    return Table(
        columns=(
            Column("name", "Instead", value=lambda row: NAMES.get(row.name, row.name.capitalize())),
            Column("warehouses", "From", kind="code", value=lambda row: ", ".join(row.warehouses)),
            Column("cost_minor", "Cost", kind="money", currency=told.currency),
            Column("more", "More", kind="money", currency=told.currency, value=lambda row: _more(row, told)),
            Column("short_lines", "Lines short", kind="number", value=lambda row: row.short_lines or None),
            Column("why", "Not possible because", kind="sentence"),
        ),
        rows=told.rejected,
        caption="What was rejected",
        empty=Empty("There was no other way"),
    )


def _more(row: WayTold, told: SourcingTold) -> int | None:
    return None if row.cost_minor is None else row.cost_minor - told.cost_minor
