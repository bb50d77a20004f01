"""Bounds of what a set of warehouses can do: never more unserved and never dearer than it really is.

Carriage is bounded by Lagrange: whatever a kilogram is priced at (lambda), a house's steps cost at least `price - lambda x limit` beside
the price of all the weight. That adds up house by house, for a few lambdas at once, and the best of them counts.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from apps.inventory.decisions.sourcing.problem import Problem

# Costs are multiplied by this, so that prices of weight stay whole numbers.
SCALE: Final = 1 << 20
LAMBDAS: Final = 6


class Bound(NamedTuple):
    """What a set of houses leaves unserved and costs at least."""

    unserved: int
    cost: int
    size: int
    houses: tuple[int, ...]


class _Node(NamedTuple):
    """A set of houses while it grows: what it has of each line, its base costs by lambda, the lines that it can pick."""

    houses: tuple[int, ...]
    cover: list[int]
    base: list[int]
    hands: int


class Bounds:
    """The bounds of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.usable = problem.usable
        self.value = [line.value for line in problem.lines]
        self.weight = [line.weight for line in problem.lines]
        self.wanted = [line.quantity for line in problem.lines]
        self.alone = [line.alone for line in problem.lines]
        self.free = {h: [line.free[h] for line in problem.lines] for h in self.usable}
        self.lambdas = self._lambdas()
        self.base = {h: self._base(h) for h in self.usable}
        self.more = self._more()
        self.cheapest = self._cheapest()

    def _lambdas(self) -> list[int]:
        """Return prices of weight: nothing, and some of those at which the houses' steps rise."""
        slopes = set()
        for h in self.usable:
            steps, limits = self.problem.houses[h].steps, self.problem.limits[h]
            for i in range(len(steps)):
                for j in range(i + 1, len(steps)):
                    if limits[j] > limits[i]:
                        slopes.add((steps[j].price - steps[i].price) * SCALE // (limits[j] - limits[i]))
        ordered = sorted(slopes)
        count = min(LAMBDAS, len(ordered))
        return [0, *(ordered[(2 * n + 1) * len(ordered) // (2 * count)] for n in range(count))]

    def _base(self, h: int) -> list[int]:
        house, limits = self.problem.houses[h], self.problem.limits[h]
        fixed = (house.fixed + self.problem.penalty) * SCALE
        return [
            fixed + min(step.price * SCALE - each * limit for step, limit in zip(house.steps, limits, strict=True))
            for each in self.lambdas
        ]

    def _more(self) -> list[list[list[int]]]:
        """Return, by place among the usable and number of houses, how much of each line those from there on can add at most."""
        most = self.problem.most_parcels
        table = []
        for start in range(len(self.usable) + 1):
            stocks = [
                sorted((self.free[h][i] for h in self.usable[start:]), reverse=True) for i in range(len(self.wanted))
            ]
            table.append(
                [
                    [sum(stock[: 1 if single else count]) for stock, single in zip(stocks, self.alone, strict=True)]
                    for count in range(most + 1)
                ]
            )
        return table

    def _cheapest(self) -> list[list[list[int]]]:
        """Return, by place among the usable and number of houses, the least that one to so many of those from there on add, by lambda."""
        most = self.problem.most_parcels
        table = []
        for start in range(len(self.usable)):
            columns = [sorted(self.base[h][n] for h in self.usable[start:]) for n in range(len(self.lambdas))]
            table.append(
                [
                    [column[0] + sum(each for each in column[1:count] if each < 0) for column in columns]
                    for count in range(1, most + 1)
                ]
            )
        return table

    def root(self) -> _Node:
        """Return the empty set."""
        return _Node((), [0] * len(self.wanted), [-self.problem.penalty * SCALE] * len(self.lambdas), 0)

    def grown(self, node: _Node, house: int) -> _Node:
        """Return a set with one more house."""
        return _Node(
            (*node.houses, house),
            self._added(node.cover, self.free[house]),
            [a + b for a, b in zip(node.base, self.base[house], strict=True)],
            node.hands + self.problem.houses[house].picks,
        )

    def _added(self, cover: Sequence[int], more: Sequence[int]) -> list[int]:
        return [
            (has if has > own else own) if single else has + own
            for has, own, single in zip(cover, more, self.alone, strict=True)
        ]

    def of(self, node: _Node) -> Bound:
        """Return the bound of exactly this set."""
        unserved, cost = self._figures(node.cover, node.base, node.hands, len(node.houses))
        return Bound(unserved, cost, len(node.houses), node.houses)

    def beyond(self, node: _Node, start: int) -> tuple[int, int]:
        """Return (unserved, cost) that no larger set can go below which adds houses from this place among the usable on."""
        room = self.problem.most_parcels - len(node.houses)
        cover = self._added(node.cover, self.more[start][room])
        base = [a + b for a, b in zip(node.base, self.cheapest[start][room - 1], strict=True)]
        return self._figures(cover, base, len(self.wanted), len(node.houses) + 1)

    def _figures(self, cover: Sequence[int], base: Sequence[int], hands: int, size: int) -> tuple[int, int]:
        served = [has if has < wanted else wanted for has, wanted in zip(cover, self.wanted, strict=True)]
        unserved = weight = lines = 0
        for value, heavy, wanted, count in zip(self.value, self.weight, self.wanted, served, strict=True):
            unserved += value * (wanted - count)
            weight += heavy * count
            lines += count > 0
        if (
            hands < lines
        ):  # so many lines cannot be picked: the least valuable ones wait, and nobody knows what they weigh
            worth = sorted(value * count for value, count in zip(self.value, served, strict=True) if count)
            unserved += sum(worth[: lines - hands])
            lines, weight = hands, 0
        carriage = max(each * weight + least for each, least in zip(self.lambdas, base, strict=True))
        return unserved, -(-carriage // SCALE) + self.problem.per_pick * max(size, lines)

    def sets(self, most: tuple[int, int] | None) -> Iterator[Bound]:
        """Yield every set of houses whose bound (unserved, cost) is not above `most`; None: all."""
        yield from self._sets(self.root(), 0, most)

    def _sets(self, node: _Node, start: int, most: tuple[int, int] | None) -> Iterator[Bound]:
        for index in range(start, len(self.usable)):
            child = self.grown(node, self.usable[index])
            bound = self.of(child)
            if most is None or (bound.unserved, bound.cost) <= most:
                yield bound
            can_grow = len(child.houses) < self.problem.most_parcels and index + 1 < len(self.usable)
            if can_grow and (most is None or self.beyond(child, index + 1) <= most):
                yield from self._sets(child, index + 1, most)

    def promising(self, width: int) -> Iterator[list[Bound]]:
        """Yield, size by size, the sets that look best when only so many are grown further."""
        nodes = [self.root()]
        for _ in range(self.problem.most_parcels):
            children = {}
            for node in nodes:
                for house in self.usable:
                    if house not in node.houses:
                        children[tuple(sorted((*node.houses, house)))] = (node, house)
            rows = [
                (self.of(self.grown(node, house))._replace(houses=key), node, house)
                for key, (node, house) in children.items()
            ]
            rows.sort(key=lambda row: row[0])
            if not rows:
                return
            yield [bound for bound, _, _ in rows[:width]]
            nodes = [self.grown(node, house) for _, node, house in rows[:width]]
