"""The log as pages: what was told, one event, and how far its subscribers have read."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.audit.models import EventRecord
from apps.audit.permissions import VIEW_EVENTS
from apps.audit.selectors import (
    NEWEST_EVENT,
    SubscriberFacts,
    actor_names,
    event_by_id,
    event_names,
    events,
    subscribers,
)
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.keyset import Slice
from ordercash.web.links import links_of
from ordercash.web.page import Page
from ordercash.web.payloads import told_html
from ordercash.web.search import ids_called
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

SUBSCRIBER_COLUMNS = (
    Column("name", "Subscriber"),
    Column("state", "State", kind="badge"),
    Column("position", "Position", kind="number"),
    Column("behind", "Behind", kind="number"),
    Column("failures", "Failures", kind="number"),
    Column("last_error", "Last error"),
    Column("retry_at", "Next try", kind="when"),
    Column("updated_at", "Last moved", kind="when"),
)


def event_title(name: str) -> str:
    """Return an event's name in words: "Order closed" for orders.order_closed."""
    return state_label(name.partition(".")[2])


def subjects(rows: Iterable[EventRecord]) -> Mapping[UUID, SafeString]:
    """Return the links to what events are about and to the orders on whose timelines they stand, by id."""
    return links_of(pair for row in rows for pair in ((row.aggregate, row.aggregate_id), ("order", row.thread_id)))


class Events(Worklist):
    """Every fact told, newest first."""

    permission = VIEW_EVENTS
    title = "Events"
    row_noun = "event"
    default_sort = NEWEST_EVENT
    columns = (
        Column("name", "Event", link="event", value=lambda row: event_title(row.name)),
        Column("about", "About", kind="html"),
        Column("thread", "Order", kind="html"),
        Column("occurred_at", "Happened", kind="when"),
        Column("recorded_at", "Recorded", kind="when"),
        Column("actor_name", "By", desk=True),
    )
    filters = (
        Filter("name", "Event", kind="choices", choices=lambda: [(name, event_title(name)) for name in event_names()]),
        Filter("about", "About", placeholder="Any number or name"),
        Filter("recorded", "Recorded", kind="period"),
    )
    empty = Empty("No events", "Every step of an order is told here as soon as it is taken.")

    def queryset(self, wanted: Wanted) -> QuerySet[EventRecord]:
        about = ids_called(wanted["about"], self.request.user) if wanted["about"] else []
        if wanted["about"] and not about:
            return EventRecord.objects.none()
        return events(
            names=wanted["name"],
            about=about,
            from_at=_midnight(wanted["recorded_from"]),
            until_at=_midnight(wanted["recorded_until"]),
        )

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        names = actor_names({row.actor_id for row in page.rows})
        links = subjects(page.rows)
        for row in page.rows:
            row.about, row.thread = links.get(row.aggregate_id), links.get(row.thread_id)
            row.actor_name = names.get(row.actor_id, "")
        return page

    def tiles(self, wanted: Wanted) -> list[Tile]:
        readers = subscribers()
        failing = [reader.name for reader in readers if reader.failures]
        url = reverse("subscribers")
        return [
            Tile("Subscribers", len(readers), url=url),
            Tile("Failing", len(failing), note=", ".join(failing), url=url, tone="bad" if failing else ""),
            Tile("Furthest behind", max((reader.behind for reader in readers), default=0), note="events", url=url),
        ]


class EventPage(Page):
    """One event with everything that was told."""

    permission = VIEW_EVENTS
    template = "audit/event.html"
    partial = "audit/event_panel.html"
    crumbs = (Crumb("Events", "events"),)

    @cached_property
    def event(self) -> EventRecord:
        return event_by_id(self.kwargs["event_id"])

    def context(self) -> Mapping[str, Any]:
        event, links = self.event, subjects([self.event])
        self.title = event_title(event.name)
        return {
            "event": event,
            "about": links.get(event.aggregate_id),
            "thread": links.get(event.thread_id) if event.thread_id else None,
            "actor": actor_names([event.actor_id]).get(event.actor_id, "") if event.actor_id else "",
            "payload": told_html(event.payload),
        }


class Subscribers(Page):
    """Who follows the log, how far, and what stops them."""

    permission = VIEW_EVENTS
    title = "Subscribers"
    template = "audit/subscribers.html"
    crumbs = (Crumb("Events", "events"),)

    def context(self) -> Mapping[str, Any]:
        found: list[SubscriberFacts] = subscribers()
        empty = Empty("Nobody follows the log yet", "Subscribers appear when the relay starts.")
        return {"subscribers": Table(columns=SUBSCRIBER_COLUMNS, rows=found, empty=empty)}


def _midnight(day: date | None) -> datetime | None:
    """Return the beginning of a day in the user's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day else None
