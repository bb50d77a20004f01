"""From facts to the choice and its explanation."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import lcm
from typing import NamedTuple

from apps.inventory.decisions.sourcing.facts import Alternative, Parcel, Picked, Sourced, SourcingFacts, Wish
from apps.inventory.decisions.sourcing.filling import Patience, Share
from apps.inventory.decisions.sourcing.problem import ENDLESS, House, Line, Problem, Step
from apps.inventory.decisions.sourcing.rules import Rules, amount, forbidden_by, offers, zone_of
from apps.inventory.decisions.sourcing.search import Found, Way, search

# Other ways that are told beside the best one.
MOST_TOLD = 30


class _Asked(NamedTuple):
    """The facts as the search sees them, and what leads back from it."""

    facts: SourcingFacts
    problem: Problem
    zones: Sequence[str]
    tables: Sequence[Sequence[tuple[Step, str]]]
    scale: Decimal
    forbidden: Mapping[tuple[int, int], str]


def choose(rules: Rules, facts: SourcingFacts) -> Sourced:
    """Return from where an order is served: exact under the model of this package, with what was rejected and its cost.

    Pure: whoever calls it reads `free` without a lock, chooses, then locks the chosen stock rows in the order of their ids and looks
    whether they still have it; when not, he reads and chooses again, at most twice, and falls back to the order of priorities. Quantities
    of the answer are takes: (line, warehouse, quantity); what is `unserved` waits. `facts.currency` is one of the tables' currencies
    (`Rules.currency_for(order's, legal entity's)`; None: the rulebook does not price this order, and priorities decide).
    """
    asked = _ask(rules, facts)
    found = search(asked.problem, Patience())
    best = found.best
    shares = best.filled.shares if best else ((),) * len(facts.wishes)
    parcels = _parcels(asked, shares, rules)
    return Sourced(
        picks=_picks(asked, shares),
        parcels=parcels,
        penalty_minor=asked.problem.penalty * max(len(parcels) - 1, 0),
        unserved=_unserved(facts, asked, shares),
        unserved_minor=_unserved_minor(facts, asked, shares),
        alternatives=_alternatives(asked, found, rules),
        is_proven=found.is_proven,
        looked_at=found.looked_at,
        warnings=_warnings(rules, facts, parcels),
    )


def _ask(rules: Rules, facts: SourcingFacts) -> _Asked:
    document, currency = rules.document, facts.currency
    zones = [zone_of(rules, facts, place) for place in facts.places]
    scale = Decimal(10) ** max((_weight_places(wish) for wish in facts.wishes), default=0)
    tables = [_table(offers(rules, facts, place, zone), scale) for place, zone in zip(facts.places, zones, strict=True)]
    forbidden = {
        (i, h): why
        for i, wish in enumerate(facts.wishes)
        for h, (place, zone) in enumerate(zip(facts.places, zones, strict=True))
        if rules.restrictions and (why := forbidden_by(rules, facts, place, zone, wish))
    }
    work, per_day = amount(document.handling.per_parcel, currency), amount(document.lead_time.cost_per_day, currency)
    houses = [
        House(
            work + per_day * document.lead_time.days_by_zone.get(zone, 0),
            tuple(step for step, _ in table),
            ENDLESS if place.picks_left is None or document.capacity == "warn" else place.picks_left,
        )
        for place, zone, table in zip(facts.places, zones, tables, strict=True)
    ]
    problem = Problem(
        _lines(rules, facts, scale, forbidden),
        houses,
        per_pick=amount(document.handling.per_pick, currency),
        penalty=amount(document.split_penalty, currency),
        most_parcels=document.most_parcels,
    )
    return _Asked(facts, problem, zones, tables, scale, forbidden)


def _weight_places(wish: Wish) -> int:
    return wish.decimals + max(0, -int((wish.weight_kg or Decimal(0)).normalize().as_tuple().exponent))


def _units(quantity: Decimal, wish: Wish) -> int:
    return int(quantity.scaleb(wish.decimals))


def _lines(rules: Rules, facts: SourcingFacts, scale: Decimal, forbidden: Mapping[tuple[int, int], str]) -> list[Line]:
    """Return the lines in whole numbers. A unit is worth its part of the line, and a little more, so that what is free is sent too."""
    counts = [_units(wish.quantity, wish) for wish in facts.wishes]
    common, little = lcm(*(count or 1 for count in counts)), sum(counts) + 1
    lines = []
    for i, (wish, count) in enumerate(zip(facts.wishes, counts, strict=True)):
        free = tuple(
            0 if (i, h) in forbidden else max(0, min(count, _units(wish.free.get(place.code, Decimal(0)), wish)))
            for h, place in enumerate(facts.places)
        )
        weight = int((wish.weight_kg or Decimal(0)).scaleb(-wish.decimals) * scale)
        value = max(wish.net_minor, 0) * (common // count if count else 0) * little + 1
        has_one = any(each >= count for each in free)
        whole = rules.document.lines == "whole" or (rules.document.lines == "split_when_short" and has_one)
        lines.append(Line(count, weight, value, free, whole))
    return lines


def _table(found: Iterable[tuple[str, object, int]], scale: Decimal) -> list[tuple[Step, str]]:
    """Return the steps that are worth having, the lightest first: each holds more than those before it and costs more."""
    ordered = sorted(
        ((price, -_limit(step, scale), name) for name, step, price in found),
        key=lambda each: (each[0], each[1], each[2]),
    )
    kept: list[tuple[Step, str]] = []
    for price, negative, name in ordered:
        if not kept or -negative > kept[-1][0].limit:
            kept.append((Step(-negative, price), name))
    return kept


def _limit(step: object, scale: Decimal) -> int:
    to_kg: Decimal | None = getattr(step, "to_kg", None)
    return ENDLESS if to_kg is None else int(to_kg * scale)


def _picks(asked: _Asked, shares: Sequence[Share]) -> list[Picked]:
    return [
        Picked(wish.line, asked.facts.places[h].code, Decimal(count).scaleb(-wish.decimals))
        for wish, share in zip(asked.facts.wishes, shares, strict=True)
        for h, count in sorted(share)
    ]


def _parcels(asked: _Asked, shares: Sequence[Share], rules: Rules) -> list[Parcel]:
    weights: dict[int, Decimal] = {}
    picks: dict[int, int] = {}
    for wish, share in zip(asked.facts.wishes, shares, strict=True):
        for h, count in share:
            part = Decimal(count).scaleb(-wish.decimals) * (wish.weight_kg or Decimal(0))
            weights[h] = weights.get(h, Decimal(0)) + part
            picks[h] = picks.get(h, 0) + 1
    return [_parcel(asked, h, weights[h], picks[h], rules) for h in sorted(weights)]


def _parcel(asked: _Asked, h: int, weight: Decimal, picks: int, rules: Rules) -> Parcel:
    document, currency = rules.document, asked.facts.currency
    step, carrier = next(pair for pair in asked.tables[h] if pair[0].limit >= weight * asked.scale)
    days = document.lead_time.days_by_zone.get(asked.zones[h], 0)
    return Parcel(
        warehouse=asked.facts.places[h].code,
        zone=asked.zones[h],
        carrier=carrier,
        weight_kg=weight,
        carriage_minor=step.price,
        work_minor=amount(document.handling.per_parcel, currency) + asked.problem.per_pick * picks,
        days=days,
        days_minor=days * amount(document.lead_time.cost_per_day, currency),
        picks=picks,
    )


def _left(asked: _Asked, shares: Sequence[Share]) -> list[int]:
    return [
        line.quantity - sum(count for _, count in share)
        for line, share in zip(asked.problem.lines, shares, strict=True)
    ]


def _unserved(facts: SourcingFacts, asked: _Asked, shares: Sequence[Share]) -> dict[str, Decimal]:
    return {
        wish.line: Decimal(left).scaleb(-wish.decimals)
        for wish, left in zip(facts.wishes, _left(asked, shares), strict=True)
        if left
    }


def _unserved_minor(facts: SourcingFacts, asked: _Asked, shares: Sequence[Share]) -> int:
    """Return what the unserved part is worth, each line rounded half up."""
    return sum(
        (2 * wish.net_minor * left + line.quantity) // (2 * line.quantity)
        for wish, line, left in zip(facts.wishes, asked.problem.lines, _left(asked, shares), strict=True)
        if left
    )


def _alternatives(asked: _Asked, found: Found, rules: Rules) -> list[Alternative]:
    """Return what was rejected: by priority as without rules, each warehouse alone, and the best of the other sets that were weighed."""
    codes = [place.code for place in asked.facts.places]
    told = [_by_priority(asked, rules)]
    for h, code in enumerate(codes):
        way = found.others.get((h,))
        if way is None or not way.filled.parts:
            short = len(asked.facts.wishes)
            told.append(Alternative("alone", [code], None, _all_minor(asked), short, _why_not(asked, h)))
        elif way is not found.best:
            told.append(_told("alone", asked, way))
    rest = sorted((way for houses, way in found.others.items() if len(houses) > 1 and way is not found.best), key=_key)
    real = [way for way in rest if len({h for share in way.filled.shares for h, _ in share}) == way.size]
    return [*told, *(_told(f"{way.size} parcels", asked, way) for way in real)][:MOST_TOLD]


def _key(way: Way) -> tuple[int, int, int, tuple[int, ...]]:
    return way.key


def _told(name: str, asked: _Asked, way: Way) -> Alternative:
    codes = [asked.facts.places[h].code for h in way.houses]
    shares = way.filled.shares
    return Alternative(name, codes, way.cost, _unserved_minor(asked.facts, asked, shares), _short(asked, shares))


def _short(asked: _Asked, shares: Sequence[Share]) -> int:
    return sum(1 for left in _left(asked, shares) if left)


def _all_minor(asked: _Asked) -> int:
    return sum(wish.net_minor for wish in asked.facts.wishes)


def _why_not(asked: _Asked, h: int) -> str:
    if not asked.tables[h]:
        return "no_carrier"
    if asked.problem.houses[h].picks <= 0:
        return "no_capacity"
    wishes = range(len(asked.facts.wishes))
    has = [i for i in wishes if asked.facts.wishes[i].free.get(asked.facts.places[h].code, Decimal(0)) > 0]
    if not has:
        return "nothing_free"
    return "restricted" if all((i, h) in asked.forbidden for i in has) else "too_heavy"


def _by_priority(asked: _Asked, rules: Rules) -> Alternative:
    """Return what the order of priorities would have done: each line whole from the first that can, else from each in turn."""
    shares = [_in_turn(line) for line in asked.problem.lines]
    used = sorted({h for share in shares for h, _ in share})
    codes = [asked.facts.places[h].code for h in used]
    left, short = _unserved_minor(asked.facts, asked, shares), _short(asked, shares)
    if len(used) > asked.problem.most_parcels:
        return Alternative("by_priority", codes, None, left, short, "too_many_parcels")
    heaviest = {h: asked.tables[h][-1][0].limit if asked.tables[h] else -1 for h in used}
    weight = {
        h: sum(line.weight * count for line, share in _both(asked, shares) for g, count in share if g == h)
        for h in used
    }
    if any(weight[h] > asked.problem.houses[h].steps[-1].limit if heaviest[h] >= 0 else True for h in used):
        return Alternative("by_priority", codes, None, left, short, "too_heavy")
    picks = {h: sum(1 for share in shares for g, _ in share if g == h) for h in used}
    if any(picks[h] > asked.problem.houses[h].picks for h in used):
        return Alternative("by_priority", codes, None, left, short, "no_capacity")
    parcels = _parcels(asked, shares, rules)
    cost = sum(parcel.cost_minor for parcel in parcels) + asked.problem.penalty * max(len(parcels) - 1, 0)
    return Alternative("by_priority", codes, cost, left, short)


def _both(asked: _Asked, shares: Sequence[Share]) -> Iterable[tuple[Line, Share]]:
    return zip(asked.problem.lines, shares, strict=True)


def _in_turn(line: Line) -> Share:
    for h, free in enumerate(line.free):
        if free >= line.quantity:
            return ((h, line.quantity),)
    left, share = line.quantity, list[tuple[int, int]]()
    for h, free in enumerate(line.free):
        if left and free:
            share.append((h, min(left, free)))
            left -= share[-1][1]
    return tuple(share)


def _warnings(rules: Rules, facts: SourcingFacts, parcels: Sequence[Parcel]) -> list[str]:
    """Return the warehouses that are given more lines than their day has left, where that is only told."""
    left = {place.code: place.picks_left for place in facts.places if place.picks_left is not None}
    return [each.warehouse for each in parcels if each.warehouse in left and each.picks > left[each.warehouse]]
