"""How the report of a back-test reads: tiles, charts of what moves, tables with links."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.rulebooks.decisions.kinds import Weight
from apps.rulebooks.models import BackTest, BackTestChange, BackTestFigure
from ordercash.kernel.ids import id_in
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Empty, JobProgress, Series, Tile
from ordercash.web.formats import money_html, number_text, percent_text
from ordercash.web.links import link_html, links_of, names_of
from ordercash.web.templatetags.oc import panel_link

# A chart holds as many bars as can be told apart.
BARS = 10
NAMELESS: Mapping[str, str] = {
    "customer": "customer not told", "product": "unknown product", "rule": "no rule",
}  # fmt: skip
Names = Mapping[str, Mapping[Any, str]]


class ChangeRow(NamedTuple):
    """A changed decision with its links."""

    id: UUID
    decision_id: UUID
    link: SafeString
    compare: SafeString
    currency: str
    before_minor: int
    after_minor: int
    delta_minor: int


class LineRow(NamedTuple):
    """A line of a decision on both sides."""

    line: str
    product: SafeString
    before: SafeString
    after: SafeString
    delta: SafeString
    rules: str


def _delta(row: Any) -> SafeString:
    return money_html(row.delta_minor, row.currency, signed=True)


MONEY = (
    Column("before_minor", "Before", kind="money"),
    Column("after_minor", "After", kind="money"),
    Column("delta_minor", "Change", kind="figure", value=_delta, sort="delta_minor"),
)
CHANGE_COLUMNS = (
    Column("link", "What", kind="html"),
    *MONEY,
    Column("compare", "Why", kind="html"),
)


def line_columns(before: str = "Before", after: str = "After") -> tuple[Column, ...]:
    """Return the columns of a decision's lines on both sides, with what each side is called."""
    return (
        Column("line", "Line"),
        Column("product", "Product", kind="html"),
        Column("before", before, kind="figure"),
        Column("after", after, kind="figure"),
        Column("delta", "Change", kind="figure"),
        Column("rules", "By", kind="sentence"),
    )


def progress_of(found: BackTest, url: str) -> JobProgress:
    """Return a back-test as the progress component shows it; a waiting one is due."""
    state = "due" if found.state == BackTest.State.WAITING else str(found.state)
    return JobProgress(
        label="Trying past decisions", state=state, url=url, done=found.seen, total=found.total or 0,
        note=f"· {found.changed} change" if found.changed else "", error=found.error,
    )  # fmt: skip


def report_tiles(found: BackTest, total: BackTestFigure | None, shifted_minor: int) -> list[Tile]:
    """Return the figures above a report."""
    share = Decimal(found.changed) / found.seen if found.seen else None
    tiles = [
        Tile("Decisions tried", number_text(found.seen)),
        Tile("Come out otherwise", number_text(found.changed), note=percent_text(share, signed=False)),
    ]
    if total is None:
        return tiles
    change = Decimal(total.delta_minor) / total.before_minor if total.before_minor else None
    return [
        *tiles,
        Tile("Before", money_html(total.before_minor, total.currency)),
        Tile("After", money_html(total.after_minor, total.currency), change=change),
        Tile("Change", money_html(total.delta_minor, total.currency, signed=True)),
        Tile("Moved, up and down", money_html(shifted_minor, total.currency), note="what approval limits look at"),
    ]


def money_chart(dimension: str, rows: Sequence[BackTestFigure], names: Names) -> Chart:
    """Return what moves most as bars."""
    shown = rows[:BARS]
    return Chart(
        f"Change by {dimension}",
        [called(dimension, row.key, names) for row in shown],
        [Series("Change", [row.delta_minor for row in shown])],
        kind="bar",
        currency=shown[0].currency,
    )


def figure_table(dimension: str, rows: Sequence[BackTestFigure], names: Names) -> Table:
    """Return what moves most as a table with links."""
    columns = (
        Column("key", dimension.capitalize(), kind="html", value=lambda row: _linked(dimension, row.key, names)),
        Column("decisions", "Decisions", kind="number"),
        Column("before_minor", "Before", kind="money"),
        Column("after_minor", "After", kind="money"),
        Column("delta_minor", "Change", kind="figure", value=_delta),
    )
    return Table(columns, rows, caption=f"Change by {dimension}", empty=Empty(f"No {dimension} moves"))


def change_rows(back_test_id: UUID, changes: Iterable[BackTestChange]) -> list[ChangeRow]:
    """Return changed decisions with links to what they are about and to both sides; one statement per kind of subject."""
    found = list(changes)
    links = links_of((change.subject_kind, change.subject_id) for change in found)
    return [
        ChangeRow(
            change.pk, change.decision_id, links[change.subject_id], _compare(back_test_id, change.decision_id),
            change.currency, change.before_minor, change.after_minor, change.delta_minor,
        )
        for change in found
    ]  # fmt: skip


def line_rows(before: Sequence[Weight], after: Sequence[Weight], titles: Mapping[str, str]) -> list[LineRow]:
    """Return the lines of a decision on both sides, in the order in which they stand; `titles` of rules by name."""
    sides = [{weight.line: weight for weight in weights} for weights in (before, after)]
    products = {weight.line: weight.product for weight in (*before, *after)}
    names = names_of("product", [id_in(product) for product in products.values()])
    return [_line(line, product, sides, names, titles) for line, product in products.items()]


def _line(
    line: str,
    product: str,
    sides: Sequence[Mapping[str, Any]],
    names: Mapping[UUID, str],
    titles: Mapping[str, str],
) -> LineRow:
    before, after = (side.get(line) for side in sides)
    currency = next(side.currency for side in (before, after) if side)
    amounts = [side.amount_minor if side else 0 for side in (before, after)]
    id = id_in(product)
    return LineRow(
        line, link_html("product", id, names.get(id, "")) if id else format_html("{}", product or NAMELESS["product"]),
        money_html(before.amount_minor if before else None, currency),
        money_html(after.amount_minor if after else None, currency),
        money_html(amounts[1] - amounts[0], currency, signed=True),
        _by(before, after, titles),
    )  # fmt: skip


def _by(before: Weight | None, after: Weight | None, titles: Mapping[str, str]) -> str:
    """Return the rules that take part: once where both sides have the same, else those of both."""
    said = [", ".join(titles.get(rule, rule) for rule in side.rules) if side else "" for side in (before, after)]
    return said[0] if said[0] == said[1] else " → ".join(each or NAMELESS["rule"] for each in said)


def called(dimension: str, key: str, names: Names) -> str:
    """Return what a customer, product or rule is called."""
    return names.get(dimension, {}).get(id_in(key) or key) or key or NAMELESS[dimension]


def _linked(dimension: str, key: str, names: Names) -> SafeString:
    id = id_in(key)
    name = called(dimension, key, names)
    return link_html(dimension, id, name) if id else format_html("{}", name)


def _compare(back_test_id: UUID, decision_id: UUID) -> SafeString:
    return panel_link(reverse("back_test_decision", args=[back_test_id, decision_id]), "Side by side")
