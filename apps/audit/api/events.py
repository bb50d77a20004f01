"""The log over the API: newest first for people, by position for programs that follow it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.api.answers import EventShown, FeedPart, SubscriberShown
from apps.audit.models import EventRecord
from apps.audit.permissions import VIEW_EVENTS
from apps.audit.ports import DeliveredEvent
from apps.audit.selectors import NEWEST_EVENT, event_by_id, events, feed, subscribers
from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.openapi import Query, Shape, whole
from ordercash.web.api.pagination import page_response, page_wanted
from ordercash.web.keyset import MOST_ROWS

LAST_POSITION = 2**63 - 1


class BadFilter(DomainError):
    """A query parameter cannot be read."""

    code, title, status = "bad_filter", "The filter cannot be used", 400


class Events(APIView):
    """GET events, newest first; `name` (several with commas), `about` (the id of an aggregate or of an order)."""

    permissions = {"GET": VIEW_EVENTS}
    shapes = {
        "GET": Shape(
            answer=EventShown,
            query={
                "name": "Names of events, several with commas",
                "about": Query("Id of an aggregate or of an order", UUID),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        wanted = request.query_params
        names = [name for name in wanted.get("name", "").replace("\x00", "").split(",") if name]
        found = events(names=names, about=read_id(wanted.get("about"), "about"))
        return page_response(request, found, sort=NEWEST_EVENT, show=lambda rows: [shown_event(row) for row in rows])


class EventFeed(APIView):
    """GET events by position: `after` is the last position you have; gapless, so nothing is ever missed."""

    permissions = {"GET": VIEW_EVENTS}
    shapes = {
        "GET": Shape(
            answer=FeedPart,
            query={
                "after": Query("The last position you have, 0 at first", whole(0, LAST_POSITION)),
                "limit": Query("Events of an answer", whole(1, MOST_ROWS)),
            },
        )
    }

    def get(self, request: Request) -> Response:
        limit, _ = page_wanted(request)
        after = read_whole(request.query_params.get("after", "0"), "after")
        found = feed(after, limit=limit)
        last = found[-1].position if found else after
        return Response(
            {"items": [{"position": event.position, **shown_event(event)} for event in found], "last": last}
        )


class EventDetail(APIView):
    """GET one event."""

    permissions = {"GET": VIEW_EVENTS}
    shapes = {"GET": Shape(answer=EventShown)}

    def get(self, request: Request, event_id: UUID) -> Response:
        return Response(shown_event(event_by_id(event_id)))


class Subscribers(APIView):
    """GET how far every subscriber has read, and what stops it."""

    permissions = {"GET": VIEW_EVENTS}
    shapes = {"GET": Shape(answer=SubscriberShown, listed=True)}

    def get(self, request: Request) -> Response:
        return Response({"items": subscribers()})


def shown_event(event: EventRecord | DeliveredEvent) -> dict[str, Any]:
    """Return an event as the API shows it."""
    fields: Sequence[str] = (
        "id", "name", "version", "aggregate", "aggregate_id", "thread_id", "payload",
        "occurred_at", "recorded_at", "actor_id", "legal_entity_id", "traceparent",
    )  # fmt: skip
    return {field: getattr(event, field) for field in fields}


def read_id(text: str | None, name: str) -> UUID | None:
    """Return a query parameter as an id, None when it is not given; raises BadFilter."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise BadFilter(faults=[Fault(f"?{name}", "bad_filter", "An id is a UUID.")]) from None


def read_whole(text: str, name: str) -> int:
    """Return a query parameter as a whole number from 0; raises BadFilter."""
    if text.isascii() and text.isdigit() and int(text[:20]) <= LAST_POSITION:
        return int(text)
    raise BadFilter(faults=[Fault(f"?{name}", "bad_filter", "A whole number from 0.")])
