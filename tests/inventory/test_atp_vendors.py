"""Worked examples: those of other systems' manuals, by their figures, and our own of docs/promises.md."""

from decimal import Decimal

import pytest

from apps.inventory.decisions.atp.facts import PARTS, Coming, Group, Shelf, Waiting, needs_of, sources_of
from apps.inventory.decisions.atp.foreseeing import foresee
from apps.inventory.decisions.atp.nouns import ANY_QUANTITY, Need, Rule, Source
from apps.inventory.decisions.atp.offering import offer
from apps.inventory.decisions.atp.pegging import peg
from apps.inventory.decisions.atp.promising import plan_of, promise
from apps.inventory.decisions.atp.replanning import Late, replan
from apps.inventory.decisions.document.availability import AvailabilityRule, Terms

NOTHING_FROM_ELSEWHERE = Rule(forward=False, accumulate=False)
BACKWARD = Rule(forward=False)
STANDARD = Rule()

# Eight periods of a master schedule: supply, demand.
PERIODS = (6, 4, 2, 4, 8, 4, 4, 4), (6, 2, 3, 6, 6, 1, 2, 2)
# Cumulative available to promise: what comes now and then, what customers ordered.
CUMULATIVE = (80, 0, 60, 0, 0, 60, 0, 0), (30, 25, 30, 10, 0, 35, 0, 0)


def rows(figures):
    supply, demand = figures
    sources = [Source(f"s{day}", "", f"s{day}", day, quantity) for day, quantity in enumerate(supply) if quantity]
    return sources, [Need(f"n{day}", day, quantity, (day,)) for day, quantity in enumerate(demand) if quantity]


def offered(figures, rule):
    shown = {day.day: day.offered for day in offer(*rows(figures), rule).days}
    return [shown.get(day, offer(*rows(figures), rule).at(day)) for day in range(8)]


@pytest.mark.parametrize(
    ("figures", "rule", "expected"),
    [
        (PERIODS, NOTHING_FROM_ELSEWHERE, [0, 0, 0, -1, 2, 3, 2, 2]),
        (PERIODS, BACKWARD, [0, 0, 0, -1, 2, 5, 7, 9]),
        (PERIODS, STANDARD, [0, 0, 0, 0, 1, 4, 6, 8]),
        (CUMULATIVE, BACKWARD, [25, 25, 45, 45, 45, 70, 70, 70]),
        (CUMULATIVE, STANDARD, [25, 25, 45, 45, 45, 70, 70, 70]),
    ],
    ids=["backward", "backward and accumulate", "and forward", "cumulative", "cumulative and forward"],
)
def test_what_manuals_say_is_offered(figures, rule, expected):
    assert offered(figures, rule) == expected


def test_three_more_in_the_seventh_period_take_from_the_latest_days():
    sources, needs = rows(PERIODS)
    shown = offer(sources, [*needs, Need("more", 6, 3, (6,))], BACKWARD)
    assert [shown.at(day) for day in range(4, 8)] == [2, 4, 4, 6]


def test_a_wanted_quantity_is_scheduled_in_parts_or_whole():
    """350 wanted, 200 there, 100 in two days, 50 in five."""
    sources = [Source("shelf", "", None, 0, 200), Source("a", "", "a", 2, 100), Source("b", "", "b", 5, 50)]
    plan = plan_of(sources, [], STANDARD)
    found = promise(plan, Need("wanted", 0, 350), STANDARD)
    assert [(part.day, part.quantity) for part in found.schedule] == [(0, 200), (2, 100), (5, 50)]
    assert (found.on_day, found.complete_day, found.short) == (200, 5, 0)
    whole = promise(plan, Need("wanted", 0, 350), STANDARD, whole=True)
    assert [(part.day, part.quantity) for part in whole.schedule] == [(5, 350)]


def test_the_receipt_closest_before_the_need_is_reduced_first():
    sources = [Source("shelf", "", None, 0, 10), Source("near", "", "near", 4, 10), Source("far", "", "far", 9, 10)]
    assert [(each.source, each.quantity) for each in peg(sources, [Need("n", 5, 12)], STANDARD).pegs] == [
        ("near", 10), ("shelf", 2),
    ]  # fmt: skip


def group(*coming, shelf=0, waiting=()):
    return Group("MUG", "", "UK", (Shelf("shelf", "W", 1, shelf * PARTS),), tuple(coming), tuple(waiting))


def supply(key, due, quantity, *, kind="purchase", status="confirmed", confidence="100", until=None):
    return Coming(key, "W", 1, kind, status, Decimal(confidence), due, quantity * PARTS, until)


def terms(**said):
    return Terms.of(AvailabilityRule.model_validate({"name": "tried", **said}))


def coming_days(group, terms):
    return {source.key: source.day for source in sources_of(group, terms)}


def test_overdue_supplies_count_for_a_while_as_coming_tomorrow():
    overdue = group(supply("ten", -10, 1), supply("eleven", -11, 1), supply("today", 0, 1))
    assert coming_days(overdue, terms(past_due_supply={"count_days": 10, "delay_days": 1})) == {"ten": 1, "today": 0}
    assert coming_days(overdue, terms(past_due_supply={"delay_days": 3})) == {"ten": 3, "eleven": 3, "today": 0}


def test_overdue_demand_counts_as_long_as_the_rule_says():
    late = group(waiting=[Waiting("l", -5, None, -9, PARTS), Waiting("m", None, None, -9, PARTS)])
    assert [(need.key, need.day) for need in needs_of(late, terms())] == [("l", 0), ("m", 0)]
    assert [need.key for need in needs_of(late, terms(past_due_demand={"count_days": 5, "delay_days": 2}))] == ["l"]


