"""Rebates decided: tiers, true-ups, slices, credits, and sums that are exact in every currency."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.decisions.rebates import (
    Move,
    Standing,
    TaxBase,
    Terms,
    Tier,
    entitled_minor,
    moves_of,
    settled_until,
    settlement_parts,
    tier_ahead,
    tier_reached,
)

D = Decimal
THREE = (Tier(D(100), D(1)), Tier(D(500), D(3)), Tier(D(1000), D(5)))


def terms(currency: str = "EUR", **values: object) -> Terms:
    plain = Terms(currency, "turnover", "percent", True, THREE)
    return plain._replace(**values)  # type: ignore[arg-type]


def moved(known: Terms, before: Standing, base: int, quantity: str = "1") -> list[tuple[str, int]]:
    moves, _ = moves_of(known, before, base, D(quantity), is_credit=base < 0)
    return [(move.kind, move.amount_minor) for move in moves]


@pytest.mark.parametrize(
    ("currency", "base", "retrospective", "sliced"),
    [
        ("EUR", 9_999, 0, 0), ("EUR", 10_000, 100, 0), ("EUR", 49_999, 500, 400), ("EUR", 50_000, 1_500, 400),
        ("EUR", 100_000, 5_000, 1_900), ("EUR", 123_457, 6_173, 3_073), ("JPY", 500, 15, 4), ("JPY", 1_099, 55, 24),
        ("KWD", 1_234_567, 61_728, 30_728),
    ],
)  # fmt: skip
def test_the_rebate_on_a_total(currency: str, base: int, retrospective: int, sliced: int) -> None:
    standing = Standing(base, D(1))
    assert entitled_minor(terms(currency), standing) == retrospective
    assert entitled_minor(terms(currency, is_retrospective=False), standing) == sliced


def test_reaching_a_tier_revalues_what_was_before_it() -> None:
    assert moved(terms(), Standing(), 20_000) == [("accrual", 200)]
    assert moved(terms(), Standing(20_000), 40_000) == [("accrual", 1200), ("true_up", 400)]
    assert moved(terms(), Standing(60_000), 50_000) == [("accrual", 2500), ("true_up", 1200)]


def test_falling_below_a_tier_takes_back_what_it_gave() -> None:
    assert moved(terms(), Standing(60_000), -5_000) == [("reversal", -150)]
    assert moved(terms(), Standing(60_000), -20_000) == [("reversal", -600), ("true_up", -800)]
    assert moved(terms(), Standing(10_000), -10_000) == [("reversal", -100)]


def test_below_the_first_tier_a_line_counts_and_earns_nothing() -> None:
    assert moved(terms(), Standing(), 5_000) == [("accrual", 0)]
    assert moved(terms(), Standing(9_999), 1) == [("accrual", 0), ("true_up", 100)]


def test_slices_keep_their_own_rates() -> None:
    sliced = terms(is_retrospective=False)
    assert moved(sliced, Standing(40_000), 20_000) == [("accrual", 400)]
    assert moved(sliced, Standing(60_000), -20_000) == [("reversal", -400)]


def test_an_amount_per_unit_counts_units() -> None:
    per_unit = terms(
        "KWD", basis="quantity", reward="amount_per_unit", tiers=(Tier(D(10), D("0.5")), Tier(D(20), D("0.7505")))
    )
    assert entitled_minor(per_unit, Standing(1, D("9.9"))) == 0
    assert entitled_minor(per_unit, Standing(1, D(20))) == 15_010
    assert entitled_minor(per_unit._replace(is_retrospective=False), Standing(1, D(20))) == 5_000
    assert moved(per_unit, Standing(1, D(15)), 1, "5") == [("accrual", 3_752), ("true_up", 3_758)]


def test_the_tier_reached_and_the_next_one() -> None:
    assert tier_reached(terms(), Standing(9_999)) is None
    assert tier_ahead(terms(), Standing(9_999)) == THREE[0]
    assert (tier_reached(terms(), Standing(50_000)), tier_ahead(terms(), Standing(50_000))) == (THREE[1], THREE[2])
    assert tier_ahead(terms(), Standing(100_000)) is None


LEAST = st.decimals(0, 5_000, places=4, allow_nan=False)
RATE = st.decimals(0, 100, places=6, allow_nan=False)
TIERS = st.lists(st.tuples(LEAST, RATE), min_size=1, max_size=4, unique_by=lambda t: t[0]).map(
    lambda found: tuple(Tier(*tier) for tier in sorted(found))
)
LINES = st.lists(
    st.tuples(st.integers(0, 400_000), st.decimals(0, 50, places=4, allow_nan=False), st.fractions(0, 1)), max_size=12
)
KINDS = st.sampled_from(
    [("turnover", "percent", True), ("turnover", "amount_per_unit", True), ("quantity", "percent", True),
     ("quantity", "amount_per_unit", True), ("turnover", "percent", False), ("quantity", "amount_per_unit", False)]
)  # fmt: skip


@given(st.sampled_from(["EUR", "JPY", "KWD"]), KINDS, TIERS, LINES, st.randoms(use_true_random=False))
def test_moves_sum_to_the_rebate_at_once_in_every_order(currency, kind, tiers, lines, chance) -> None:  # type: ignore[no-untyped-def]
    known = Terms(currency, *kind, tiers)
    whole = [(net, quantity, False) for net, quantity, _ in lines]
    backs = [
        (-int(net * part), -(quantity * int(part * 100) / 100).quantize(D("0.0001"), "ROUND_DOWN"), True)
        for net, quantity, part in lines
    ]
    chance.shuffle(whole)
    chance.shuffle(backs)
    standing, moves = Standing(), list[Move]()
    for base, quantity, is_credit in whole + backs:
        made, standing = moves_of(known, standing, base, quantity, is_credit=is_credit)
        moves += made
        assert sum(move.amount_minor for move in moves) == entitled_minor(known, standing) >= 0
    total = Standing(sum(base for base, _, _ in whole + backs), sum((q for _, q, _ in whole + backs), D(0)))
    assert (standing, sum(move.base_minor for move in moves)) == (total, total.base_minor)
    assert all(move.amount_minor >= 0 for move in moves if move.kind == "accrual")
    assert all(move.amount_minor <= 0 for move in moves if move.kind == "reversal")


def test_a_settlement_is_shared_by_what_was_taxed_how() -> None:
    full, reduced = TaxBase("S", D(19), "", 2_000), TaxBase("S", D(7), "", 1_000)
    assert settlement_parts(100, [full, reduced]) == [(reduced, 33), (full, 67)]
    assert settlement_parts(100, [full, reduced._replace(base_minor=0)]) == [(full, 100)]
    assert settlement_parts(5, [TaxBase("S", D(19), "", 0)]) == [(TaxBase("S", D(19), "", 0), 5)]


@pytest.mark.parametrize(
    ("settlement", "today", "until"),
    [
        ("monthly", date(2026, 1, 31), None), ("monthly", date(2026, 2, 1), date(2026, 2, 1)),
        ("monthly", date(2026, 3, 31), date(2026, 3, 1)), ("quarterly", date(2026, 3, 31), None),
        ("quarterly", date(2026, 5, 1), date(2026, 4, 1)), ("yearly", date(2026, 12, 30), None),
        ("at_end", date(2026, 12, 30), None), ("at_end", date(2026, 12, 31), date(2026, 12, 31)),
        ("monthly", date(2027, 6, 1), date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_what_is_due_by_the_calendar(settlement: str, today: date, until: date | None) -> None:
    assert settled_until(settlement, date(2026, 1, 15), date(2026, 12, 31), today=today) == until
    assert settled_until("yearly", date(2026, 1, 15), None, today=date(2027, 2, 1)) == date(2027, 1, 1)
