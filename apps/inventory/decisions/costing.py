"""What goods cost: the moving average, exact to the minor unit.

Rounding is cumulative: what remains on the shelf after each issue is rounded, and an issue costs the difference. So the costs of any
sequence of issues add up to the value that left, and the last unit takes what is left of it.

    on hand 3, worth 1.00, issued one by one:   remaining 1.00 -> 0.67 -> 0.33 -> 0.00   costs 0.33, 0.34, 0.33
"""

from collections.abc import Sequence
from decimal import Decimal

_SCALE = 4  # decimals of a quantity


def issue_costs(on_hand: Decimal, value_minor: int, quantities: Sequence[Decimal]) -> list[int]:
    """Return the cost of each issue, in the order given; together they may take at most `on_hand`, else ValueError."""
    whole = _units(on_hand)
    left, worth, costs = whole, value_minor, []
    for quantity in quantities:
        left -= _units(quantity)
        if left < 0:
            raise ValueError(f"{sum(quantities)} cannot be issued from {on_hand}.")
        remaining = _share(value_minor, left, whole)
        costs.append(worth - remaining)
        worth = remaining
    return costs


def returned_cost(cost_minor: int, shipped: Decimal, back_before: Decimal, back_now: Decimal) -> int:
    """Return the part of a shipped line's cost that comes back with `back_now`; all parts add up to the line's cost."""
    whole, before = _units(shipped), _units(back_before)
    return _share(cost_minor, before + _units(back_now), whole) - _share(cost_minor, before, whole)


def share_of(value_minor: int, part: Decimal, whole: Decimal) -> int:
    """Return what `part` is worth when `whole` is worth `value_minor`, rounded half up."""
    return _share(value_minor, _units(part), _units(whole))


def _units(quantity: Decimal) -> int:
    return int(quantity.scaleb(_SCALE))


def _share(value_minor: int, part: int, whole: int) -> int:
    """Return value x part / whole, rounded half up, without leaving the integers."""
    return (2 * value_minor * part + whole) // (2 * whole) if whole else 0
