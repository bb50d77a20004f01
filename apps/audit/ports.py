"""What audit needs from the apps above it: the jobs and the subscribers that they register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


class JobContext:
    """What a running job is told, and how it tells of its progress."""

    def __init__(
        self, *, job_id: UUID, arguments: Mapping[str, Any], now: datetime, tell: Callable[[int, int], None]
    ) -> None:
        self.job_id = job_id
        self.arguments = arguments
        self.now = now
        self._tell = tell

    def progress(self, done: int, total: int) -> None:
        """Show how much is done; raises JobLost when another worker has taken the job over."""
        self._tell(done, total)


JobFunction = Callable[[JobContext], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A registered job. `title` is what people call it; `every_seconds` is its first schedule, which the jobs page may change."""

    name: str
    function: JobFunction
    every_seconds: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class DeliveredEvent:
    """An event as readers get it: its place in the gapless sequence and everything that was told.

    `position` is 0 where the event was read from a timeline, which does not wait for the sequencer.
    """

    position: int
    id: UUID
    name: str
    version: int
    aggregate: str
    aggregate_id: UUID
    thread_id: UUID | None
    payload: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    legal_entity_id: UUID | None
    traceparent: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A reader of the log. `handle` gets up to 500 events in order, in the transaction that also moves its cursor:

    it joins (@joins parts of contracts, enqueue_job) and must not open a transaction of its own. When it raises, nothing of the
    batch is kept, the error is shown, and the same events come again later; other subscribers go on.
    """

    name: str
    events: frozenset[str]
    handle: Callable[[list[DeliveredEvent]], None]


jobs: dict[str, JobKind] = {}


def register_job(name: str, function: JobFunction, *, every_seconds: int | None = None, title: str = "") -> None:
    """Name a job that workers can carry out: `function(context)` returns a small JSON result, outside of any transaction."""
    jobs[name] = JobKind(name, function, every_seconds, title)


def job_title(name: str) -> str:
    """Return what people call a job; its name where nobody said, as of a job that is no longer registered."""
    kind = jobs.get(name)
    return (kind.title if kind else "") or name