def test_only_supplies_that_the_rule_counts_are_promised():
    mixed = group(
        supply("sure", 3, 1), supply("planned", 3, 1, status="planned"), supply("doubtful", 3, 1, confidence="79.99"),
        supply("made", 3, 1, kind="production", status="in_transit"), supply("beyond", 181, 1),
    )  # fmt: skip
    assert set(coming_days(mixed, terms(supplies={"least_confidence": "80"}))) == {"sure", "made"}
    assert set(coming_days(mixed, terms(supplies={"kinds": ["production"]}))) == {"made"}


def test_margins_lie_between_due_free_and_leaving():
    found = group(supply("po", 5, 1), shelf=1)
    assert coming_days(found, terms(receipt_margin_days=2, issue_margin_days=1)) == {"shelf": 1, "po": 8}


def test_anything_can_be_had_once_it_can_be_ordered():
    rule = Rule(infinite_after_days=21)
    plan = plan_of([Source("shelf", "", None, 0, 4)], [], rule)
    found = promise(plan, Need("wanted", 2, 10), rule)
    assert [(part.day, part.quantity, len(part.pegs)) for part in found.schedule] == [(2, 4, 1), (21, 6, 0)]
    assert (plan.offer.at(20), plan.offer.at(21)) == (4, ANY_QUANTITY)


def test_goods_accumulate_in_a_window():
    found = group(supply("po", 5, 10), shelf=4)
    window = terms(accumulate_days=7)
    shown = offer(sources_of(found, window), [], window.arithmetic)
    assert [shown.at(day) // PARTS for day in (0, 4, 5, 7, 8, 12, 13)] == [4, 4, 14, 14, 10, 10, 0]


def test_goods_that_expire_must_still_last():
    found = group(supply("po", 5, 10, until=20))
    lasting = terms(least_shelf_life_days=10)
    shown = offer(sources_of(found, lasting), [], lasting.arithmetic)
    assert [shown.at(day) // PARTS for day in (4, 5, 10, 11)] == [0, 10, 10, 0]


SHELF, FIRST, SECOND = (
    Source("shelf", "W", None, 0, 10),
    Source("po1", "W", "po1", 5, 20),
    Source("po2", "W", "po2", 12, 30),
)
A, C = Need("A", 7, 15, (7, "a")), Need("C", 14, 25, (14, "c"))
B_IN_PARTS = [Need("B", 2, 10, (2, "b")), Need("B'", 5, 2, (5, "b"))]


def test_the_worked_plan():
    """Shelf 10, 20 on day 5, 30 on day 12; A wants 15 by day 7, B 12 by day 2, C 25 by day 14."""
    plan = plan_of([SHELF, FIRST, SECOND], [A, C], STANDARD)
    assert {(each.need, each.source): each.quantity for each in plan.pegging.pegs} == {
        ("A", "po1"): 15,
        ("C", "po2"): 25,
    }
    wanted = Need("B", 2, 12)
    in_parts = promise(plan, wanted, STANDARD)
    assert [(part.day, part.quantity, [each.source for each in part.pegs]) for part in in_parts.schedule] == [
        (2, 10, ["shelf"]), (5, 2, ["po1"]),
    ]  # fmt: skip
    whole = promise(plan, wanted, STANDARD, whole=True)
    assert [(each.source, each.quantity) for each in whole.schedule[0].pegs] == [("po1", 5), ("shelf", 7)]
    shown = offer([SHELF, FIRST, SECOND], [A, Need("B", 5, 12), C], STANDARD)
    assert [shown.at(day) for day in (0, 11, 12, 180)] == [3, 3, 8, 8]


def test_a_late_supply_breaks_what_it_served():
    """The first supply comes on day 9: A and B cannot be kept, C can."""
    needs = [A, Need("B", 5, 12, (5, "b")), C]
    before = peg([SHELF, FIRST, SECOND], needs, STANDARD)
    moved = [SHELF, FIRST._replace(day=9), SECOND]
    broken = foresee(before.pegs, peg(moved, needs, STANDARD), moved, needs, {})
    assert [(each.need, each.supply, each.short, each.day) for each in broken] == [
        ("B", "po1", 2, 9),
        ("A", "po1", 15, 9),
    ]


def test_the_worked_replan():
    """With the first supply on day 9, A is two days late and B four. Where a day of one of A costs 5 and one of B 2, A gets what lies
    there; where both cost the same, B does."""
    moved = [SHELF, FIRST._replace(day=9), SECOND]
    b = Need("B", 5, 12, (5, "b"))
    best = replan(moved, [C], [Late(A, 5, "W"), Late(b, 2, "W")], STANDARD)[0]
    assert (best.name, best.days, best.cost) == ("cheapest", {"A": 9, "B": 9}, 5 * 2 * 5 + 12 * 4 * 2)
    best = replan(moved, [C], [Late(A, 3, "W"), Late(b, 3, "W")], STANDARD)[0]
    assert (best.days, best.cost) == ({"A": 9, "B": 9}, 15 * 2 * 3 + 2 * 4 * 3)
    assert sum(each.quantity for each in best.pegs if (each.need, each.source) == ("B", "shelf")) == 10


def test_a_supply_that_will_not_come_is_short():
    needs = [A]
    before = peg([FIRST], needs, STANDARD)
    assert foresee(before.pegs, peg([], needs, STANDARD), [], needs, {"po1": 20})[0] == ("A", 15, "po1", None)
