"""The pure strategies of sharing out: worked examples, and what holds of all of them whatever is shared."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inventory.decisions.sharing.engine import share_free
from apps.inventory.decisions.sharing.facts import Line, QuotaLeft, Shelf, Strategy
from apps.inventory.decisions.sharing.fair import fair_shares

ENTITY = UUID(int=1)
UNIT = 10_000
A, B = (ENTITY, UUID(int=10)), (ENTITY, UUID(int=11))
FAIR, PRIORITY, QUOTAS = Strategy("fair_share"), Strategy("priority"), Strategy("quotas")


def line(no, quantity, *, group=A, turn=None, channel="", weight=1, kit=None, per_kit=0):
    kit_key = None if kit is None else (UUID(int=900), kit)
    turn = (no,) if turn is None else turn
    return Line(UUID(int=1000 + no), group, quantity * UNIT, turn, channel, Decimal(weight), kit_key, per_kit * UNIT)


def shelf(no, free, *, group=A):
    return Shelf(UUID(int=100 + no), UUID(int=200 + no), group, free * UNIT)


def quota(channel, left, *, group=A, warehouse=None):
    place = None if warehouse is None else UUID(int=200 + warehouse)
    return QuotaLeft(UUID(int=300), group, place, channel, left * UNIT)


def got(lines, shelves, strategies=None, quotas=()):
    """Return what each line gets, in units, and that nothing is given that is not there."""
    takes = share_free(lines, shelves, strategies, quotas)
    for each in shelves:
        assert sum(t.quantity for t in takes if t.stock_id == each.stock_id) <= max(each.free, 0)
    return [sum(t.quantity for t in takes if t.line_id == each.line_id) / UNIT for each in lines]


@pytest.mark.parametrize(
    ("wanted", "weights", "free", "shares"),
    [
        ((60, 50, 40), (1, 1, 1), 100, (40, 33, 27)),
        ((10, 50, 40), (1, 1, 1), 100, (10, 50, 40)),
        ((60, 60), (2, 1), 90, (60, 30)),
        ((60, 60), (3, 1), 100, (60, 40)),
        ((1, 1, 1), (1, 1, 1), 2, (1, 1, 0)),
        ((5, 5), (1, 1), 0, (0, 0)),
    ],
)
def test_fair_shares(wanted, weights, free, shares):
    lines = [line(n, q, weight=w) for n, (q, w) in enumerate(zip(wanted, weights, strict=True))]
    assert fair_shares(lines, free * UNIT, step=UNIT) == [share * UNIT for share in shares]


def test_everybody_gets_the_least_first():
    lines = [line(0, 90), line(1, 4), line(2, 6)]
    assert fair_shares(lines, 10 * UNIT, step=UNIT, least=2 * UNIT) == [6 * UNIT, 2 * UNIT, 2 * UNIT]


def test_who_comes_first_is_served_first_whole_from_one_place_when_it_can():
    lines = [line(1, 4), line(0, 6), line(2, 5)]
    assert got(lines, [shelf(1, 5), shelf(2, 7)]) == [4, 6, 2]
    assert [t.stock_id for t in share_free([line(0, 6)], [shelf(1, 5), shelf(2, 7)])] == [shelf(2, 7).stock_id]


def test_by_hand_gives_nothing_by_itself():
    assert got([line(0, 5)], [shelf(1, 5)], {A: Strategy("manual")}) == [0]


def test_a_channel_sees_what_others_have_not_reserved():
    lines = [line(0, 8, channel="web"), line(1, 8, channel="edi"), line(2, 8, channel="shop")]
    assert got(lines, [shelf(1, 10)], {A: QUOTAS}, [quota("edi", 6)]) == [4, 6, 0]
    assert got(lines, [shelf(1, 10)], {A: QUOTAS}, [quota("edi", 6), quota("shop", 3)]) == [1, 6, 3]
    assert got(lines, [shelf(1, 10)], {A: QUOTAS}, []) == [8, 2, 0]


def test_a_quota_of_one_warehouse_is_kept_there():
    lines = [line(0, 8, channel="web"), line(1, 8, channel="edi")]
    assert got(lines, [shelf(1, 5), shelf(2, 5)], {A: QUOTAS}, [quota("edi", 5, warehouse=1)]) == [5, 5]


def test_kits_are_served_whole():
    """5 kits of one A and two B: 5 A and 7 B make 3 kits; the rest goes to who waits for A alone."""
    parts = [line(0, 5, kit=1, per_kit=1), line(1, 10, group=B, kit=1, per_kit=2)]
    assert got(parts, [shelf(1, 5), shelf(2, 7, group=B)]) == [3, 6]
    assert got([*parts, line(9, 4)], [shelf(1, 5), shelf(2, 7, group=B)]) == [3, 6, 2]
    assert got(parts, [shelf(1, 5)]) == [0, 0]
    # Of B nothing is missing any more: A alone makes kits whole.
    assert got([line(0, 5, kit=1, per_kit=1)], [shelf(1, 2)]) == [2]


def test_what_kits_leave_of_a_fair_share_goes_to_the_others():
    parts = [line(0, 10, kit=1, per_kit=1), line(1, 10, group=B, kit=1, per_kit=1)]
    strategies = {A: FAIR, B: FAIR}
    assert got([*parts, line(2, 10)], [shelf(1, 10), shelf(2, 2, group=B)], strategies) == [2, 2, 8]


LINES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 12),
        st.sampled_from([A, B]),
        st.sampled_from(["web", "edi"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=150, deadline=None)
@given(
    LINES,
    st.lists(st.tuples(st.sampled_from([A, B]), st.integers(-3, 15)), max_size=4),
    st.sampled_from(["first_come", "priority", "fair_share", "quotas"]),
    st.lists(st.tuples(st.sampled_from([A, B]), st.sampled_from(["web", "edi"]), st.integers(1, 6)), max_size=2),
)
def test_nobody_eligible_waits_beside_free_goods_and_no_lower_tier_is_served_before_a_higher_one(
    drawn, places, name, kept
):
    lines = [
        line(n, quantity, group=group, turn=(tier, n), channel=channel, kit=kit or None, per_kit=1 if kit else 0)
        for n, (tier, quantity, group, channel, kit) in enumerate(drawn)
    ]
    shelves = [shelf(n, free, group=group) for n, (group, free) in enumerate(places)]
    quotas = [quota(channel, left, group=group) for group, channel, left in kept] if name == "quotas" else []
    had = got(lines, shelves, {A: Strategy(name), B: Strategy(name)}, quotas)
    for mine, mine_had in zip(lines, had, strict=True):
        assert mine_had <= mine.quantity / UNIT
        if mine.kit or mine_had == mine.quantity / UNIT:
            continue
        free = sum(max(s.free, 0) for s in shelves if s.group == mine.group) / UNIT
        left = free - sum(h for other, h in zip(lines, had, strict=True) if other.group == mine.group)
        if name != "quotas":
            assert left == 0, "a line waits beside what it could have"
        if name in ("first_come", "priority"):
            later = [
                h
                for other, h in zip(lines, had, strict=True)
                if other.group == mine.group and other.turn > mine.turn and not other.kit
            ]
            assert not any(later), "somebody was passed"
    for kit in (1, 2):
        own = [(m, h) for m, h in zip(lines, had, strict=True) if m.kit and m.kit[1] == kit]
        missing = {m.quantity / UNIT - h for m, h in own if h}
        assert len(missing) <= 1, "the parts that got something miss the same number of kits"
