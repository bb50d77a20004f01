"""The search for the best set of warehouses: by bounds that can only be too low, so that what is passed over cannot be better."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from apps.inventory.decisions.sourcing.bounds import Bound, Bounds
from apps.inventory.decisions.sourcing.carriage import Carriage
from apps.inventory.decisions.sourcing.filling import Filled, OutOfPatience, Packing, Patience
from apps.inventory.decisions.sourcing.problem import ENDLESS, Problem

# How many sets of each size are worked out before the search, to have something that is hard to beat.
BEAM: Final = 6
FIRST: Final = 2
# They are only there to be told and to begin with: what takes too long is left to the search, if its bound is good enough.
LOOKS: Final = 1_500


class Way(NamedTuple):
    """A way to serve the lines; of two the lower key is better."""

    unserved: int
    cost: int
    size: int
    houses: tuple[int, ...]
    filled: Filled

    @property
    def key(self) -> tuple[int, int, int, tuple[int, ...]]:
        return self.unserved, self.cost, self.size, self.houses


class Found(NamedTuple):
    """The best way, what else was worked out by set of houses, how many sets were weighed, and whether the best is proven."""

    best: Way | None
    others: dict[tuple[int, ...], Way]
    looked_at: int
    is_proven: bool


class _Search:
    def __init__(self, problem: Problem, patience: Patience) -> None:
        self.problem, self.patience = problem, patience
        self.best: Way | None = None
        self.ways: dict[tuple[int, ...], Way] = {}
        self.weighed: set[tuple[int, ...]] = set()
        self.is_proven = True

    def try_out(self, houses: tuple[int, ...], *, against: Way | None) -> None:
        """Work out a set in a few looks, or leave it."""
        try:
            self._keep(houses, _best_with(self.problem, houses, against, Patience(LOOKS)))
        except OutOfPatience:
            return

    def weigh(self, houses: tuple[int, ...]) -> None:
        """Work out the best way with these houses that is better than the best one known."""
        try:
            self._keep(houses, _best_with(self.problem, houses, self.best, self.patience))
        except OutOfPatience:
            self.is_proven = False

    def _keep(self, houses: tuple[int, ...], way: Way | None) -> None:
        self.weighed.add(houses)
        if way is not None:
            self.ways[houses] = way
            if self.best is None or way.key < self.best.key:
                self.best = way


def search(problem: Problem, patience: Patience) -> Found:
    """Return the best way to serve the lines: each warehouse alone and some promising sets first, then all that may be better."""
    found, bounds = _Search(problem, patience), Bounds(problem)
    for place in problem.usable:
        found.try_out((place,), against=None)
    for size, sets in enumerate(bounds.promising(BEAM), 1):
        for number, bound in enumerate(sets[:FIRST]):
            if size > 1:
                found.try_out(bound.houses, against=None if number == 0 else found.best)
    most = None if found.best is None else (found.best.unserved, found.best.cost)
    for bound in sorted(bounds.sets(most)):
        if found.best is not None and _is_beaten(bound, found.best):
            break
        if bound.houses not in found.weighed:
            found.weigh(bound.houses)
    return Found(found.best, found.ways, len(found.weighed), found.is_proven)


def _is_beaten(bound: Bound, best: Way) -> bool:
    return tuple(bound) >= best.key


def _best_with(problem: Problem, houses: tuple[int, ...], best: Way | None, patience: Patience) -> Way | None:
    packing = Packing(problem, houses, patience)
    if best is not None and packing.least_unserved > best.unserved:
        return None
    carriage = _carriage(problem, packing, packing.forced[0])
    if carriage is not None:
        least = carriage.least
        ceiling = _ceiling(None, best, packing.least_unserved, houses)
        fixed = _fixed(problem, houses) + problem.per_pick * packing.least_parts
        if least is not None and fixed + least > ceiling:
            return None
        if packing.fill(_widest(problem, houses), parts=ENDLESS, unserved=packing.least_unserved) is not None:
            return _cheapest(problem, packing, carriage, best, packing.least_unserved)
    unserved = _least_unserved(problem, packing, None if best is None else best.unserved)
    if unserved is None:
        return None
    free = _carriage(problem, packing, [0] * len(packing.subsets))
    return None if free is None else _cheapest(problem, packing, free, best, unserved)


def _fixed(problem: Problem, houses: Sequence[int]) -> int:
    return sum(problem.houses[h].fixed for h in houses) + problem.penalty * (len(houses) - 1)


def _widest(problem: Problem, houses: Sequence[int]) -> list[int]:
    return [problem.limits[h][-1] for h in houses]


def _cheapest(problem: Problem, packing: Packing, carriage: Carriage, best: Way | None, unserved: int) -> Way | None:
    """Return the cheapest way that leaves so much unserved: steps by rising price, and for each the fewest picks."""
    houses = tuple(packing.houses)
    is_exact = unserved == packing.least_unserved
    fixed, fewest = _fixed(problem, houses), packing.least_parts if is_exact else 0
    found: Way | None = None
    for price, limits in carriage.combinations():
        room = _ceiling(found, best, unserved, houses) - fixed - price
        if room < problem.per_pick * fewest:
            break
        if is_exact and not _holds(packing, limits):
            continue
        parts = room // problem.per_pick if problem.per_pick else ENDLESS
        filled = packing.fill(limits, parts=parts, unserved=unserved)
        while filled is not None:
            found = Way(unserved, fixed + price + problem.per_pick * filled.parts, len(houses), houses, filled)
            if not problem.per_pick or filled.parts <= fewest:
                break
            filled = packing.fill(limits, parts=filled.parts - 1, unserved=unserved)
    return found


def _ceiling(found: Way | None, best: Way | None, unserved: int, houses: tuple[int, ...]) -> int:
    """Return the highest cost that would still be better than what is known."""
    if found is not None:
        return found.cost - 1
    if best is None or unserved < best.unserved:
        return ENDLESS
    return best.cost if (len(houses), houses) < (best.size, best.houses) else best.cost - 1


def _least_unserved(problem: Problem, packing: Packing, most: int | None) -> int | None:
    """Return the least value that these houses leave unserved, whatever it costs; None when it is above `most`."""
    widest = _widest(problem, packing.houses)
    least = packing.least_unserved + packing.losses(0, sum(packing.picks))
    if (most is None or least <= most) and packing.fill(widest, parts=ENDLESS, unserved=least) is not None:
        return least
    budget = most if most is not None else sum(line.value * line.quantity for line in problem.lines)
    known: int | None = None
    while (filled := packing.fill(widest, parts=ENDLESS, unserved=budget)) is not None:
        known = filled.unserved
        budget = known - 1
    return known


def _carriage(problem: Problem, packing: Packing, forced: Sequence[int]) -> Carriage | None:
    """Return the steps that can hold what only their own house has; None when some house has none."""
    prices, limits = [], []
    for s, h in enumerate(packing.houses):
        own = problem.limits[h]
        first = next((step for step, limit in enumerate(own) if limit >= forced[(1 << s) - 1]), None)
        if first is None:
            return None
        prices.append([step.price for step in problem.houses[h].steps[first:]])
        limits.append(own[first:])
    return Carriage(prices, limits, forced[-1])


def _holds(packing: Packing, limits: Sequence[int]) -> bool:
    return all(
        weight <= sum(limits[s] for s in subset)
        for weight, subset in zip(packing.forced[0], packing.subsets, strict=True)
        if weight
    )
