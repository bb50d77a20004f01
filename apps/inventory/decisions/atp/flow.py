"""The cheapest way to serve needs from sources: a transport problem in whole numbers, by shortest augmenting paths."""

from collections.abc import Sequence
from typing import Final

_FAR: Final = 1 << 200


def cheapest(wanted: Sequence[int], able: Sequence[int], costs: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return how much of each need comes from each source; `costs[need][source]` is that of one part, none below zero.

    All that is wanted is served: `able` must come to at least as much. Exact: one need after the other takes the cheapest path on which
    earlier ones may move over.
    """
    return _Transport(wanted, able, costs).solved()


class _Transport:
    """Needs are the nodes 0 to n-1, sources those after them; potentials keep the remaining costs at or above zero."""

    def __init__(self, wanted: Sequence[int], able: Sequence[int], costs: Sequence[Sequence[int]]) -> None:
        self.wanted, self.left, self.costs = wanted, list(able), costs
        self.needs, self.sources = len(wanted), len(able)
        self.flow = [[0] * self.sources for _ in wanted]
        self.potential = [0] * (self.needs + self.sources)

    def solved(self) -> list[list[int]]:
        for need, quantity in enumerate(self.wanted):
            rest = quantity
            while rest:
                rest -= self._augment(need, rest)
        return self.flow

    def _augment(self, need: int, rest: int) -> int:
        path = self._path(need)
        part = min(rest, self.left[path[-1] - self.needs])
        for place in range(1, len(path) - 1, 2):
            part = min(part, self.flow[path[place + 1]][path[place] - self.needs])
        for place in range(len(path) - 1):
            one, other = path[place], path[place + 1]
            if one < self.needs:
                self.flow[one][other - self.needs] += part
            else:
                self.flow[other][one - self.needs] -= part
        self.left[path[-1] - self.needs] -= part
        return part

    def _path(self, need: int) -> list[int]:
        """Return the cheapest path from a need to a source that has something left, and bring the potentials up to it."""
        size = self.needs + self.sources
        far, came, done = [_FAR] * size, [-1] * size, [False] * size
        far[need] = 0
        while True:
            at = min((node for node in range(size) if not done[node]), key=lambda node: far[node])
            if far[at] == _FAR:
                raise ValueError("less can come than is wanted")
            done[at] = True
            if at >= self.needs and self.left[at - self.needs]:
                break
            for node, cost in self._next(at):
                if not done[node] and (reached := far[at] + cost) < far[node]:
                    far[node], came[node] = reached, at
        for node in range(size):
            self.potential[node] += min(far[node], far[at])
        path = [at]
        while path[-1] != need:
            path.append(came[path[-1]])
        return path[::-1]

    def _next(self, at: int) -> list[tuple[int, int]]:
        height = self.potential[at]
        if at < self.needs:
            row = self.costs[at]
            return [(self.needs + s, row[s] + height - self.potential[self.needs + s]) for s in range(self.sources)]
        column = at - self.needs
        return [
            (need, height - self.potential[need] - self.costs[need][column])
            for need in range(self.needs)
            if self.flow[need][column]
        ]
