"""The choice in whole numbers: smallest units of goods, the weight that all share as a divisor, minor units of money."""

from collections.abc import Sequence
from functools import cached_property
from math import gcd
from typing import Final, NamedTuple

ENDLESS: Final = 10**15
# Sums of weights are listed one by one up to here; beyond, a step's whole limit is counted on, which proves a little less.
MOST_SUMS: Final = 1 << 16


class Line(NamedTuple):
    """A line: how many units, what one weighs and is worth unserved, what each house has of it; `alone`: from one house only."""

    quantity: int
    weight: int
    value: int
    free: tuple[int, ...]
    alone: bool


class Step(NamedTuple):
    """A parcel up to `limit` costs `price`; of a house's steps a later one holds more and costs more."""

    limit: int
    price: int


class House(NamedTuple):
    """A warehouse: what a parcel costs besides its carriage, its steps, and how many lines it can still pick."""

    fixed: int
    steps: tuple[Step, ...]
    picks: int


class Problem:
    """Lines and houses, and what holds between them."""

    def __init__(
        self, lines: Sequence[Line], houses: Sequence[House], *, per_pick: int, penalty: int, most_parcels: int
    ) -> None:
        divisor = gcd(*(line.weight for line in lines)) or 1
        self.lines = [line._replace(weight=line.weight // divisor) for line in lines]
        self.houses = [
            house._replace(steps=tuple(step._replace(limit=step.limit // divisor) for step in house.steps))
            for house in houses
        ]
        self.per_pick, self.penalty, self.most_parcels = per_pick, penalty, most_parcels

    @cached_property
    def usable(self) -> list[int]:
        """The houses that can send something, in the order in which they are asked."""
        return [
            place
            for place, house in enumerate(self.houses)
            if house.steps and house.picks > 0 and any(line.free[place] for line in self.lines)
        ]

    @cached_property
    def limits(self) -> list[list[int]]:
        """For each house and step the most that can really be filled into it: no sum of whole units lies between that and the limit."""
        return [self._fillable(place) for place in range(len(self.houses))]

    def _fillable(self, place: int) -> list[int]:
        steps = self.houses[place].steps
        goods = [(line.weight, min(line.free[place], line.quantity)) for line in self.lines if line.weight]
        whole = sum(weight * count for weight, count in goods)
        finite = max((step.limit for step in steps if step.limit < whole), default=0)
        if finite > MOST_SUMS:
            return [min(step.limit, whole) for step in steps]
        sums = _sums(goods, finite)
        return [whole if step.limit >= whole else _highest(sums, step.limit) for step in steps]


def _sums(goods: Sequence[tuple[int, int]], most: int) -> int:
    """Return the sums of weights that can be packed, as the set bits of a number."""
    mask, sums = (1 << (most + 1)) - 1, 1
    for weight, count in goods:
        part = 1
        while count > 0:
            taken = min(part, count)
            sums = (sums | sums << (weight * taken)) & mask
            count -= taken
            part *= 2
    return sums


def _highest(sums: int, limit: int) -> int:
    return (sums & ((1 << (limit + 1)) - 1)).bit_length() - 1
