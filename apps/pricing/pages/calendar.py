"""The promotion calendar: what runs when, read from the versions themselves at every look; nothing is switched by a job."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.masterdata.contract import EntityFacts, entities_by_code
from apps.pricing.decisions.document.calendar import Period, Runs, Stretch, Window, month_beside, runs, window_of
from apps.pricing.decisions.document.instants import EVER
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.decisions.document.words import sentence_of
from apps.pricing.permissions import VIEW_PRICES
from apps.rulebooks.contract import OfferedVersion, made_ready, offered_versions
from ordercash.kernel import clock
from ordercash.web.components import Bar, BarRow, Empty, Schedule
from ordercash.web.filters import Filter, read_filters, shown_filters
from ordercash.web.links import link_url
from ordercash.web.page import Page
from ordercash.web.tones import state_label

MONTHS: Final = {"month": 1, "quarter": 3}
DECIDING: Final = frozenset({"active", "scheduled", "retired"})
UPCOMING: Final = frozenset({"draft", "in review", "in_review", "approved"})
TONES: Final = {"active": "good", "scheduled": "info"}


def zones() -> list[tuple[str, str]]:
    """Return the zones of our markets, and the user's own."""
    entities = entities_by_code().values()
    names = sorted({entity.time_zone for entity in entities} | {timezone.get_current_timezone_name(), "UTC"})
    return [(name, name) for name in names]


FILTERS: Final = (
    Filter("view", "View", kind="choice", choices=[("month", "Month"), ("quarter", "Quarter")], required=True),
    Filter("zone", "Market’s zone", kind="choice", choices=zones),
    Filter("drafts", "With drafts", kind="flag"),
    Filter("always", "With rules without a period", kind="flag"),
)


class PromotionCalendar(Page):
    """Which promotions and charges run in a month or a quarter, by the clock of a market."""

    permission = VIEW_PRICES
    title = "Promotions"
    template = "pricing/calendar.html"

    @cached_property
    def wanted(self) -> Any:
        return read_filters(FILTERS, self.request.GET)

    @cached_property
    def zone(self) -> str:
        """The zone that was chosen, or that of the first market."""
        known = [name for name, _ in zones()]
        entities = list(entities_by_code().values())
        first = entities[0].time_zone if entities else "UTC"
        return self.wanted["zone"] if self.wanted["zone"] in known else first

    @cached_property
    def window(self) -> Window:
        months = MONTHS.get(self.wanted["view"], 1)
        first = _day(self.request.GET.get("from", "")) or clock.now().astimezone(ZoneInfo(self.zone)).date()
        if months == 3:
            first = first.replace(day=1, month=first.month - (first.month - 1) % 3)
        return window_of(first, months, self.zone)

    def context(self) -> Mapping[str, Any]:
        now, window = clock.now(), self.window
        rows = [row for version in self._versions(now) for row in self._rows(version)]
        months = MONTHS.get(self.wanted["view"], 1)
        inside = window.from_at <= now < window.until_at
        return {
            "filters": shown_filters(FILTERS, self.wanted),
            "schedule": Schedule(
                list(_ticks(window, self.zone, months)), rows, "Promotions", window.place(now) if inside else None
            )
            if rows
            else None,
            "none": Empty("Nothing runs here", "No rule with a period of its own applies in these days."),
            "heading": f"{window.first:%B %Y}" if months == 1 else f"{window.first:%B} to {month_beside(window.last, -1):%B %Y}",
            "zone": self.zone,
            "before": self._address(month_beside(window.first, -months)),
            "after": self._address(window.last),
            "today": self._address(None),
        }  # fmt: skip

    def _versions(self, now: datetime) -> list[OfferedVersion]:
        phases = DECIDING | (UPCOMING if self.wanted["drafts"] else frozenset())
        return [each for each in offered_versions(RULES_KIND, now) if str(each.phase) in phases]

    def _rows(self, version: OfferedVersion) -> Iterator[BarRow]:
        (ready,) = made_ready(RULES_KIND, [version])
        entity: EntityFacts | None = entities_by_code().get(version.legal_entity)
        zone = entity.time_zone if entity else self.zone
        is_draft = str(version.phase) not in DECIDING
        periods: list[Period] = [(EVER, None)] if is_draft else list(version.periods)
        for each in runs(ready.document, periods, zone=zone, window=self.window, always=bool(self.wanted["always"])):
            yield self._row(version, each)

    def _row(self, version: OfferedVersion, found: Runs) -> BarRow:
        rule = found.rule
        url = f"{link_url('rulebook_version', version.id)}?{urlencode({'rule': rule.name})}#rule"
        name = rule.title or state_label(rule.name)
        gives = sentence_of(rule.give)
        coupon = f", coupon {rule.coupon}" if rule.coupon else ""
        tone = TONES.get(str(version.phase), "neutral")
        bars = [self._bar(each, f"{gives}{coupon}", url, tone) for each in found.stretches]
        return BarRow(name, bars, f"{version.label}", url)

    def _bar(self, found: Stretch, label: str, url: str, tone: str) -> Bar:
        window = self.window
        start = window.place(found.start)
        begins, ends = self._told(found.from_at, "ever"), self._told(found.until_at, "without an end")
        return Bar(
            start, round(window.place(found.end) - start, 4), label, f"from {begins} until {ends}", url, tone,
            found.from_at is None or found.from_at < found.start, found.until_at is None or found.until_at > found.end,
        )  # fmt: skip

    def _told(self, at: datetime | None, never: str) -> str:
        return never if at is None else f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def _address(self, first: date | None) -> str:
        kept = {
            name: self.request.GET[name] for name in ("view", "zone", "drafts", "always") if self.request.GET.get(name)
        }
        return f"?{urlencode(kept | ({'from': first.isoformat()} if first else {}))}"


def _day(text: str) -> date | None:
    """Return a day of the address; none for what is no day of our time."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2200 else None


def _ticks(window: Window, zone: str, months: int) -> Iterator[tuple[float, str]]:
    """Yield the days of a month, or the Mondays of a quarter, where they begin by the zone's clock."""
    day = window.first
    while day < window.last:
        begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
        if months == 1:
            yield window.place(begins), str(day.day)
        elif day.day == 1 or day.weekday() == 0:
            # Weeks that begin beside the first of a month have a line and no label: there is no room for both.
            yield window.place(begins), f"{day:%d %b}" if day.day == 1 or 4 < day.day < 28 else ""
        day += timedelta(days=1)
