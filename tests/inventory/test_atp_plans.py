"""Offers, pegs, promises and re-plans against slow models: on random plans they agree on every day."""

import os
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inventory.decisions.atp.flow import cheapest
from apps.inventory.decisions.atp.nouns import Need, Rule, Source
from apps.inventory.decisions.atp.offering import offer
from apps.inventory.decisions.atp.pegging import peg
from apps.inventory.decisions.atp.promising import plan_of, promise, with_promised
from apps.inventory.decisions.atp.replanning import Late, cost_of, replan
from tests.inventory.planning import LAST_DAY, by_formula, fits, most_more, most_served, plans

FULL = bool(os.environ.get("ORDERCASH_FULL"))
PLANS = settings(max_examples=1_000 if FULL else 150)
FEWER = settings(max_examples=1_000 if FULL else 60)
BACKWARD = Rule(forward=False)
STANDARD = Rule()


def left_by(pegging, sources, day):
    return sum(pegging.left[source.key] for source in sources if source.day <= day)


def assert_sound(pegging, sources, needs):
    """Nothing is given twice, nobody gets more than wanted, and what is not short came in time."""
    by_key = {source.key: source for source in sources}
    for source in sources:
        given = sum(each.quantity for each in pegging.pegs if each.source == source.key)
        assert given + pegging.left[source.key] == source.quantity
    for need in needs:
        own = [each for each in pegging.pegs if each.need == need.key]
        in_time = sum(each.quantity for each in own if fits(by_key[each.source], need))
        assert in_time + pegging.short.get(need.key, 0) == need.quantity
        assert sum(each.quantity for each in own) - in_time == pegging.late.get(need.key, 0)


@PLANS
@given(plans())
def test_what_pegs_leave_is_what_the_slow_model_has_left(plan):
    sources, needs = plan
    pegging = peg(sources, needs, BACKWARD)
    assert_sound(pegging, sources, needs)
    assert sum(each.quantity for each in pegging.pegs) == most_served(sources, needs)
    shown = offer(sources, needs, BACKWARD)
    for day in range(LAST_DAY + 1):
        assert left_by(pegging, sources, day) == most_more(sources, needs, day) == shown.at(day)


@PLANS
@given(plans())
def test_what_is_short_takes_from_later_supplies(plan):
    sources, needs = plan
    pegging = peg(sources, needs, STANDARD)
    assert_sound(pegging, sources, needs)
    shown = offer(sources, needs, STANDARD)
    for day in range(LAST_DAY + 1):
        assert left_by(pegging, sources, day) == by_formula(sources, needs, day) == shown.at(day)


@PLANS
@given(plans(expiring=True))
def test_goods_that_expire_are_matched_as_well_as_can_be(plan):
    sources, needs = plan
    pegging = peg(sources, needs, BACKWARD)
    if any(source.until is not None for source in sources):
        assert_sound(pegging, sources, needs)
    assert sum(each.quantity for each in pegging.pegs) == most_served(sources, needs)
    shown = offer(sources, needs, BACKWARD)
    for day in range(LAST_DAY + 1):
        assert shown.at(day) == most_more(sources, needs, day)


@PLANS
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_needs_decides_who_is_named_not_what_is_left(plan, random):
    sources, needs = plan
    shuffled = [need._replace(rank=(place,)) for place, need in enumerate(random.sample(needs, len(needs)))]
    one, other = peg(sources, needs, STANDARD), peg(sources, shuffled, STANDARD)
    assert [left_by(one, sources, day) for day in range(15)] == [left_by(other, sources, day) for day in range(15)]


def takes_nothing_away(sources, needs, promised, wanted):
    """Say whether every need gets with this promise what it gets without."""
    parts = [Need(f"part{place}", part.day, part.quantity) for place, part in enumerate(promised.schedule)]
    together = most_served(sources, [*needs, *parts])
    return together == most_served(sources, needs) + sum(part.quantity for part in parts) and wanted.quantity == (
        sum(part.quantity for part in parts) + promised.short
    )


