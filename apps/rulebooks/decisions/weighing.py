"""What another version moves: the money of decisions before and after, by customer, product, rule and in total."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from apps.rulebooks.decisions.kinds import Weight

TOTAL, CUSTOMER, PRODUCT, RULE = "total", "customer", "product", "rule"


class Place(NamedTuple):
    """Where money is counted: in total (key ""), or for one customer, product or rule; in one currency."""

    dimension: str
    key: str
    currency: str


class Moved(NamedTuple):
    """How many decisions touch a place, and what they weigh there before and after, in minor units."""

    decisions: int
    before_minor: int
    after_minor: int


class Figures:
    """Sums by place over many decisions."""

    def __init__(self) -> None:
        self._sums: dict[Place, list[int]] = {}

    def add(self, before: Sequence[Weight], after: Sequence[Weight]) -> None:
        """Count one decision with its weights before and after.

        A rule gets the whole amount of every line in which it takes part before or after, on both sides, so that its delta is what
        happens to the lines that it touches. A line may count for several rules; totals, customers and products count it once.
        """
        for place, (was, is_now) in _sides(before, after).items():
            known = self._sums.get(place)
            if known is None:
                self._sums[place] = [1, was, is_now]
            else:
                known[0] += 1
                known[1] += was
                known[2] += is_now

    def all(self) -> Mapping[Place, Moved]:
        """Return every sum."""
        return {place: Moved(*sums) for place, sums in self._sums.items()}


def total_of(before: Sequence[Weight], after: Sequence[Weight]) -> tuple[str, int, int]:
    """Return currency, amount before and amount after of one decision; of several currencies the first by its code counts."""
    currency = min((weight.currency for weight in (*before, *after)), default="")
    return currency, _sum(before, currency), _sum(after, currency)


def _sum(weights: Iterable[Weight], currency: str) -> int:
    return sum(weight.amount_minor for weight in weights if weight.currency == currency)


def _sides(before: Sequence[Weight], after: Sequence[Weight]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    rules = _rules(before) if before is after else _rules((*before, *after))
    for side, weights in ((0, before), (1, after)):
        for line, customer, product, _, currency, amount in weights:
            places = [
                Place(TOTAL, "", currency),
                Place(CUSTOMER, customer, currency),
                Place(PRODUCT, product, currency),
            ]
            for place in (*places, *(Place(RULE, rule, currency) for rule in rules[line])):
                found.setdefault(place, [0, 0])[side] += amount
    return found


def _rules(weights: Iterable[Weight]) -> dict[str, dict[str, None]]:
    """Return the rules of each line, each once."""
    found: dict[str, dict[str, None]] = {}
    for weight in weights:
        found.setdefault(weight.line, {}).update(dict.fromkeys(weight.rules))
    return found
