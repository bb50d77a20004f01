"""What can be promised of a product: day by day as a table and a chart, with the supplies and the promises behind it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.urls import reverse

from apps.inventory.contract import WarehouseFacts, warehouses
from apps.inventory.permissions import VIEW_PROMISES
from apps.inventory.selectors.atp_shown import DayShown, PlanShown, entities_concerned, plan_shown
from apps.inventory.selectors.quotas import channel_choices
from apps.masterdata.contract import EntityFacts, ProductFacts, entities_by_code, products_by_sku
from apps.rulebooks.contract import NoRulebookInForce
from ordercash.kernel import clock
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Empty, Series, Tile
from ordercash.web.filters import Filter, Wanted, read_filters, shown_filters
from ordercash.web.formats import day_html, quantity_html
from ordercash.web.page import Page

SPANS: Final = (("180", "180 days"), ("30", "30 days"), ("60", "60 days"), ("366", "a year"))

DAYS: Final = (
    Column("on", "Day", kind="day"),
    Column("supply", "Comes in", kind="quantity", value=lambda row: row.supply or None),
    Column("demand", "Promised or waited for", kind="quantity", value=lambda row: row.demand or None),
    Column("left", "Left of the day", kind="quantity"),
    Column("offered", "Can be promised", kind="quantity"),
)
SUPPLIES: Final = (
    Column("number", "Supply", link="supply"),
    Column("warehouse_code", "Warehouse"),
    Column("due_at", "Due", kind="when"),
    Column("open_quantity", "To come", kind="quantity"),
    Column("pegged", "Promised of it", kind="quantity", value=lambda row: row.pegged or None),
    Column("status", "Status", kind="badge"),
    Column("counts", "Counts", value=lambda row: "yes" if row.counts else "no, by the rule"),
)
LINES: Final = (
    Column("promised_on", "Promised", kind="day"),
    Column("wanted_on", "Wanted", kind="day", desk=True),
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: "Order"),
    Column("customer_id", "Customer", link="customer", id_key="customer_id", named=True, value=lambda row: ""),
    Column("quantity", "Waits for", kind="quantity"),
    Column("pegs", "Served by", value=lambda row: ", ".join(row.pegs or ())),
)


def places() -> list[tuple[str, str]]:
    """Return the warehouses as choices."""
    return [(place.code, f"{place.code} {place.name}") for place in warehouses().values()]


def entities() -> list[tuple[str, str]]:
    """Return the legal entities as choices."""
    return [(code, f"{code} {entity.name}") for code, entity in sorted(entities_by_code().items())]


FILTERS: Final = (
    Filter("sku", "Product", placeholder="SKU"),
    Filter("entity", "Legal entity", kind="choice", choices=entities, required=True),
    Filter("warehouse", "Warehouse", kind="choice", choices=places),
    Filter("channel", "Channel", kind="choice", choices=channel_choices),
    Filter("days", "Days", kind="choice", choices=SPANS, required=True),
)


class AvailableToPromise(Page):
    """What can be promised of one product."""

    permission = VIEW_PROMISES
    title = "To be promised"
    template = "inventory/atp.html"

    @cached_property
    def wanted(self) -> Wanted:
        given = self.request.GET.copy()
        given.setdefault("entity", self._usual_entity(given.get("sku", "")))
        return read_filters(FILTERS, given)

    def _usual_entity(self, sku: str) -> str:
        """Return the legal entity that is shown when none is named: one that has to do with the product before others, then one in the
        time zone of who looks, then by code."""
        known = products_by_sku([sku]).get(sku) if sku else None
        concerned = entities_concerned(known.id) if known else frozenset()
        own = getattr(self.request.user, "time_zone", "")
        ranked = sorted((e.id not in concerned, e.time_zone != own, code) for code, e in entities_by_code().items())
        return ranked[0][-1] if ranked else ""

    @cached_property
    def product(self) -> ProductFacts | None:
        """The product asked for; None when nobody or nothing that lies in a warehouse is named."""
        sku = self.wanted["sku"]
        found = products_by_sku([sku]).get(sku) if sku else None
        return found if found and found.is_stocked else None

    @cached_property
    def entity(self) -> EntityFacts | None:
        """The legal entity asked for, that of the warehouse asked for, or the first."""
        if self.place:
            return next(e for e in entities_by_code().values() if e.id == self.place.legal_entity_id)
        known = entities_by_code()
        return known.get(self.wanted["entity"]) or next(iter(known.values()), None)

    @cached_property
    def place(self) -> WarehouseFacts | None:
        return next((place for place in warehouses().values() if place.code == self.wanted["warehouse"]), None)

    def context(self) -> Mapping[str, Any]:
        shown = {"filters": shown_filters(FILTERS, self.wanted)}
        if self.product is None or self.entity is None:
            return {**shown, "none": nobody(self.wanted["sku"])}
        days = int(self.wanted["days"] or SPANS[0][0])
        try:
            plan = plan_shown(
                self.entity,
                self.product,
                warehouse_id=self.place.id if self.place else None,
                days=days,
                now=clock.now(),
                channel=self.wanted["channel"],
            )
        except NoRulebookInForce:
            text = "Nobody is promised a day while no rules of availability are in force."
            return {**shown, "none": Empty("No rules", text)}
        return {**shown, **self._plan(plan, self.product, days)}

    def _plan(self, plan: PlanShown, product: ProductFacts, days: int) -> dict[str, Any]:
        self.title = f"To be promised: {product.sku}"
        return {
            "subtitle": product.name,
            "product": product,
            "tiles": self._tiles(plan, product.unit),
            "chart": chart_of(plan, days, product.unit),
            "days": Table(columns=DAYS, rows=plan.days),
            "supplies": Table(columns=SUPPLIES, rows=plan.supplies, empty=Empty("Nothing is to come")),
            "lines": Table(columns=LINES, rows=plan.lines, empty=Empty("Nobody waits")),
            "rule": plan.rule,
        }

    def _tiles(self, plan: PlanShown, unit: str) -> list[Tile]:
        now, last = plan.days[0].offered, plan.days[-1].offered
        waits = sum((line.quantity for line in plan.lines), Decimal(0))
        dated = sum(line.promised_on is not None for line in plan.lines)
        more = next((day for day in plan.days[1:] if (day.offered or 0) > (now or 0)), None)
        return [
            Tile("Today", _quantity(now, unit)),
            Tile("More from", day_html(more.on) if more else "–", note=f"{_plain(more.offered)} then" if more else ""),
            Tile("By the last day", _quantity(last, unit)),
            Tile("Waited for", quantity_html(waits, unit), note=f"{dated} of {len(plan.lines)} lines have a day"),
        ]


def nobody(sku: str) -> Empty:
    """Return what stands where no product is shown, and where products that are short are found."""
    board, label = reverse("backorder_board"), "Who waits for goods"
    if sku:
        return Empty(
            "Nothing to show", "There are no goods with this SKU: services and bundles have no stock.", board, label
        )
    return Empty("Name a product by its SKU", "Its days, what comes and who waits for it appear here.", board, label)


def chart_of(plan: PlanShown, days: int, unit: str) -> Chart:
    """Return what can be promised as steps over the days, with what comes in and what is promised as marks."""
    known = {row.on: row for row in plan.days}
    labels = [plan.today + timedelta(days=day) for day in range(days + 1)]
    held: list[float | None] = []
    last: Decimal | None = Decimal(0)
    for label in labels:
        last = _held(known.get(label), last)
        held.append(None if last is None else float(max(last, Decimal(0))))
    return Chart(
        title="Can be promised",
        labels=[label.isoformat() for label in labels],
        series=[
            Series("Can be promised", held),
            Series("Comes in", _marks(known, labels, "supply"), marks=True),
            Series("Promised or waited for", _marks(known, labels, "demand"), marks=True),
        ],
        kind="step",
        unit=unit,
    )


def _held(row: DayShown | None, before: Decimal | None) -> Decimal | None:
    return before if row is None else row.offered


def _marks(known: Mapping[date, DayShown], labels: Sequence[date], name: str) -> list[float | None]:
    return [float(getattr(known[label], name)) or None if label in known else None for label in labels]


def _quantity(quantity: Decimal | None, unit: str) -> str:
    return "anything" if quantity is None else quantity_html(max(quantity, Decimal(0)), unit)


def _plain(quantity: Decimal | None) -> str:
    return "anything" if quantity is None else f"{quantity.normalize():f}"
