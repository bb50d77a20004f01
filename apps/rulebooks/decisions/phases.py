"""Where a version stands at an instant, and what a rollback returns to: read from activations, switched by nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

Phase = Literal["draft", "in review", "approved", "scheduled", "active", "retired"]


class Period(NamedTuple):
    """An activation: which version, over [from_at, until_at), and whether it was a rollback."""

    version_id: UUID
    from_at: datetime
    until_at: datetime | None
    is_rollback: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether it was withdrawn before it began."""
        return self.until_at is not None and self.until_at <= self.from_at

    def holds(self, at: datetime) -> bool:
        """Say whether it is in force at an instant."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


def phase(state: str, periods: Iterable[Period], at: datetime) -> Phase:
    """Say in words where a version with these activations stands at an instant."""
    used = [period for period in periods if not period.is_empty]
    if state == "draft":
        return "draft"
    if state == "in_review":
        return "in review"
    if any(period.holds(at) for period in used):
        return "active"
    if any(period.from_at > at for period in used):
        return "scheduled"
    return "retired" if used else "approved"


def version_before(periods: Sequence[Period], at: datetime) -> UUID | None:
    """Return the version that a rollback at an instant returns to; None when there is none.

    Going back twice goes back further: a version that was rolled away from is not returned to.
    """
    began = sorted((p for p in periods if not p.is_empty and p.from_at <= at), key=lambda period: period.from_at)
    if not began or not began[-1].holds(at):
        return None
    way: list[UUID] = []
    for period in began:
        if period.is_rollback and period.version_id in way:
            way = way[: len(way) - way[::-1].index(period.version_id)]
        elif not way or way[-1] != period.version_id:
            way.append(period.version_id)
    return way[-2] if len(way) > 1 else None


def first_gap(ended: Iterable[Period], left: Iterable[Period], at: datetime) -> tuple[datetime, datetime | None] | None:
    """Return the first stretch from an instant on that only the ended periods cover and none that is left; None when there is none."""
    others = sorted((p for p in left if not p.is_empty), key=lambda period: period.from_at)
    for period in sorted((p for p in ended if not p.is_empty), key=lambda period: period.from_at):
        begin = max(period.from_at, at)
        for other in others:
            if other.holds(begin):
                if other.until_at is None:
                    return None
                begin = other.until_at
        if period.until_at is None or begin < period.until_at:
            next_ones = [other.from_at for other in others if other.from_at > begin]
            ends = [end for end in (period.until_at, *next_ones) if end is not None]
            return begin, min(ends, default=None)
    return None
