"""What the endpoints of audit answer, for the API's description."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer

JobStateWord = Literal["due", "running", "done", "failed"]


class EventShown(Answer):
    """A fact as it was told."""

    id: UUID
    name: str
    version: int
    aggregate: str
    aggregate_id: UUID
    thread_id: UUID | None
    payload: dict[str, Any]
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    actor_id: UUID | None
    legal_entity_id: UUID | None
    traceparent: str


class PositionedEvent(EventShown):
    """A fact at its place in the gapless sequence."""

    position: int


class FeedPart(Answer):
    """The next events; `last` is what to send as `after` next time."""

    items: list[PositionedEvent]
    last: int


class SubscriberShown(Answer):
    """How far a subscriber has read."""

    name: str
    position: int
    behind: int
    failures: int
    last_error: str
    retry_at: AwareDatetime | None
    updated_at: AwareDatetime


class JobShown(Answer):
    """A job with its progress and its result."""

    id: UUID
    job: str
    state: JobStateWord
    due_at: AwareDatetime
    arguments: dict[str, Any]
    done: int
    total: int
    attempts: int
    result: dict[str, Any] | None
    error: str
    taken_at: AwareDatetime | None
    heartbeat_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    requested_by: UUID | None


class ScheduleShown(Answer):
    """How often a job comes due."""

    job: str
    every_seconds: int
    enabled: bool
    next_due_at: AwareDatetime
