"""How fresh the stock of other systems is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.inventory.models import SyncClock
from apps.inventory.pages.stock import WAREHOUSE
from apps.inventory.permissions import VIEW_SYNC
from apps.inventory.selectors import sync
from ordercash.kernel import clock
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Empty, Series, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.worklist import Worklist

FEED_COLUMNS = (
    Column("code", "Warehouse"),
    Column("state", "Feed", kind="badge", value=lambda row: "stopped" if row.stopped_since else "speaking"),
    Column("said_at", "Last word", kind="moment", value=lambda row: row.said_at if row.has_spoken else None),
    Column("shelves", "Shelves", kind="number", desk=True),
    Column("p50_ms", "Half, ms", kind="number", desk=True),
    Column("p99_ms", "99 of 100, ms", kind="number"),
)


class SyncLatency(Worklist):
    """How old the last word about each shelf is, how long it took, and what may be sold meanwhile."""

    permission = VIEW_SYNC
    template = "inventory/sync.html"
    title = "Freshness"
    row_noun = "shelf"
    default_sort = sync.OLDEST
    id_field = "stock_id"
    columns = (
        Column("sku", "Product", kind="code", link="product", id_key="stock__product_id",
               value=lambda row: row.stock.product.sku),
        Column("warehouse", "Warehouse", value=lambda row: row.stock.warehouse.code),
        Column("source_at", "Last word", kind="moment", sort="source_at"),
        Column("latency", "Took, ms", kind="number", value=sync.latency_ms),
        Column("rate", "Others sell, an hour", kind="number", value=lambda row: round(row.stock.sale_rate * 3600, 1)),
        Column("free", "Free", kind="quantity", value=lambda row: row.stock.free),
        Column("held_back", "Held back", kind="quantity", value=lambda row: row.held_back or None),
        Column("may_sell", "May be sold", kind="quantity"),
        Column("rule", "Rule", desk=True, value=lambda row: row.rule.replace("_", " ")),
    )  # fmt: skip
    filters = (Filter("q", "Product", placeholder="SKU"), WAREHOUSE)
    empty = Empty("Nobody tells us of stock yet", "Shelves appear here when the system of a warehouse speaks of them.")

    def queryset(self, wanted: Wanted) -> QuerySet[SyncClock]:
        return sync.clocks(warehouse=wanted["warehouse"], text=wanted["q"])

    def tiles(self, wanted: Wanted) -> Sequence[Tile]:
        found = sync.feeds()
        stopped = sum(feed.stopped_since is not None for feed in found)
        slowest = max((feed.p99_ms for feed in found if feed.p99_ms is not None), default=None)
        return [
            Tile("Feeds", f"{len(found):,}"),
            Tile("Stopped", f"{stopped:,}", tone="bad" if stopped else ""),
            Tile("99 of 100 within", "–" if slowest is None else f"{slowest:,} ms", note="last measured minute"),
        ]

    def context(self) -> Mapping[str, Any]:
        """Return the list with the feeds and the last hour as a chart."""
        return {
            **super().context(),
            "has_charts": True,
            "feeds": Table(columns=FEED_COLUMNS, rows=sync.feeds(), caption="Feeds"),
            "chart": chart(self.wanted["warehouse"] or ""),
        }


def chart(warehouse: str) -> Chart | None:
    """Return the last hour as steps in the user's zone, a gap where nothing came; None while nothing was measured."""
    found = {each.minute: each for each in sync.minutes(since=sync.last_hour(clock.now()), warehouse=warehouse)}
    if not found:
        return None
    length = int((max(found) - min(found)).total_seconds()) // 60
    minutes = [min(found) + timedelta(minutes=passed) for passed in range(length + 1)]
    measured = [found.get(minute) for minute in minutes]
    return Chart(
        f"From their word to our row, last hour{f', {warehouse}' if warehouse else ''}",
        [f"{timezone.localtime(minute):%H:%M}" for minute in minutes],
        [
            Series("Half within", [each.p50_ms if each else None for each in measured]),
            Series("99 of 100 within", [each.p99_ms if each else None for each in measured]),
        ],
        kind="step",
        unit="ms",
    )
