"""New days for promises that cannot be kept: the cheapest way, and the other ways beside it.

Promises that can be kept stay as they are and keep what serves them; the broken ones share the rest. Each part of a need costs so much
for each day that it is late, and extra carriage where it comes from another warehouse than it was to come from. What nothing is to come
for costs as if it came on the day after the horizon.

Costs are kept by currency and never added over currencies. Where needs are worth money in several, a weight says what one part of a cost
counts when ways are compared; it decides nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from apps.inventory.decisions.atp.flow import cheapest
from apps.inventory.decisions.atp.nouns import Need, Pegged, Rule, Source
from apps.inventory.decisions.atp.pegging import in_turn, peg, take_latest

# Costs are whole numbers of the billionth part of a minor unit.
COST_PARTS: Final = 10**9
# Broken promises and sources beyond these are served in the order of the promises, after the others.
MOST_WEIGHED: Final = 60


class Late(NamedTuple):
    """A broken need: what a day of delay of one part of it costs, and what a part costs from another warehouse than `home`.

    Both in `currency`, of which one part counts `weight` when ways are compared.
    """

    need: Need
    per_day: int = 0
    home: str = ""
    per_move: int = 0
    currency: str = ""
    weight: int = 1


class Way(NamedTuple):
    """A re-plan: from where each broken need comes, its new day (None: nothing is to come for all of it), and what that costs.

    `costs` are by currency; `cost` is what they count together when ways are compared.
    """

    name: str
    pegs: tuple[Pegged, ...]
    days: Mapping[str, int | None]
    cost: int
    costs: Mapping[str, int]


def replan(sources: Sequence[Source], kept: Sequence[Need], broken: Sequence[Late], rule: Rule) -> list[Way]:
    """Return the ways to serve the broken needs, the cheapest first; ways with the same days stand once.

    `cheapest` is the least cost of all ways (a transport problem, exact for the first MOST_WEIGHED needs); `in_order` serves them in
    the order of their promises, which is what happens when nobody does anything; `fewest_moved` keeps small promises first.
    """
    left = peg(sources, kept, rule._replace(forward=False)).left
    last = max((late.need.day for late in broken), default=0)
    open_sources = [
        source._replace(quantity=left[source.key])
        for source in sources
        if left[source.key] and (source.until is None or source.until >= last)
    ]
    by_rank = sorted(broken, key=lambda late: (late.need.rank, late.need.key))
    small = sorted(broken, key=lambda late: (late.need.quantity, late.need.rank, late.need.key))
    ways = [
        _way("cheapest", _cheapest(open_sources, by_rank, rule), open_sources, by_rank, rule),
        _way("in_order", _in_turn(open_sources, by_rank), open_sources, by_rank, rule),
        _way("fewest_moved", _whole_first(open_sources, small), open_sources, by_rank, rule),
    ]
    distinct: dict[tuple[tuple[str, int | None], ...], Way] = {}
    for way in sorted(ways, key=lambda way: way.cost):
        distinct.setdefault(tuple(sorted(way.days.items())), way)
    return list(distinct.values())


def cost_of(late: Late, source: Source | None, rule: Rule) -> int:
    """Return what one part of a need costs from a source; None: nothing is to come for it."""
    if source is None:
        return (rule.horizon_days + 1) * late.per_day
    days = max(source.day - late.need.day, 0)
    return days * late.per_day + (late.per_move if source.warehouse != late.home else 0)


def _cheapest(sources: Sequence[Source], broken: Sequence[Late], rule: Rule) -> list[Pegged]:
    weighed, rest = broken[:MOST_WEIGHED], broken[MOST_WEIGHED:]
    ordered = sorted(sources, key=lambda source: (source.day, source.place, source.key))[:MOST_WEIGHED]
    costs = [[cost_of(late, source, rule) * late.weight for source in (*ordered, None)] for late in weighed]
    wanted = [late.need.quantity for late in weighed]
    flow = cheapest(wanted, [*(source.quantity for source in ordered), sum(wanted)], costs)
    pegs = [
        Pegged(late.need.key, source.key, quantity, source.day)
        for late, row in zip(weighed, flow, strict=True)
        for source, quantity in zip(ordered, row, strict=False)
        if quantity
    ]
    return pegs + _in_turn(_less(sources, pegs), rest) if rest else pegs


def _less(sources: Sequence[Source], pegs: Sequence[Pegged]) -> list[Source]:
    left = {source.key: source.quantity for source in sources}
    for each in pegs:
        left[each.source] -= each.quantity
    return [source._replace(quantity=left[source.key]) for source in sources]


def _in_turn(sources: Sequence[Source], broken: Sequence[Late]) -> list[Pegged]:
    """Serve in the order given: in time from the latest, then from the next to come."""
    return list(peg(sources, [late.need._replace(rank=(place,)) for place, late in enumerate(broken)], Rule()).pegs)


def _whole_first(sources: Sequence[Source], broken: Sequence[Late]) -> list[Pegged]:
    """Keep the day of each need that can be served whole, in the order given; the others take what is left."""
    left = {source.key: source.quantity for source in sources}
    ordered = in_turn(sources)
    pegs: list[Pegged] = []
    others: list[Late] = []
    for late in broken:
        trial = dict(left)
        taken, short = take_latest(ordered, trial, late.need)
        if short:
            others.append(late)
        else:
            left, pegs = trial, [*pegs, *taken]
    return pegs + _in_turn(_less(sources, pegs), others)


def _way(name: str, pegs: Sequence[Pegged], sources: Sequence[Source], broken: Sequence[Late], rule: Rule) -> Way:
    by_key = {source.key: source for source in sources}
    served: dict[str, int] = {}
    last: dict[str, int] = {}
    own: dict[str, int] = {}
    late_of = {late.need.key: late for late in broken}
    for each in pegs:
        served[each.need] = served.get(each.need, 0) + each.quantity
        last[each.need] = max(last.get(each.need, 0), each.day)
        own[each.need] = own.get(each.need, 0) + each.quantity * cost_of(late_of[each.need], by_key[each.source], rule)
    days: dict[str, int | None] = {}
    for late in broken:
        unserved = late.need.quantity - served.get(late.need.key, 0)
        own[late.need.key] = own.get(late.need.key, 0) + unserved * cost_of(late, None, rule)
        days[late.need.key] = None if unserved else max(last.get(late.need.key, 0), late.need.day)
    costs: dict[str, int] = {}
    for late in broken:
        costs[late.currency] = costs.get(late.currency, 0) + own[late.need.key]
    return Way(name, tuple(pegs), days, sum(own[late.need.key] * late.weight for late in broken), costs)
