"""Orders and rulebooks for sourcing, made by dice; and the optimum found by looking at every way to serve an order unit by unit."""

import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from apps.inventory.decisions.document.sourcing import Sourcing
from apps.inventory.decisions.sourcing import Place, Rules, SourcingFacts, Wish, compile_rules
from apps.inventory.selectors.rules import LANGUAGE

ZONES = ("near", "country", "far")


def sourcing_rules(**changes: Any) -> Rules:
    """Return a rulebook with one carrier and easy figures, changed as wanted."""
    document: dict[str, Any] = {
        "zones": [{"name": "near", "to_km": 100}, {"name": "country", "to_km": 800}, {"name": "far"}],
        "carriers": [{"name": "parcel", "zones": {zone: [{"cost": {"GBP": "5.00"}}] for zone in ZONES}}],
    }
    return compile_rules(Sourcing.model_validate(document | changes), LANGUAGE)


def random_rules(dice: random.Random, *, steps: int = 3, codes: Sequence[str] = ()) -> Rules:
    """Return a rulebook whose tables have up to so many steps, with every kind of cost now and then."""

    def money(least: int, most: int) -> dict[str, str]:
        return {"GBP": str(Decimal(dice.randint(least, most)) / 100)}

    def table() -> list[dict[str, Any]]:
        limits = sorted(dice.sample(range(1, 41), dice.randint(1, steps)))
        rows: list[dict[str, Any]] = [{"to_kg": str(Decimal(limit) / 2), "cost": money(200, 900)} for limit in limits]
        if dice.random() < 0.7:
            rows[-1].pop("to_kg")
        return rows

    carriers = [
        {
            "name": f"carrier_{n}",
            "zones": {zone: table() for zone in ZONES if dice.random() < 0.9},
            "from_warehouses": dice.sample(list(codes), min(2, len(codes))) if dice.random() < 0.2 else [],
        }
        for n in range(dice.randint(1, 2))
    ]
    return sourcing_rules(
        carriers=carriers,
        handling={"per_parcel": money(0, 100), "per_pick": money(0, 60)} if dice.random() < 0.8 else {},
        split_penalty=money(0, 300) if dice.random() < 0.7 else {},
        lead_time={"days_by_zone": {"near": 1, "country": 2, "far": 4}, "cost_per_day": money(0, 80)},
        restrictions=[{"name": "no_glass", "when": 'category == "glass" && zone == "far"'}] if dice.random() < 0.4 else [],
        capacity=dice.choice(["keep", "keep", "warn"]),
        most_parcels=dice.randint(1, 4),
        lines=dice.choice(["whole", "split_when_short", "split"]),
    )  # fmt: skip


def random_order(
    dice: random.Random, *, places: int, lines: int, most: int = 3, density: float = 0.6, picks: float = 0.3
) -> SourcingFacts:
    """Return an order of so many lines over so many warehouses."""
    houses = [
        Place(
            f"W{n}", "GB", dice.choice([None, 20, 300, 2000]), dice.randint(1, lines) if dice.random() < picks else None
        )
        for n in range(places)
    ]
    wishes = []
    for n in range(lines):
        quantity = dice.randint(1, most)
        free = {each.code: Decimal(dice.randint(1, most + 1)) for each in houses if dice.random() < density}
        weight = dice.choice([None, Decimal("0.5"), Decimal("1.3"), Decimal("2"), Decimal("4.75")])
        net = dice.choice([0, 500, 1999, 12000])
        category = dice.choice(["glass", "clocks"])
        wishes.append(Wish(f"L{n}", Decimal(quantity), free, 0, weight, net, f"SKU-{n}", category))
    return SourcingFacts("GBP", wishes, houses, "GB")


def best_by_counting(rules: Rules, facts: SourcingFacts) -> tuple[Decimal, Decimal]:
    """Return (unserved value, cost in minor units) of the best way; every way to serve the order is looked at."""
    best: tuple[Any, ...] | None = None
    for ways in product(*(list(_ways(rules, facts, wish)) for wish in facts.wishes)):
        figures = price_of(rules, facts, ways)
        if figures is not None and (best is None or figures < best):
            best = figures
    assert best is not None
    return best[0], best[2]


def count_of_ways(rules: Rules, facts: SourcingFacts) -> int:
    """Return how many ways there are to look at."""
    count = 1
    for wish in facts.wishes:
        count *= sum(1 for _ in _ways(rules, facts, wish))
    return count


def _ways(rules: Rules, facts: SourcingFacts, wish: Wish) -> Iterator[tuple[int, ...]]:
    most = [0 if _forbidden(rules, facts, wish, place) else int(wish.free.get(place.code, 0)) for place in facts.places]
    wanted = int(wish.quantity)
    may_split = rules.document.lines == "split" or (
        rules.document.lines == "split_when_short" and not any(each >= wanted for each in most)
    )
    for counts in product(*(range(min(each, wanted) + 1) for each in most)):
        if sum(counts) <= wanted and (may_split or sum(1 for each in counts if each) <= 1):
            yield counts


def _zone(facts: SourcingFacts, place: Place) -> str:
    return "far" if place.km is None or place.km > 800 else "near" if place.km <= 100 else "country"


def _forbidden(rules: Rules, facts: SourcingFacts, wish: Wish, place: Place) -> bool:
    return bool(rules.document.restrictions) and wish.category == "glass" and _zone(facts, place) == "far"


def price_of(rules: Rules, facts: SourcingFacts, ways: Sequence[Sequence[int]]) -> tuple[Decimal, int, Decimal] | None:
    """Return (unserved value, unserved units, cost in minor units) of a way to serve an order, None when it is not allowed."""
    document = rules.document
    used = [p for p in range(len(facts.places)) if any(way[p] for way in ways)]
    if len(used) > document.most_parcels:
        return None
    cost = _money(document.split_penalty) * max(len(used) - 1, 0)
    for p in used:
        place, picks = facts.places[p], sum(1 for way in ways if way[p])
        if document.capacity == "keep" and place.picks_left is not None and picks > place.picks_left:
            return None
        weight = sum(
            ((wish.weight_kg or Decimal(0)) * way[p] for wish, way in zip(facts.wishes, ways, strict=True)), Decimal(0)
        )
        carriage = _carriage(rules, place, _zone(facts, place), weight)
        if carriage is None:
            return None
        days = document.lead_time.days_by_zone.get(_zone(facts, place), 0)
        cost += carriage + _money(document.handling.per_parcel) + _money(document.handling.per_pick) * picks
        cost += days * _money(document.lead_time.cost_per_day)
    left = [int(wish.quantity) - sum(way) for wish, way in zip(facts.wishes, ways, strict=True)]
    value = sum(
        (Decimal(wish.net_minor) * rest / wish.quantity for wish, rest in zip(facts.wishes, left, strict=True)),
        Decimal(0),
    )
    return round(value, 6), sum(left), cost


def _carriage(rules: Rules, place: Place, zone: str, weight: Decimal) -> Decimal | None:
    prices = [
        _money(step.cost)
        for carrier in rules.document.carriers
        if not carrier.from_warehouses or place.code in carrier.from_warehouses
        for step in carrier.zones.get(zone, ())
        if step.to_kg is None or weight <= step.to_kg
    ]
    return min(prices, default=None)


def _money(amounts: Mapping[str, Decimal]) -> Decimal:
    return amounts.get("GBP", Decimal(0)) * 100
