"""Questions to the log, to its subscribers and to the jobs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from apps.audit.models import EventRecord, Job, JobSchedule
from apps.audit.ports import DeliveredEvent
from ordercash.kernel.actor import SYSTEM, SYSTEM_ID
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import lowest_id_at
from ordercash.kernel.sql import fetch

NEWEST_EVENT = "-id"
NEWEST_JOB = "-due_at"

EVENT_FIELDS = """id, name, version, aggregate, aggregate_id, thread_id, payload, occurred_at, recorded_at,
                  actor_id, legal_entity_id, traceparent"""

TIMELINE = f"""
SELECT {EVENT_FIELDS} FROM (
    (SELECT * FROM audit_eventrecord WHERE aggregate_id = %s ORDER BY id LIMIT %s)
    UNION ALL
    (SELECT * FROM audit_eventrecord WHERE thread_id = %s AND aggregate_id <> thread_id ORDER BY id LIMIT %s)
) AS told ORDER BY seq LIMIT %s
"""  # noqa: S608

FEED = f"""
SELECT p.position, e.*
  FROM (SELECT position, event_id FROM audit_eventposition WHERE position > %s ORDER BY position LIMIT %s) AS p
 CROSS JOIN LATERAL (SELECT {EVENT_FIELDS} FROM audit_eventrecord WHERE id = p.event_id OFFSET 0) AS e
 ORDER BY p.position
"""  # noqa: S608

# Steps from name to name along the index instead of reading the log.
NAMES = """
WITH RECURSIVE names AS (
    SELECT min(name) AS name FROM audit_eventrecord
    UNION ALL
    SELECT (SELECT min(e.name) FROM audit_eventrecord AS e WHERE e.name > names.name) FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL
"""

SUBSCRIBERS = """
SELECT c.name, c.position, greatest(s.last_position - c.position, 0), c.failures, c.last_error, c.retry_at, c.updated_at
  FROM audit_subscribercursor AS c CROSS JOIN audit_sequencer AS s ORDER BY c.name
"""


@dataclass(frozen=True, slots=True)
class SubscriberFacts:
    """How far a subscriber has read; `behind` counts positions, its own events and others."""

    name: str
    position: int
    behind: int
    failures: int
    last_error: str
    retry_at: datetime | None
    updated_at: datetime

    @property
    def state(self) -> str:
        return "failed" if self.failures else ("waiting" if self.behind else "done")


def timeline(thread_id: UUID, *, limit: int = 500) -> list[DeliveredEvent]:
    """Return the events of an aggregate and of everything on its thread, in the order in which they were recorded."""
    return [delivered(0, row) for row in fetch(TIMELINE, [thread_id, limit, thread_id, limit, limit])]


def feed(after: int, *, limit: int) -> list[DeliveredEvent]:
    """Return the events behind a position, in the order of their positions: gapless, none is ever added before the last."""
    return [delivered(row[0], row[1:]) for row in fetch(FEED, [after, limit])]


def events(
    *,
    names: Sequence[str] = (),
    about: UUID | Collection[UUID] | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> QuerySet[EventRecord]:
    """Return events for a list sorted by NEWEST_EVENT; `about` are aggregates or threads, the period is when they were recorded."""
    found = EventRecord.objects.all()
    if names:
        found = found.filter(name__in=names)
    if about:
        wanted = [about] if isinstance(about, UUID) else list(about)
        found = found.filter(Q(aggregate_id__in=wanted) | Q(thread_id__in=wanted))
    if from_at:
        found = found.filter(id__gte=lowest_id_at(from_at))
    if until_at:
        found = found.filter(id__lt=lowest_id_at(until_at))
    return found


def event_by_id(event_id: UUID) -> EventRecord:
    """Return one event; raises NotFound."""
    found = EventRecord.objects.filter(id=event_id).first()
    if found is None:
        raise NotFound("There is no such event.")
    return found


def event_names() -> list[str]:
    """Return every name that was ever told, in order."""
    return [name for (name,) in fetch(NAMES)]


def subscribers() -> list[SubscriberFacts]:
    """Return how far every subscriber has read."""
    return [SubscriberFacts(*row) for row in fetch(SUBSCRIBERS)]


def jobs(*, states: Sequence[str] = (), name: str = "") -> QuerySet[Job]:
    """Return jobs for a list sorted by NEWEST_JOB."""
    found = Job.objects.all()
    if states:
        found = found.filter(state__in=states)
    return found.filter(job=name) if name else found


def job_by_id(job_id: UUID) -> Job:
    """Return one job; raises NotFound."""
    found = Job.objects.filter(id=job_id).first()
    if found is None:
        raise NotFound("There is no such job.")
    return found


def schedules() -> QuerySet[JobSchedule]:
    """Return the schedules by the name of their job."""
    return JobSchedule.objects.order_by("job")


def delivered(position: int, row: tuple[Any, ...]) -> DeliveredEvent:
    """Build the readers' shape from a row of EVENT_FIELDS; JSON comes from the database as text."""
    payload = orjson.loads(row[6])
    return DeliveredEvent(position, *row[:6], payload, *row[7:])  # type: ignore[call-arg]


# A bound above every transaction of this server comes from another one (a restored dump): start again from the beginning.
BOUNDS = """
SELECT CASE WHEN restored THEN '0'::xid8 ELSE stamped_below END::text, finished::text, unreached::text, restored, last_position
  FROM (SELECT coalesce(stamped_below, '0'::xid8) AS stamped_below, coalesce(last_position, 0) AS last_position,
               coalesce(stamped_below > pg_snapshot_xmax(now), false) AS restored,
               pg_snapshot_xmin(now) AS finished, pg_snapshot_xmax(now) AS unreached
          FROM pg_current_snapshot() AS now LEFT JOIN audit_sequencer ON true) AS bounds
"""

UNSTAMPED = """
SELECT EXISTS (
    SELECT 1 FROM audit_eventrecord AS e
     WHERE e.txid >= %s::xid8 AND (%s OR e.txid < %s::xid8)
       AND NOT EXISTS (SELECT 1 FROM audit_eventposition AS p WHERE p.event_id = e.id))
"""


@dataclass(frozen=True, slots=True)
class StampBounds:
    """Transaction numbers: all below `stamped_below` are stamped, all below `finished` ended, from `unreached` none began here."""

    stamped_below: str
    finished: str
    unreached: str
    restored: bool
    last_position: int


def stamp_bounds() -> StampBounds:
    """Return how far positions are given. A log restored from another server starts from the beginning."""
    return StampBounds(*fetch(BOUNDS)[0])


def has_unstamped_events() -> bool:
    """Say whether committed events wait for their position. A number out of this server's reach is a restored log's."""
    bounds = stamp_bounds()
    return bool(fetch(UNSTAMPED, [bounds.stamped_below, bounds.restored, bounds.unreached])[0][0])


def actor_names(actor_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Return the names under which actors are shown; one that is no user (any more) is left out."""
    names = {SYSTEM_ID: SYSTEM.name} if SYSTEM_ID in actor_ids else {}
    wanted = {actor_id for actor_id in actor_ids if actor_id and actor_id != SYSTEM_ID}
    if wanted:
        users = get_user_model()._default_manager.filter(pk__in=wanted)
        names.update({user.pk: str(user) for user in users})
    return names
