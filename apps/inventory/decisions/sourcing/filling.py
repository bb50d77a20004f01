"""Can the lines be packed into parcels of these weights: looked for unit by unit, and proven when they cannot."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from apps.inventory.decisions.sourcing.problem import ENDLESS, Problem

Share = tuple[tuple[int, int], ...]  # (house within the set, units) of one line

# A search that has looked at so many ways is given up; what was found until then is told as not proven.
MOST_LOOKS: Final = 300_000


class Patience:
    """Counts looks over a whole search."""

    __slots__ = ("left",)

    def __init__(self, looks: int = MOST_LOOKS) -> None:
        self.left = looks


class OutOfPatience(Exception):
    """Too many ways to look at all of them."""


class Filled(NamedTuple):
    """Who sends what, by line; the picks that it takes and the value that it leaves."""

    shares: tuple[Share, ...]
    parts: int
    unserved: int


class Packing:
    """The lines over one set of houses. Lines are packed in the order in which they leave the least choice."""

    def __init__(self, problem: Problem, houses: Sequence[int], patience: Patience) -> None:
        self.houses, self.patience = houses, patience
        lines = problem.lines
        order = sorted(
            range(len(lines)),
            key=lambda i: (sum(1 for h in houses if lines[i].free[h]), -lines[i].weight * lines[i].quantity, i),
        )
        self.order = order
        self.lines = [lines[i] for i in order]
        self.free = [[line.free[h] for h in houses] for line in self.lines]
        self.picks = [problem.houses[h].picks for h in houses]
        self.most = [self._most(i) for i in range(len(order))]
        self.least_unserved = sum(
            line.value * (line.quantity - most) for line, most in zip(self.lines, self.most, strict=True)
        )
        self.needs = [self._parts(i) for i in range(len(order))]
        self.least_parts = sum(self.needs)
        self.is_tight = min(self.picks) < len(self.lines)
        self.worth = [line.value * most for line, most in zip(self.lines, self.most, strict=True)]
        self.subsets = [[s for s in range(len(houses)) if mask >> s & 1] for mask in range(1, 1 << len(houses))]
        self.forced = self._forced()

    def _forced(self) -> list[list[int]]:
        """Return, for the lines from each place on, the weight that only a subset of the houses can hold, by subset."""
        suffix = [[0] * len(self.subsets)]
        for i in range(len(self.lines) - 1, -1, -1):
            weight, most = self.lines[i].weight, self.most[i]
            own = [weight * max(0, most - self._outside(i, subset)) for subset in self.subsets] if weight else None
            last = suffix[-1]
            suffix.append(last if own is None else [a + b for a, b in zip(last, own, strict=True)])
        return suffix[::-1]

    def _most(self, i: int) -> int:
        line = self.lines[i]
        return min(line.quantity, max(self.free[i]) if line.alone else sum(self.free[i]))

    def _parts(self, i: int) -> int:
        """Return the fewest houses that serve as much of a line as can be."""
        left, parts = self.most[i], 0
        for free in sorted(self.free[i], reverse=True):
            if left <= 0:
                break
            left -= free
            parts += 1
        return parts

    def _outside(self, i: int, subset: Sequence[int]) -> int:
        others = [free for s, free in enumerate(self.free[i]) if s not in subset]
        if not others:
            return 0
        return max(others) if self.lines[i].alone else sum(others)

    def losses(self, start: int, hands: int) -> int:
        """Return the least value that waits of the lines from a place on when only so many can be picked."""
        worth = sorted(each for each in self.worth[start:] if each)
        return sum(worth[: len(worth) - hands]) if hands < len(worth) else 0

    def fill(self, limits: Sequence[int], *, parts: int, unserved: int) -> Filled | None:
        """Return a packing within these weights, at most so many picks and at most so much unserved value; None: there is none."""
        if unserved < self.least_unserved or parts < 0:
            return None
        exact = unserved == self.least_unserved
        search = _Search(self, exact=exact)
        shares = search.dive(0, tuple(limits), tuple(self.picks), parts, unserved - self.least_unserved)
        if shares is None:
            return None
        return self._filled(shares)

    def _filled(self, shares: list[Share]) -> Filled:
        by_line: list[Share] = [()] * len(self.lines)
        left = 0
        for i, share in enumerate(shares):
            by_line[self.order[i]] = tuple((self.houses[s], count) for s, count in share)
            left += self.lines[i].value * (self.lines[i].quantity - sum(count for _, count in share))
        return Filled(tuple(by_line), sum(len(share) for share in shares), left)


class _Search:
    """One depth-first search, line by line; states that failed are not entered again."""

    def __init__(self, packing: Packing, *, exact: bool) -> None:
        self.packing, self.exact = packing, exact
        self.failed: set[tuple[object, ...]] = set()
        count = len(packing.lines)
        needs = packing.needs if exact else [0] * count
        self.parts_after = [sum(needs[i:]) for i in range(count + 1)]

    def dive(self, i: int, caps: tuple[int, ...], picks: tuple[int, ...], parts: int, spare: int) -> list[Share] | None:
        if i == len(self.packing.lines):
            return []
        if parts < self.parts_after[i] or not self._fits(i, caps):
            return None
        if not self.exact and self.packing.losses(i, min(parts, sum(picks))) > spare:
            return None
        state = (i, caps, picks, parts, spare)
        if state in self.failed:
            return None
        patience = self.packing.patience
        for share, loss in self._ways(i, caps, picks, parts - self.parts_after[i + 1], spare):
            patience.left -= 1
            if patience.left < 0:
                raise OutOfPatience
            rest = self.dive(i + 1, *self._after(i, share, caps, picks), parts - len(share), spare - loss)
            if rest is not None:
                return [share, *rest]
        self.failed.add(state)
        return None

    def _fits(self, i: int, caps: tuple[int, ...]) -> bool:
        """Say whether every subset of the houses can hold what only it can hold (by max-flow = min-cut, in parts of units)."""
        if not self.exact:
            return True
        return all(
            weight <= sum(caps[s] for s in subset)
            for weight, subset in zip(self.packing.forced[i], self.packing.subsets, strict=True)
            if weight
        )

    def _after(
        self, i: int, share: Share, caps: tuple[int, ...], picks: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        left, hands, weight = list(caps), list(picks), self.packing.lines[i].weight
        for s, count in share:
            left[s] -= weight * count
            hands[s] -= 1
        return tuple(left), tuple(hands) if self.packing.is_tight else picks

    def _ways(
        self, i: int, caps: tuple[int, ...], picks: tuple[int, ...], parts: int, spare: int
    ) -> Iterator[tuple[Share, int]]:
        """Yield the ways to serve a line and the value that each leaves beyond the least, the fullest first, the fewest picks first."""
        line, most = self.packing.lines[i], self.packing.most[i]
        able = [
            min(free, (cap // line.weight) if line.weight else ENDLESS) if hands > 0 else 0
            for free, cap, hands in zip(self.packing.free[i], caps, picks, strict=True)
        ]
        places = sorted((s for s, count in enumerate(able) if count), key=lambda s: (-caps[s], s))
        widest = min(parts, 1 if line.alone else len(places), len(places))
        lowest = 0 if line.value * most <= spare else max(0, most - spare // line.value)
        for target in range(most, lowest - 1, -1):
            loss = line.value * (most - target)
            if target == 0:
                yield (), loss
                continue
            for width in range(1, min(widest, target) + 1):
                for chosen in combinations(places, width):
                    if sum(able[s] for s in chosen) >= target:
                        for share in _spread(chosen, target, able, line.weight):
                            yield share, loss


def _spread(chosen: tuple[int, ...], target: int, able: Sequence[int], weight: int) -> Iterator[Share]:
    """Yield every way to take `target` units from all of these houses; one way where units weigh nothing."""
    head, rest = chosen[0], chosen[1:]
    if not rest:
        yield ((head, target),)
        return
    behind = sum(able[s] for s in rest)
    for count in range(min(able[head], target - len(rest)), max(1, target - behind) - 1, -1):
        for tail in _spread(rest, target - count, able, weight):
            yield ((head, count), *tail)
            if not weight:
                return
