"""The backorder board: what waits by age and money, and every line with its day, its policy and why it waits."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from apps.inventory.models import Backorder, Shipping, WaitReason
from apps.inventory.pages.stock import TEXT
from apps.inventory.permissions import VIEW_STOCK
from apps.inventory.selectors import board, lists
from apps.inventory.selectors.allocation import entity_choices
from apps.inventory.selectors.quotas import channel_choices
from ordercash.kernel import clock
from ordercash.web.columns import Column
from ordercash.web.components import Chart, Empty, Series, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import amount_text, day_text, plural
from ordercash.web.worklist import Worklist

# More currencies than these have no chart of their own; their money stands in the tiles.
MOST_CHARTS = 2


class BackorderBoard(Worklist):
    """Lines that wait, the oldest first, under what waits by age and money."""

    permission = VIEW_STOCK
    template = "inventory/board.html"
    title = "Backorder board"
    row_noun = "line"
    default_sort = lists.BACKORDER_SORT
    id_field = "line_id"
    columns = (
        Column("occurred_at", "Since", kind="when", sort="occurred_at"),
        Column("age", "Days", kind="number", value=lambda row: max((clock.now() - row.occurred_at).days, 0)),
        Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
        Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: ""),
        Column("product__sku", "Product", kind="code", link="product", id_key="product_id"),
        Column("quantity", "Waiting", kind="quantity", unit="product__unit_id"),
        Column("open_minor", "Worth", kind="money", value=board.open_minor),
        Column("wanted_on", "Wanted", kind="day", desk=True),
        Column("promised_on", "Promised", kind="day"),
        Column("why", "Why it waits", kind="sentence", value=lambda row: why(row)),
        Column("policy", "Ships", value=lambda row: Shipping(row.policy or "as_ready").label),
        Column("channel", "Channel", value=lambda row: row.channel or None, desk=True),
    )
    filters = (
        TEXT,
        Filter("age", "Age", kind="choice", choices=tuple(board.AGES.items())),
        Filter("promised", "Day", kind="choice", choices=tuple(board.DATES.items())),
        Filter("reason", "Why", kind="choices", choices=WaitReason.choices),
        Filter("currency", "Currency", kind="choice", choices=board.currency_choices),
        Filter("channel", "Channel", kind="choice", choices=channel_choices),
        Filter("entity", "Legal entity", kind="choice", choices=entity_choices),
    )
    empty = Empty("Nobody waits for goods", "A line that cannot be reserved whole appears here with what is missing.")

    def queryset(self, wanted: Wanted) -> QuerySet[Backorder]:
        return board.waiting_lines(
            now=clock.now(),
            text=wanted["q"],
            legal_entity=wanted["entity"],
            age=wanted["age"],
            reasons=tuple(wanted["reason"]),
            promised=wanted["promised"],
            channel=wanted["channel"],
            currency=wanted["currency"],
        )

    def context(self) -> Mapping[str, Any]:
        """Return the list under what waits by age, in figures and as charts: one for each currency, which are not added up."""
        self.ages = board.ages(now=clock.now(), legal_entity=self.wanted["entity"])
        return {**super().context(), "has_charts": True, "charts": charts(self.ages)}

    def tiles(self, wanted: Wanted) -> list[Tile]:
        return [
            Tile(
                age.label,
                f"{age.lines:,} {'line' if age.lines == 1 else plural('line')}",
                note=", ".join(f"{currency} {amount_text(minor, currency)}" for currency, minor in _most(age.money)),
                url=self.here(age=age.key, cursor="") if age.lines else "",
                tone="warn" if age.key == "more" and age.lines else "",
            )
            for age in self.ages
        ]


def charts(ages: list[board.Age]) -> list[Chart]:
    """Return the open money by age, the currencies with the most lines of money first."""
    sums: dict[str, int] = {}
    for age in ages:
        for currency, minor in age.money.items():
            sums[currency] = sums.get(currency, 0) + minor
    return [
        Chart(
            "Open by age",
            [age.label for age in ages],
            [Series("Open", [age.money.get(currency, 0) for age in ages])],
            kind="bar",
            currency=currency,
            height=180,
        )
        for currency, total in _most(sums)[:MOST_CHARTS]
        if total
    ]


def why(row: Any) -> str:
    """Return why a line waits, and when it can leave where its promise cannot be kept."""
    said = str(WaitReason(row.reason).label)
    if not row.is_broken:
        return said
    then = f"possible on {day_text(row.possible_on)}" if row.possible_on else "nothing is to come for it"
    return f"{said}; its day cannot be kept, {then}"


def _most(money: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(money.items(), key=lambda pair: (-pair[1], pair[0]))
