"""Promotions run by the clock of their zone: to the second, also where the clock is put forward or back."""

from datetime import datetime, timedelta

import pytest

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.plans import timeline_of
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.document.instants import instant_of, oddity_of
from tests.factories.pricing_rules import a_cart, a_discount, a_line, one_group

# The day of each change: its wall times, and the instants at which it begins and ends. These days have 23, 24.5, 23.5 or 25 hours.
DAYS = [
    ("Europe/Berlin", "2026-03-29T00:00:00", "2026-03-28T23:00:00Z", "2026-03-30T00:00:00", "2026-03-29T22:00:00Z"),
    ("Europe/Berlin", "2026-10-25T00:00:00", "2026-10-24T22:00:00Z", "2026-10-26T00:00:00", "2026-10-25T23:00:00Z"),
    ("America/New_York", "2026-03-08T00:00:00", "2026-03-08T05:00:00Z", "2026-03-09T00:00:00", "2026-03-09T04:00:00Z"),
    ("America/New_York", "2026-11-01T00:00:00", "2026-11-01T04:00:00Z", "2026-11-02T00:00:00", "2026-11-02T05:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-05T00:00:00", "2026-04-04T13:00:00Z", "2026-04-06T00:00:00", "2026-04-05T13:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-04T00:00:00", "2026-10-03T13:30:00Z", "2026-10-05T00:00:00", "2026-10-04T13:00:00Z"),
    ("America/Santiago", "2026-04-04T00:00:00", "2026-04-04T03:00:00Z", "2026-04-05T00:00:00", "2026-04-05T04:00:00Z"),
    ("America/Santiago", "2026-09-06T00:00:00", "2026-09-06T04:00:00Z", "2026-09-07T00:00:00", "2026-09-07T03:00:00Z"),
    ("Pacific/Auckland", "2026-04-05T00:00:00", "2026-04-04T11:00:00Z", "2026-04-06T00:00:00", "2026-04-05T12:00:00Z"),
    ("Pacific/Auckland", "2026-09-27T00:00:00", "2026-09-26T12:00:00Z", "2026-09-28T00:00:00", "2026-09-27T11:00:00Z"),
]  # fmt: skip
# Times that the clock skips (shifted forward) and times that it shows twice (the first is meant).
ODD = [
    ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z", "skipped"),
    ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "twice"),
    ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z", "skipped"),
    ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z", "twice"),
    ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z", "skipped"),
    ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z", "twice"),
    ("America/Santiago", "2026-09-06T00:00:00", "2026-09-06T04:00:00Z", "skipped"),
    ("America/Santiago", "2026-04-04T23:30:00", "2026-04-05T02:30:00Z", "twice"),
    ("Pacific/Auckland", "2026-09-27T02:30:00", "2026-09-26T14:30:00Z", "skipped"),
    ("Pacific/Auckland", "2026-04-05T02:30:00", "2026-04-04T13:30:00Z", "twice"),
    ("Pacific/Auckland", "2026-06-01T02:30:00", "2026-05-31T14:30:00Z", ""),
]  # fmt: skip
SECOND = timedelta(seconds=1)


def runs(rules: Rules, at: datetime, market: str) -> bool | str:
    priced = decide_cart(rules, a_cart(a_line(), at=at.isoformat(), zone=market))
    lost = priced.trace["order"]["lost"]
    assert (priced.lines[0].net_minor == 900) == (not lost)
    return lost[0][1] if lost else True


@pytest.mark.parametrize("named", [True, False], ids=["zone of the rule", "zone of the market"])
@pytest.mark.parametrize(("zone", "from_wall", "from_at", "until_wall", "until_at"), DAYS)
def test_one_second_before_at_and_after_both_ends(
    zone: str, from_wall: str, from_at: str, until_wall: str, until_at: str, named: bool
) -> None:
    period = {"from": from_wall, "until": until_wall} | ({"zone": zone} if named else {})
    rules = one_group(a_discount("d", {"percent": "10"}, **period))
    market = "Asia/Kolkata" if named else zone
    begins, ends = datetime.fromisoformat(from_at), datetime.fromisoformat(until_at)
    assert [runs(rules, begins + step, market) for step in (-SECOND, 0 * SECOND, SECOND)] == ["not_yet", True, True]
    assert [runs(rules, ends + step, market) for step in (-SECOND, 0 * SECOND, SECOND)] == [True, "ended", "ended"]


@pytest.mark.parametrize(("zone", "wall", "at", "oddity"), ODD)
def test_a_time_that_is_skipped_or_comes_twice(zone: str, wall: str, at: str, oddity: str) -> None:
    shown = datetime.fromisoformat(wall)
    assert instant_of(shown, zone) == datetime.fromisoformat(at)
    assert oddity_of(shown, zone) == oddity
    begins = one_group(a_discount("d", {"percent": "10"}, zone=zone, **{"from": wall}))
    ends = one_group(a_discount("d", {"percent": "10"}, zone=zone, until=wall))
    instant = datetime.fromisoformat(at)
    steps = (-SECOND, 0 * SECOND, SECOND)
    assert [runs(begins, instant + step, "UTC") for step in steps] == ["not_yet", True, True]
    assert [runs(ends, instant + step, "UTC") for step in steps] == [True, "ended", "ended"]


def test_a_rule_without_a_zone_runs_by_each_market_s_clock() -> None:
    rules = one_group(a_discount("d", {"percent": "10"}, **{"from": "2026-06-01T00:00:00"}))
    at = datetime.fromisoformat("2026-05-31T22:30:00Z")
    assert (runs(rules, at, "Europe/Berlin"), runs(rules, at, "America/New_York")) == (True, "not_yet")


def test_weekday_and_hour_are_the_market_s() -> None:
    rules = one_group(a_discount("d", {"percent": "10"}, when='weekday == "mon" && hour < 1'))
    at = datetime.fromisoformat("2026-05-31T22:30:00Z")
    assert (runs(rules, at, "Europe/Berlin"), runs(rules, at, "UTC")) == (True, "condition_false")


def test_the_offset_of_the_instant_does_not_matter() -> None:
    rules = one_group(a_discount("d", {"percent": "10"}, zone="Europe/Berlin", **{"from": "2026-06-01T00:00:00"}))
    assert runs(rules, datetime.fromisoformat("2026-06-01T03:30:00+05:30"), "UTC") is True
    assert runs(rules, datetime.fromisoformat("2026-06-01T03:29:59+05:30"), "UTC") == "not_yet"


def test_the_timeline_is_the_calendar() -> None:
    rules = one_group(
        a_discount("d", {"percent": "10"}, **{"from": "2026-06-01T00:00:00", "until": "2026-07-01T00:00:00"})
    )
    period = timeline_of(rules, "Europe/Berlin").periods["d"]
    assert [instant.isoformat() for instant in period] == ["2026-05-31T22:00:00+00:00", "2026-06-30T22:00:00+00:00"]
