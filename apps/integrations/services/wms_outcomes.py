"""A message of a warehouse system, and what may become of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """A message under lock; `said_at` is when they say it happened, `received_at` when it came here."""

    id: UUID
    kind: str
    source_ref: str
    order_id: UUID | None
    order_seq: int | None
    seq: int
    payload: dict[str, Any]
    attempts: int
    received_at: datetime
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """It counts; `note` says what was special."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """Something that has to come before it did not come yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """It contradicts what we know: somebody has to look at it."""

    code: str
    detail: str
