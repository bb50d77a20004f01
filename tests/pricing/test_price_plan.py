"""What rows of prices come to on a list."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.services.price_plan import MOST_SCALES, Key, Plan, Present, Refused, Wanted, plan_prices
from ordercash.kernel.ids import new_id

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MUG: Key = (new_id(), "", Decimal(0))


def present(price: str, begins: datetime, until: datetime | None = None, key: Key = MUG) -> Present:
    return Present(new_id(), key, "MUG", Decimal(price), Decimal(1), begins, until)


def wanted(
    price: str | None, begins: datetime | None = None, until: datetime | None = None, *, row: int = 2, key: Key = MUG
) -> Wanted:
    return Wanted(row, "MUG", "", key, None if price is None else Decimal(price), Decimal(1), begins, until)


def outcome(plan: Plan) -> tuple[list[str], list[str]]:
    return [each.action for each in plan.told], [each.code for each in plan.refused]


def test_a_new_price_is_new_and_an_equal_one_unchanged() -> None:
    plan = plan_prices([wanted("5")], [], now=NOW)
    assert (outcome(plan), plan.new[0].begins, plan.new[0].until) == ((["new"], []), NOW, None)
    plan = plan_prices([wanted("5")], [present("5", NOW - DAY)], now=NOW)
    assert (outcome(plan), plan.new, plan.ends) == ((["unchanged"], []), [], [])


def test_a_product_has_so_many_scales_in_a_unit_and_no_more() -> None:
    def scale(least: int) -> Key:
        return (MUG[0], "", Decimal(least))

    held = [present("5", NOW - DAY, key=scale(least)) for least in range(MOST_SCALES - 1)]
    over = [present("5", NOW - 2 * DAY, NOW - DAY, key=scale(9_000))]
    rows = [wanted("6", row=number, key=scale(MOST_SCALES + number)) for number in range(3)]
    same, box = wanted("6", row=7, key=scale(0)), wanted("6", row=8, key=(MUG[0], "box", Decimal(0)))
    plan = plan_prices([*rows, same, box], [*held, *over], now=NOW)
    assert [(each.row, each.action) for each in plan.told] == [(0, "new"), (7, "changed"), (8, "new")]
    assert [(each.row, each.column, each.code) for each in plan.refused] == [
        (1, "min_quantity", "too_many_scales"), (2, "min_quantity", "too_many_scales"),
    ]  # fmt: skip
    # A file that names the whole list puts its scales in the place of those before.
    whole = plan_prices(rows, [*held, *over], now=NOW, is_whole=True)
    assert whole.refused == []


def test_another_price_ends_the_present_one_when_it_begins() -> None:
    plan = plan_prices([wanted("6", NOW + DAY)], [present("5", NOW - DAY)], now=NOW)
    assert outcome(plan) == (["changed"], [])
    assert (plan.ends[0].until, plan.new[0].begins, plan.told[0].before) == (NOW + DAY, NOW + DAY, Decimal(5))


def test_a_price_without_an_end_holds_until_the_next_one_that_is_known() -> None:
    plan = plan_prices([wanted("6")], [present("5", NOW - DAY, NOW + DAY), present("7", NOW + DAY)], now=NOW)
    assert (outcome(plan), plan.new[0].until, plan.told[0].until) == ((["changed"], []), NOW + DAY, NOW + DAY)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (wanted("6", NOW - DAY), "in_the_past", "valid_from"),
        (wanted("6", NOW - 2 * DAY), "in_force", "valid_from"),
        (wanted("6", None, NOW), "ends_first", "valid_until"),
        (wanted("6", None, NOW + 5 * DAY), "overlap", "valid_until"),
        (wanted(None), "required", "unit_price"),
        (wanted(None, None, NOW - timedelta(hours=1)), "in_the_past", "valid_until"),
        (wanted(None, None, NOW + DAY, key=(new_id(), "", Decimal(0))), "nothing_to_end", "valid_until"),
    ],
)
def test_what_would_rewrite_the_past_or_overlap_is_refused(row: Wanted, code: str, column: str) -> None:
    plan = plan_prices([row], [present("5", NOW - 2 * DAY, NOW + 3 * DAY), present("7", NOW + 3 * DAY)], now=NOW)
    assert [(each.row, each.code, each.column) for each in plan.refused] == [(2, code, column)]
    assert (plan.new, plan.ends, plan.gone) == ([], [], [])


def test_a_price_that_waits_for_its_day_is_replaced() -> None:
    waiting = present("7", NOW + DAY)
    plan = plan_prices([wanted("8", NOW + DAY)], [waiting], now=NOW)
    assert (outcome(plan), plan.gone, plan.told[0].before) == ((["changed"], []), [waiting], Decimal(7))


def test_an_end_without_a_price_ends_the_present_one() -> None:
    plan = plan_prices([wanted(None, None, NOW + DAY)], [present("5", NOW - DAY)], now=NOW)
    assert (outcome(plan), plan.ends[0].until, plan.told[0].after) == ((["ended"], []), NOW + DAY, None)


def test_two_rows_for_the_same_time_are_one_too_many_and_for_two_times_follow_each_other() -> None:
    plan = plan_prices([wanted("5", row=2), wanted("6", row=3)], [], now=NOW)
    assert (outcome(plan), plan.refused[0].row) == ((["new"], ["twice"]), 3)
    plan = plan_prices([wanted("6", NOW + DAY, row=2), wanted("5", row=3)], [], now=NOW)
    assert [(each.begins, each.until) for each in sorted(plan.new, key=lambda each: each.begins)] == [
        (NOW, NOW + DAY), (NOW + DAY, None),
    ]  # fmt: skip
    assert [(each.row, each.until) for each in plan.told] == [(2, None), (3, NOW + DAY)]


def test_prices_of_the_past_may_be_loaded_where_there_were_none() -> None:
    plan = plan_prices([wanted("4", NOW - 9 * DAY, NOW - 5 * DAY)], [present("5", NOW - 5 * DAY)], now=NOW)
    assert outcome(plan) == (["new"], [])


def test_a_file_that_is_the_whole_list_ends_what_it_does_not_name() -> None:
    other: Key = (MUG[0], "box", Decimal(0))
    old, waiting = present("5", NOW - DAY, key=other), present("6", NOW + DAY, key=other)
    past = present("4", NOW - 9 * DAY, NOW - DAY, key=other)
    plan = plan_prices([wanted("5")], [present("5", NOW - DAY), past, old, waiting], now=NOW, is_whole=True)
    assert outcome(plan) == (["ended", "ended", "unchanged"], [])
    assert (plan.ends, plan.gone, old.until) == ([old], [waiting], NOW)


def test_refused_rows_are_told_in_their_order_and_tell_plans_apart() -> None:
    bad = Refused(3, "MUG", "sku", "unknown_product", "There is no such product.")
    plan = plan_prices([wanted("5"), bad], [], now=NOW)
    assert plan.counts == {"new": 1, "changed": 0, "ended": 0, "unchanged": 0, "refused": 1}
    later = plan_prices([wanted("5")], [], now=NOW + DAY)
    assert plan.fingerprint != later.fingerprint == plan_prices([wanted("5")], [], now=NOW).fingerprint


SPANS = st.tuples(st.integers(-6, 6), st.none() | st.integers(1, 6), st.integers(1, 3))


@given(st.lists(SPANS, max_size=5), st.lists(SPANS, max_size=6))
def test_whatever_comes_prices_never_overlap_and_the_past_stays(
    known: list[tuple[int, int | None, int]], rows: list[tuple[int, int | None, int]]
) -> None:
    there: list[Present] = []
    for begins, length, price in sorted(known, key=lambda each: each[0]):
        start = NOW + begins * DAY
        if not there or (there[-1].until is not None and there[-1].until <= start):
            there.append(present(str(price), start, start + length * DAY if length else None))
    past = {at: _price_at(there, at) for at in (NOW - step * DAY / 2 for step in range(1, 14))}
    asked = [
        wanted(str(price), NOW + begins * DAY, NOW + (begins + length) * DAY if length else None, row=number)
        for number, (begins, length, price) in enumerate(rows, start=2)
    ]
    plan = plan_prices(asked, there, now=NOW)
    left = [each for each in there if each not in plan.gone] + plan.new
    left.sort(key=lambda each: each.begins)
    assert len(plan.told) + len(plan.refused) == len(rows)
    for first, second in pairwise(left):
        assert first.until is not None
        assert first.begins < first.until <= second.begins
    for at, price in past.items():
        assert price in (None, _price_at(left, at))


def _price_at(prices: list[Present], at: datetime) -> Decimal | None:
    return next((each.unit_price for each in prices if each.holds(at)), None)
