"""Rebates: what a customer has earned on what was invoiced, and how each line moves it.

Whatever the order of lines and credits, the moves of an account sum to `entitled_minor` of its total: every move is the difference of
two rounded running amounts, so nothing is rounded twice.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ordercash.kernel.money import split, to_major, to_minor

TURNOVER: Final = "turnover"
QUANTITY: Final = "quantity"
PERCENT: Final = "percent"
PER_UNIT: Final = "amount_per_unit"

ACCRUAL: Final = "accrual"
TRUE_UP: Final = "true_up"
REVERSAL: Final = "reversal"
SETTLEMENT: Final = "settlement"

# The months of a settlement's calendar periods; what is settled at the end has none.
_MONTHS: Final = {"monthly": 1, "quarterly": 3, "yearly": 12}


class Tier(NamedTuple):
    """From `least` on (turnover in major units, or quantity) the rebate is `rate`: percent, or major units per unit."""

    least: Decimal
    rate: Decimal


class Terms(NamedTuple):
    """What was agreed. `tiers` ascend by their least; below the first one nothing is earned."""

    currency: str
    basis: str
    reward: str
    is_retrospective: bool
    tiers: tuple[Tier, ...]


class Standing(NamedTuple):
    """What was invoiced so far under an agreement: net turnover in minor units, and units."""

    base_minor: int = 0
    quantity: Decimal = Decimal(0)


class Move(NamedTuple):
    """One row: the base that it adds or takes, what the customer earns or loses by it, and the rate that decided."""

    kind: str
    base_minor: int
    quantity: Decimal
    amount_minor: int
    rate: Decimal


class TaxBase(NamedTuple):
    """How much of the base was taxed at one category and rate."""

    category: str
    rate: Decimal
    reason: str
    base_minor: int


def measure_of(terms: Terms, standing: Standing) -> Decimal:
    """Return what the tiers are measured by: turnover in major units, or quantity."""
    return to_major(standing.base_minor, terms.currency) if terms.basis == TURNOVER else standing.quantity


def tier_reached(terms: Terms, standing: Standing) -> Tier | None:
    """Return the highest tier that was reached, None below the first."""
    measure = measure_of(terms, standing)
    return next((tier for tier in reversed(terms.tiers) if tier.least <= measure), None)


def tier_ahead(terms: Terms, standing: Standing) -> Tier | None:
    """Return the next tier, None at the top."""
    measure = measure_of(terms, standing)
    return next((tier for tier in terms.tiers if tier.least > measure), None)


def entitled_minor(terms: Terms, standing: Standing) -> int:
    """Return the whole rebate on a total, computed at once and rounded once, in minor units.

    | retrospective, 2 % from 100, 5 % from 200 | 99.99: 0.00 | 100.00: 2.00 | 200.00: 10.00 |
    | by slices, the same tiers                 | 99.99: 0.00 | 100.00: 0.00 | 200.00: 2.00, 300.00: 7.00 |
    """
    if terms.is_retrospective:
        return _at_rate(terms, _rate_at(terms, standing), standing)
    measure = measure_of(terms, standing)
    ends: list[Decimal] = [*(tier.least for tier in terms.tiers[1:]), max(measure, *(t.least for t in terms.tiers))]
    slices = zip(terms.tiers, ends, strict=True)
    exact = sum((max(min(measure, end) - tier.least, Decimal(0)) * tier.rate for tier, end in slices), Decimal(0))
    return to_minor(exact / 100 if terms.reward == PERCENT else exact, terms.currency)


def moves_of(
    terms: Terms, before: Standing, base_minor: int, quantity: Decimal, *, is_credit: bool
) -> tuple[list[Move], Standing]:
    """Return the moves of one invoiced or credited line and the standing after it; a credit's base and quantity are negative.

    With retrospective tiers the line counts at the new rate and a true-up revalues what was before it; a credit is reversed at the old
    rate and the true-up revalues what is left. By slices a line moves only its own slices, and a credit takes the topmost.
    """
    after = Standing(before.base_minor + base_minor, before.quantity + quantity)
    kind = REVERSAL if is_credit else ACCRUAL
    old, new = _rate_at(terms, before), _rate_at(terms, after)
    if not terms.is_retrospective:
        amount = entitled_minor(terms, after) - entitled_minor(terms, before)
        return [Move(kind, base_minor, quantity, amount, old if is_credit else new)], after
    counted, revalued = (old, after) if is_credit else (new, before)
    amount = _at_rate(terms, counted, after) - _at_rate(terms, counted, before)
    line = Move(kind, base_minor, quantity, amount, counted)
    change = _at_rate(terms, new, revalued) - _at_rate(terms, old, revalued)
    return ([line, Move(TRUE_UP, 0, Decimal(0), change, new)] if change else [line]), after


def settlement_parts(amount_minor: int, bases: Sequence[TaxBase]) -> list[tuple[TaxBase, int]]:
    """Split a settlement over the tax rates of what was bought, by the base of each: a rebate lowers the price that was taxed."""
    ordered = sorted(bases)
    shares = split(amount_minor, [max(base.base_minor, 0) for base in ordered])
    return [(base, share) for base, share in zip(ordered, shares, strict=True) if share]


def settled_until(settlement: str, from_date: date, until_date: date | None, *, today: date) -> date | None:
    """Return the day up to which (exclusive) is to be settled today, None when no period of the agreement is over yet.

    Periods are calendar months, quarters and years; the last one ends with the agreement.
    """
    if until_date is not None and until_date <= today:
        return until_date
    months = _MONTHS.get(settlement)
    if months is None:
        return None
    begun = date(today.year, (today.month - 1) // months * months + 1, 1)
    return begun if begun > from_date else None


def _rate_at(terms: Terms, standing: Standing) -> Decimal:
    tier = tier_reached(terms, standing)
    return tier.rate if tier else Decimal(0)


def _at_rate(terms: Terms, rate: Decimal, standing: Standing) -> int:
    if terms.reward == PER_UNIT:
        return to_minor(standing.quantity * rate, terms.currency)
    return to_minor(to_major(standing.base_minor, terms.currency) * rate / 100, terms.currency)
