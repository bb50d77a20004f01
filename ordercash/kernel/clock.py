"""The clock. It is read at the edge (views, tasks, commands); everywhere else time is an argument.

A test clock shifts time for demos and tests. It is refused unless the installation switched it on, which production never does.
"""

from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ordercash.kernel.errors import DomainError

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


class TestClockRefused(DomainError):
    """Time may not be moved in this installation."""

    code, title, status = "test_clock_refused", "The test clock is switched off here", 403


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC) + _shift.get()


def shift(delta: timedelta, *, allowed: bool) -> None:
    """Move this context's clock by `delta`; raises TestClockRefused unless `allowed` by the configuration."""
    if not allowed:
        raise TestClockRefused()
    _shift.set(delta)


def business_date(moment: datetime, zone: str) -> date:
    """Return the calendar day of an instant in a named zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
