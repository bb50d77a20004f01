"""Naming the sources of needs.

The sources that a need can take from are those of the days up to its own: nested prefixes. Taking the latest first therefore leaves, for
each day, the same sum of earlier goods in whichever order the needs are served; the order only decides who is named, and who is short.
Goods that expire are intervals, not prefixes: there needs go by their days, the goods that expire first before the others.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from apps.inventory.decisions.atp.nouns import Need, Pegged, Pegging, Rule, Source


def peg(sources: Sequence[Source], needs: Sequence[Need], rule: Rule) -> Pegging:
    """Serve the needs by rank, each from the latest source that comes by its day, on one day the warehouse that is asked first.

    What is short then takes from the next source to come, where the rule looks forward: late, but named.
    """
    pegs: list[Pegged] = []
    left = {source.key: source.quantity for source in sources}
    if any(source.until is not None for source in sources):
        short = _peg_intervals(sources, needs, left, pegs)
    else:
        short = _peg_prefixes(sources, needs, rule, left, pegs)
    late = dict[str, int]()
    if rule.forward:
        _peg_forward(sources, needs, short, left, pegs, late)
    return Pegging(tuple(pegs), left, short, late)


def take_latest(sources: Iterable[Source], left: dict[str, int], need: Need) -> tuple[list[Pegged], int]:
    """Take a need's quantity from what is left by its day, the latest first; `sources` in the order of `in_turn`.

    Returns the pegs and what is short; lowers what is left.
    """
    pegs, rest = [], need.quantity
    for source in sources:
        if not rest:
            break
        if source.day <= need.day and (part := min(rest, left[source.key])):
            left[source.key] -= part
            rest -= part
            pegs.append(Pegged(need.key, source.key, part, source.day))
    return pegs, rest


def in_turn(sources: Iterable[Source]) -> list[Source]:
    """Return sources in the order in which a need takes from them: the latest first, on one day by place and key."""
    return sorted(sources, key=lambda source: (-source.day, source.place, source.key))


def served_of_intervals(sources: Sequence[Source], needs: Sequence[Need]) -> int:
    """Return how much of all needs can be served on their days from goods that are there from their day until they expire."""
    left = {source.key: source.quantity for source in sources}
    pegs: list[Pegged] = []
    _peg_intervals(sources, needs, left, pegs)
    return sum(peg.quantity for peg in pegs)


def _peg_prefixes(
    sources: Sequence[Source], needs: Sequence[Need], rule: Rule, left: dict[str, int], pegs: list[Pegged]
) -> dict[str, int]:
    short: dict[str, int] = {}
    stock = _Latest(in_turn(sources), left) if rule.backward else None
    for need in sorted(needs, key=lambda need: (need.rank, need.key)):
        if stock is not None:
            taken, rest = stock.take(need)
        else:
            taken, rest = take_latest(in_turn(s for s in sources if s.day == need.day), left, need)
        pegs += taken
        if rest:
            short[need.key] = rest
    return short


class _Latest:
    """Takes the latest first and never looks twice at a source that is used up (each remembers the next one worth asking)."""

    def __init__(self, ordered: Sequence[Source], left: dict[str, int]) -> None:
        self.ordered, self.left = ordered, left
        self.days = [-source.day for source in ordered]
        self.next = list(range(len(ordered) + 1))

    def take(self, need: Need) -> tuple[list[Pegged], int]:
        pegs, rest = [], need.quantity
        place = self._first(_first_by(self.days, -need.day))
        while rest and place < len(self.ordered):
            source = self.ordered[place]
            part = min(rest, self.left[source.key])
            if part:
                self.left[source.key] -= part
                rest -= part
                pegs.append(Pegged(need.key, source.key, part, source.day))
            if not self.left[source.key]:
                self.next[place] = place + 1
            place = self._first(place) if not self.left[source.key] else place
        return pegs, rest

    def _first(self, place: int) -> int:
        found = place
        while self.next[found] != found:
            found = self.next[found]
        while self.next[place] != place:
            self.next[place], place = found, self.next[place]
        return found


def _first_by(days: Sequence[int], day: int) -> int:
    low, high = 0, len(days)
    while low < high:
        middle = (low + high) // 2
        if days[middle] < day:
            low = middle + 1
        else:
            high = middle
    return low


def _peg_intervals(
    sources: Sequence[Source], needs: Sequence[Need], left: dict[str, int], pegs: list[Pegged]
) -> dict[str, int]:
    """Serve needs by their days from what is there and expires first; that serves the most of all together."""
    short: dict[str, int] = {}
    coming = sorted(sources, key=lambda source: -source.day)
    there: list[tuple[int | float, int, int, str, Source]] = []
    for need in sorted(needs, key=lambda need: (need.day, need.rank, need.key)):
        while coming and coming[-1].day <= need.day:
            source = coming.pop()
            until = float("inf") if source.until is None else source.until
            heappush(there, (until, -source.day, source.place, source.key, source))
        rest = need.quantity
        while rest and there:
            until, _, _, key, source = there[0]
            if until < need.day or not left[key]:
                heappop(there)
                continue
            part = min(rest, left[key])
            left[key] -= part
            rest -= part
            pegs.append(Pegged(need.key, key, part, source.day))
        if rest:
            short[need.key] = rest
    return short


def _peg_forward(
    sources: Sequence[Source],
    needs: Sequence[Need],
    short: dict[str, int],
    left: dict[str, int],
    pegs: list[Pegged],
    late: dict[str, int],
) -> None:
    """Let short needs, the earliest first, take from the next sources to come."""
    waiting = [need for need in needs if need.key in short]
    coming = sorted(sources, key=lambda source: (source.day, source.place, source.key))
    first = 0
    for need in sorted(waiting, key=lambda need: (need.day, need.rank, need.key)):
        rest = short[need.key]
        while first < len(coming) and not left[coming[first].key]:
            first += 1
        for source in coming[first:]:
            if not rest:
                break
            if source.day > need.day and (part := min(rest, left[source.key])):
                left[source.key] -= part
                rest -= part
                pegs.append(Pegged(need.key, source.key, part, source.day))
        if served := short[need.key] - rest:
            late[need.key] = served
