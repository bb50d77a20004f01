"""Identifiers: UUIDv7 (RFC 9562), made by the writing side, so that a retry can name what it made."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new time-ordered identifier."""
    return uuid7()


def new_ids(count: int) -> list[UUID]:
    """Return `count` identifiers in ascending order."""
    return [uuid7() for _ in range(count)]


def id_in(text: str) -> UUID | None:
    """Return the identifier that a text is, written as identifiers are here, None for any other text."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def lowest_id_at(moment: datetime) -> UUID:
    """Return the smallest UUIDv7 of a millisecond: the bound of a monthly partition."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
