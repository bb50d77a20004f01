"""What parcels of one set of warehouses cost: combinations of steps, the cheapest first."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple


class _Front(NamedTuple):
    """The ways to hold weight that are worth having: limits and prices, both rising."""

    limits: list[int]
    prices: list[int]

    def price_of(self, weight: int) -> int | None:
        """Return the least price that holds a weight, None when none does."""
        place = bisect_left(self.limits, weight)
        return self.prices[place] if place < len(self.limits) else None


def _front(pairs: list[tuple[int, int]]) -> _Front:
    """Return the front of (price, limit) pairs."""
    pairs.sort(key=lambda pair: (pair[0], -pair[1]))
    limits, prices = list[int](), list[int]()
    for price, limit in pairs:
        if not limits or limit > limits[-1]:
            limits.append(limit)
            prices.append(price)
    return _Front(limits, prices)


class Carriage:
    """The steps of some houses, none below what only that house can hold; together they hold `weight` at least."""

    def __init__(self, prices: Sequence[Sequence[int]], limits: Sequence[Sequence[int]], weight: int) -> None:
        self.prices, self.limits, self.weight = prices, limits, weight
        self.rest = [_Front([0], [0])]  # of no house, of the last, of the last two, …
        for price, limit in zip(reversed(prices), reversed(limits), strict=True):
            last = self.rest[-1]
            pairs = [
                (p + q, w + v)
                for p, w in zip(price, limit, strict=True)
                for q, v in zip(last.prices, last.limits, strict=True)
            ]
            self.rest.append(_front(pairs))

    @property
    def least(self) -> int | None:
        """The least price that holds the weight; None when no steps do."""
        return self.rest[-1].price_of(self.weight)

    def combinations(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield (price, limits) of every combination that holds the weight, the cheapest first; no other one is looked at."""
        count = len(self.prices)
        least = self.least
        heap: list[tuple[int, int, tuple[int, ...], int, int]] = []
        if least is not None:
            heap.append((least, 0, (), 0, 0))
        while heap:
            bound, minus_depth, chosen, spent, held = heappop(heap)
            depth = -minus_depth
            if depth == count:
                yield bound, tuple(self.limits[s][step] for s, step in enumerate(chosen))
                continue
            behind = self.rest[count - depth - 1]
            for step, (price, limit) in enumerate(zip(self.prices[depth], self.limits[depth], strict=True)):
                left = behind.price_of(max(0, self.weight - held - limit))
                if left is not None:
                    entry = (spent + price + left, minus_depth - 1, (*chosen, step), spent + price, held + limit)
                    heappush(heap, entry)
