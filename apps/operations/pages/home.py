"""/: today's figures, what happened per day, the queues, the last events. Everybody sees what the role may see."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.audit.contract import actor_names
from apps.masterdata.contract import currencies
from apps.operations.pages.home_tiles import Moment, age_text, home_tiles, list_url
from apps.operations.selectors.figures import (
    EventTold,
    QueueLoad,
    latest_events,
    main_currency,
    newest_orders,
    order_numbers,
    queue_loads,
)
from apps.operations.selectors.figures_by_day import DayFigures, figures_by_day
from apps.orders.contract import event_sentence
from ordercash.kernel import clock
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Empty, Series, TimelineEntry
from ordercash.web.links import link_url
from ordercash.web.page import Page

EVENTS_SHOWN = 12
ORDERS_SHOWN = 10
# Days that lie further apart are drawn side by side, not on an axis of time.
LONGEST_AXIS_DAYS = 62
CHART_HEIGHT = 180

ORDER_COLUMNS = (
    Column("number", "Order", link="order"),
    Column("state", "State", kind="badge"),
    Column("customer_code", "Customer", link="customer", id_key="customer_id"),
    Column("customer_name", "Name"),
    Column("ordered_at", "Placed", kind="when"),
    Column("gross_minor", "Total", kind="money"),
)


class Home(Page):
    """The start of the day."""

    permission = SIGNED_IN
    title = "Home"
    template = "operations/home.html"

    @cached_property
    def moment(self) -> Moment:
        """Now, in the user's zone."""
        return Moment(clock.now(), timezone.get_current_timezone_name(), main_currency())

    def context(self) -> Mapping[str, Any]:
        """Return the tiles, the queues and the last events; the charts come in a request of their own."""
        sees_cases, sees_events = self.may("exceptions.view_cases"), self.may("audit.view_events")
        return {
            "has_charts": True,
            "tiles": home_tiles(self.moment, self.may),
            "charts_url": reverse("home_charts") if draws(self) else "",
            "queues": self._queues() if sees_cases else None,
            "newest": self._newest() if self.may("orders.view_orders") else None,
            "events": self._events() if sees_events else None,
            "events_url": list_url("events"),
        }

    def _queues(self) -> Table:
        return Table(
            columns=(
                Column("name", "Queue", kind="html", value=_queue_link),
                Column("cases", "Cases", kind="number", value=lambda row: row.cases.rows),
                Column("overdue", "Overdue", kind="number", value=lambda row: row.overdue or None),
                Column("oldest", "Oldest", link="case", id_key="oldest_case_id", value=self._oldest),
            ),
            rows=queue_loads(now=self.moment.now),
            caption="Queues",
            empty=Empty("No case waits", "Orders and rows that need a decision appear here."),
        )

    def _oldest(self, row: QueueLoad) -> str:
        return age_text(row.cases.oldest, self.moment) if row.cases.oldest else ""

    def _newest(self) -> Table:
        empty = Empty(
            "No orders yet", "Orders arrive through the API or an import.", url="/api/docs/", label="Read the API"
        )
        return Table(columns=ORDER_COLUMNS, rows=newest_orders(ORDERS_SHOWN), caption="Newest orders", empty=empty)

    def _events(self) -> Sequence[TimelineEntry]:
        events = latest_events(EVENTS_SHOWN)
        names = actor_names({event.actor_id for event in events})
        numbers = order_numbers({event.thread_id or event.aggregate_id for event in events if not event.number})
        return [_entry(event, names, numbers) for event in events]


class HomeCharts(Page):
    """The charts of the home page, asked for by it when it stands; alone they are a page, too."""

    permission = SIGNED_IN
    title = "Per day"
    template = "operations/charts_page.html"
    partial = "operations/charts.html"

    def context(self) -> Mapping[str, Any]:
        """Return what the user may see per day, in one currency."""
        asked = self.request.GET.get("currency", "")
        known = currencies()
        currency = asked if asked in known else main_currency()
        days = figures_by_day(currency, timezone.get_current_timezone_name()) if draws(self) else ()
        return {
            "has_charts": True,
            "charts": list(_charts(self, days, currency)) if days else [],
            "currency": currency,
            "currencies": list(known) if len(known) > 1 else [],
        }


def draws(page: Page) -> bool:
    """Say whether the user may see any of the charts."""
    return page.may("orders.view_orders") or page.may("billing.view_invoices")


def _charts(page: Page, days: Sequence[DayFigures], currency: str) -> Sequence[Chart]:
    is_close = (days[-1].day - days[0].day).days <= LONGEST_AXIS_DAYS
    labels = [day.day.isoformat() if is_close else day.day.strftime("%d %b %y") for day in days]
    sees_orders, sees_invoices = page.may("orders.view_orders"), page.may("billing.view_invoices")
    ordered = [Series("Ordered", [day.ordered_minor for day in days])] if sees_orders else []
    invoiced = [
        Series("Invoiced", [day.invoiced_minor for day in days]),
        Series("Settled", [day.settled_minor for day in days]),
    ]
    charts = [
        Chart(
            "Orders per day",
            labels,
            [Series("Orders", [day.orders for day in days])],
            unit="orders",
            height=CHART_HEIGHT,
        )
    ]
    money = Chart(
        "Money per day, gross", labels, [*ordered, *(invoiced if sees_invoices else [])], kind="line", currency=currency
    )
    return [*(charts if sees_orders else []), money]


def _queue_link(row: QueueLoad) -> SafeString:
    return format_html('<a class="oc-link" href="{}?queue={}">{}</a>', list_url("cases"), row.code, row.name)


def _entry(event: EventTold, names: Mapping[Any, str], numbers: Mapping[Any, str]) -> TimelineEntry:
    title, tone = event_sentence(event.name)
    own = bool(link_url(event.aggregate, event.aggregate_id))
    kind, id = (event.aggregate, event.aggregate_id) if own else ("order", event.thread_id)
    return TimelineEntry(
        at=event.recorded_at,
        title=title,
        actor=names.get(event.actor_id, ""),
        tone=tone,
        kind=kind if id else "",
        id=id,
        link_label=_label(event, kind, numbers.get(id, "")),
    )


def _label(event: EventTold, kind: str, number: str) -> str:
    """Return the number of what an event is about; others' numbers, such as a version's, name nothing by themselves."""
    if kind == "order":
        return number or (event.number or "")
    return event.number or "" if kind in ("invoice", "shipment") else ""