@PLANS
@given(plans(expiring=True), st.integers(0, LAST_DAY), st.integers(1, 20), st.booleans())
def test_a_promise_is_the_earliest_that_takes_nothing_from_others(plan, day, quantity, whole):
    sources, needs = plan
    wanted = Need("wanted", day, quantity)
    found = promise(plan_of(sources, needs, BACKWARD), wanted, BACKWARD, whole=whole)
    assert takes_nothing_away(sources, needs, found, wanted)
    assert found.on_day == min(most_more(sources, needs, day), quantity)
    able = [d for d in range(day, LAST_DAY + 1) if most_more(sources, needs, d) >= quantity]
    assert found.complete_day == (able[0] if able else None)
    for part in found.schedule:
        assert sum(each.quantity for each in part.pegs) == part.quantity
        assert all(each.day <= part.day for each in part.pegs)


@FEWER
@given(plans(), st.lists(st.tuples(st.integers(0, LAST_DAY), st.integers(1, 9)), max_size=4))
def test_lines_of_a_cart_compete(plan, lines):
    sources, needs = plan
    standing, promised = plan_of(sources, needs, BACKWARD), list(needs)
    for place, (day, quantity) in enumerate(lines):
        wanted = Need(f"line{place}", day, quantity)
        found = promise(standing, wanted, BACKWARD)
        standing = with_promised(standing, wanted, found, BACKWARD)
        promised += [Need(f"{place}/{part.day}", part.day, part.quantity) for part in found.schedule]
        extra = sum(need.quantity for need in promised[len(needs) :])
        assert most_served(sources, promised) == most_served(sources, needs) + extra


def test_the_cheapest_flow_is_that_of_trying_everything():
    random = Random(4)
    for _ in range(2_000 if FULL else 300):
        wanted = [random.randint(1, 3) for _ in range(random.randint(1, 4))]
        able = [*(random.randint(0, 3) for _ in range(random.randint(1, 4))), sum(wanted)]
        costs = [[random.randint(0, 9) for _ in able] for _ in wanted]
        flow = cheapest(wanted, able, costs)
        assert [sum(row) for row in flow] == wanted
        assert all(sum(row[place] for row in flow) <= room for place, room in enumerate(able))
        assert spent(flow, costs) == least(tuple(wanted), tuple(able), costs)


def spent(flow, costs):
    return sum(
        part * cost for row, prices in zip(flow, costs, strict=True) for part, cost in zip(row, prices, strict=True)
    )


def least(wanted, able, costs, known=None):
    """Return the least cost of serving unit after unit from every source there is."""
    known = {} if known is None else known
    if (wanted, able) in known:
        return known[wanted, able]
    need = next((place for place, rest in enumerate(wanted) if rest), None)
    if need is None:
        return 0
    fewer = tuple(rest - (place == need) for place, rest in enumerate(wanted))
    found = min(
        costs[need][s] + least(fewer, tuple(room - (place == s) for place, room in enumerate(able)), costs, known)
        for s, room in enumerate(able)
        if room
    )
    known[wanted, able] = found
    return found


@FEWER
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.sampled_from(("north", "south"))), max_size=4),
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 3), st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=4
    ),
)
def test_the_cheapest_replan_is_that_of_trying_everything(supplies, lines):
    rule = Rule(horizon_days=20)
    sources = [Source(f"s{n}", place, f"s{n}", day, quantity) for n, (day, quantity, place) in enumerate(supplies)]
    broken = [
        Late(Need(f"n{n}", day, quantity, (n,)), per_day, "north", per_move)
        for n, (day, quantity, per_day, per_move) in enumerate(lines)
    ]
    ways = replan(sources, [], broken, rule)
    costs = [[cost_of(late, source, rule) for source in (*sources, None)] for late in broken]
    wanted = tuple(late.need.quantity for late in broken)
    able = (*(source.quantity for source in sources), sum(wanted))
    assert ways[0].cost == least(wanted, able, costs)
    assert [way.cost for way in ways] == sorted(way.cost for way in ways)
    for way, (source, late) in product(ways, product(sources, broken)):
        assert sum(each.quantity for each in way.pegs if each.source == source.key) <= source.quantity
        assert sum(each.quantity for each in way.pegs if each.need == late.need.key) <= late.need.quantity


@FEWER
@given(plans(), plans())
def test_days_of_a_replan_can_be_kept(before, after):
    kept = [need for need in before[1] if need.key not in peg(after[0], before[1], STANDARD).short]
    late = [Late(need, 1, "north", 1) for need in before[1] if need not in kept]
    for way in replan(after[0], kept, late, STANDARD) if late else ():
        moved = [each.need._replace(day=day) for each in late if (day := way.days[each.need.key]) is not None]
        assert peg(after[0], [*kept, *moved], STANDARD).short == {}
