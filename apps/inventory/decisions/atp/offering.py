"""What can still be promised, day by day: supply less demand, backward first, forward for what is still short."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from apps.inventory.decisions.atp.nouns import ANY_QUANTITY, Day, Need, Rule, Source
from apps.inventory.decisions.atp.pegging import peg, served_of_intervals


class Offer(NamedTuple):
    """The days on which something changes; `accumulates` as the rule says. `endless_from`: from that day on anything can be had."""

    days: tuple[Day, ...]
    accumulates: bool
    endless_from: int | None = None

    def at(self, day: int) -> int:
        """Return what can be promised for a day; never below zero."""
        if self.endless_from is not None and day >= self.endless_from:
            return ANY_QUANTITY
        place = bisect_right(self.days, day, key=lambda each: each.day) - 1
        if place < 0 or not (self.accumulates or self.days[place].day == day):
            return 0
        return max(self.days[place].offered, 0)


def offer(sources: Sequence[Source], needs: Sequence[Need], rule: Rule) -> Offer:
    """Return what is offered beside the needs that are there.

    (1) backward: each day that is short takes from what earlier days have left, the latest first. (2) forward: what is still short
    takes from the next days. (3) a day offers what is left of it, or of it and all days before. A day that stays short shows its
    shortage below zero and carries nothing on. Goods that expire are matched instead of summed: see `offer_of_intervals`.
    """
    if any(source.until is not None for source in sources):
        return offer_of_intervals(sources, needs, rule)
    supply, demand = _by_day(sources), _by_day(needs)
    days = sorted(supply.keys() | demand.keys() | {0})
    net = [supply.get(day, 0) - demand.get(day, 0) for day in days]
    if rule.backward:
        _take_backward(net)
    if rule.forward:
        _take_forward(net)
    shown = _accumulated(net) if rule.accumulate else net
    found = [
        Day(day, supply.get(day, 0), demand.get(day, 0), left, offered)
        for day, left, offered in zip(days, net, shown, strict=True)
    ]
    return Offer(tuple(found), rule.accumulate, rule.infinite_after_days)


def offer_of_intervals(sources: Sequence[Source], needs: Sequence[Need], rule: Rule) -> Offer:
    """Return what is offered where goods expire: for each day the most that one more need of that day gets while every other need
    gets what it gets now. What is short and served later, where the rule looks forward, counts on the day on which it is served."""
    supply, demand = _by_day(sources), _by_day(needs)
    gone = {source.until + 1 for source in sources if source.until is not None}
    days = sorted(supply.keys() | demand.keys() | gone | {0})
    asked = _as_served(sources, needs, rule) if rule.forward else needs
    served = served_of_intervals(sources, asked)
    found = []
    for day in days:
        offered = _most(sources, asked, day, served)
        found.append(Day(day, supply.get(day, 0), demand.get(day, 0), offered, offered))
    return Offer(tuple(found), True, rule.infinite_after_days)


def _as_served(sources: Sequence[Source], needs: Sequence[Need], rule: Rule) -> list[Need]:
    """Return the needs with what is late on the day on which it is served."""
    pegging = peg(sources, needs, rule)
    days = {need.key: need.day for need in needs}
    late = [Need(f"{each.need} late", each.day, each.quantity) for each in pegging.pegs if each.day > days[each.need]]
    return [need._replace(quantity=need.quantity - pegging.late.get(need.key, 0)) for need in needs] + late


def _most(sources: Sequence[Source], needs: Sequence[Need], day: int, served: int) -> int:
    able = sum(s.quantity for s in sources if s.day <= day and (s.until is None or day <= s.until))
    more = [*needs, Need("", day, able)]
    return served_of_intervals(sources, more) - served


def _by_day(rows: Iterable[Source | Need]) -> Mapping[int, int]:
    sums: dict[int, int] = {}
    for row in rows:
        sums[row.day] = sums.get(row.day, 0) + row.quantity
    return sums


def _take_backward(net: list[int]) -> None:
    """Let days that are short take from earlier surpluses, the latest first; each surplus is used up once."""
    surplus: list[int] = []
    for place, quantity in enumerate(net):
        while quantity < 0 and surplus:
            part = min(-quantity, net[surplus[-1]])
            net[surplus[-1]] -= part
            quantity += part
            if not net[surplus[-1]]:
                surplus.pop()
        net[place] = quantity
        if quantity > 0:
            surplus.append(place)


def _take_forward(net: list[int]) -> None:
    """Let what is still short, the earliest first, take from the surpluses of the next days."""
    owing: list[int] = []
    first = 0
    for place, quantity in enumerate(net):
        if quantity < 0:
            owing.append(place)
        while quantity > 0 and first < len(owing):
            part = min(quantity, -net[owing[first]])
            net[owing[first]] += part
            quantity -= part
            first += net[owing[first]] == 0
        net[place] = quantity


def _accumulated(net: Sequence[int]) -> list[int]:
    sums = accumulate(max(quantity, 0) for quantity in net)
    return [quantity if quantity < 0 else total for quantity, total in zip(net, sums, strict=True)]
