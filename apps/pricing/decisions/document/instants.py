"""Wall times of promotions as instants: the zone's clock decides, also on the days when it is put forward or back."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# Beyond every promotion; a period without an end ends there.
ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
EVER: Final = datetime.min.replace(tzinfo=UTC)
_EDGE: Final = timedelta(days=2)


def instant_of(wall: datetime, zone: str) -> datetime:
    """Return the UTC instant of a wall time.

    A time that the clock skips is read as shifted forward by what was skipped; of a time that comes twice the first is meant.
    """
    as_utc = wall.replace(tzinfo=UTC)
    if as_utc - EVER < _EDGE:
        return EVER
    if ALWAYS - as_utc < _EDGE:
        return ALWAYS
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def oddity_of(wall: datetime, zone: str) -> str:
    """Return "skipped" or "twice" when the zone's clock shows the wall time never or twice, else ""."""
    first = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = wall.replace(tzinfo=ZoneInfo(zone), fold=1)
    if first.utcoffset() == second.utcoffset():
        return ""
    return "skipped" if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall else "twice"


def shown_at(at: datetime, zone: str) -> datetime:
    """Return what the zone's clock shows at the instant."""
    return at.astimezone(ZoneInfo(zone))
