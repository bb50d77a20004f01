"""The clock: UTC, days in a zone, and a shift that must be allowed."""

from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta

import pytest

from ordercash.kernel import clock


def test_the_clock_is_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 3, 5, 23, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 3, 6)),
        (datetime(2026, 3, 5, 23, 30, tzinfo=UTC), "America/New_York", date(2026, 3, 5)),
        (datetime(2026, 3, 5, 10, 30, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 3, 6)),
    ],
)
def test_a_business_day_is_of_a_zone(moment: datetime, zone: str, day: date) -> None:
    assert clock.business_date(moment, zone) == day


def test_a_shift_must_be_allowed() -> None:
    with pytest.raises(clock.TestClockRefused):
        clock.shift(timedelta(days=1), allowed=False)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_shift_holds_in_its_context_alone() -> None:
    def shifted() -> datetime:
        clock.shift(timedelta(days=10), allowed=True)
        return clock.now()

    assert copy_context().run(shifted) - clock.now() > timedelta(days=9)
