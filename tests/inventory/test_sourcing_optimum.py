"""What sourcing chooses equals the best that looking at every way to serve an order finds."""

import os
import random
from decimal import Decimal

import pytest

from apps.inventory.decisions.sourcing import Place, Sourced, SourcingFacts, Wish, choose
from tests.factories.sourcing import (
    best_by_counting,
    count_of_ways,
    price_of,
    random_order,
    random_rules,
    sourcing_rules,
)

ORDERS = 500 if os.environ.get("ORDERCASH_FULL") else 60
MOST_WAYS = 6_000


def ways_of(facts: SourcingFacts, chosen: Sourced) -> list[list[int]]:
    given = {(pick.line, pick.warehouse): int(pick.quantity) for pick in chosen.picks}
    return [[given.get((wish.line, place.code), 0) for place in facts.places] for wish in facts.wishes]


def small(number: int) -> tuple[object, SourcingFacts]:
    """Return the order of this number and its rules: so small that every way can be looked at."""
    for attempt in range(100):
        dice = random.Random(number * 1000 + attempt)
        places, lines = dice.randint(2, 4), dice.randint(2, 4)
        rules = random_rules(dice, codes=[f"W{n}" for n in range(places)])
        facts = random_order(dice, places=places, lines=lines, density=dice.choice([0.4, 0.7, 1.0]))
        if count_of_ways(rules, facts) <= MOST_WAYS:
            return rules, facts
    raise AssertionError("no order of this number is small enough")


@pytest.mark.parametrize("number", range(ORDERS))
def test_it_is_the_optimum(number: int) -> None:
    rules, facts = small(number)
    chosen = choose(rules, facts)
    figures = price_of(rules, facts, ways_of(facts, chosen))
    assert figures is not None, "what was chosen is not allowed"
    assert chosen.is_proven
    assert (figures[0], figures[2]) == best_by_counting(rules, facts)
    assert chosen.cost_minor == figures[2]
    assert sum(chosen.unserved.values()) == figures[1]
    for other in chosen.alternatives:
        if other.cost_minor is not None and not other.short_lines and not chosen.unserved:
            assert other.cost_minor >= chosen.cost_minor


def test_the_example_of_the_manual() -> None:
    """Three warehouses whose parcels cost 6.00/9.00, 5.50/8.50 and 4.00/7.00 up to 5 and 20 kg; two lines of 2 x 2 kg and 3 x 1.5 kg."""
    tables = {"W1": ("6.00", "9.00"), "W2": ("5.50", "8.50"), "W3": ("4.00", "7.00")}
    carriers = [
        {
            "name": code.lower(),
            "from_warehouses": [code],
            "zones": {"far": [{"to_kg": 5, "cost": {"GBP": low}}, {"to_kg": 20, "cost": {"GBP": high}}]},
        }
        for code, (low, high) in tables.items()
    ]
    rules = sourcing_rules(carriers=carriers, handling={"per_pick": {"GBP": "0.20"}}, split_penalty={"GBP": "2.00"})
    two = {"W1": Decimal(2), "W3": Decimal(2)}
    three = {"W1": Decimal(3), "W2": Decimal(3)}
    wishes = [Wish("A", Decimal(2), two, 0, Decimal(2), 1000), Wish("B", Decimal(3), three, 0, Decimal("1.5"), 1000)]
    facts = SourcingFacts("GBP", wishes, [Place("W1"), Place("W2"), Place("W3")])
    chosen = choose(rules, facts)
    assert (chosen.cost_minor, [parcel.warehouse for parcel in chosen.parcels]) == (940, ["W1"])
    told = {tuple(other.warehouses): other.cost_minor for other in chosen.alternatives if other.unserved_minor == 0}
    assert told[("W2", "W3")] == 1190
    assert told.get(("W1", "W3"), 1240) == 1240


def test_nothing_is_free_anywhere() -> None:
    facts = SourcingFacts("GBP", [Wish("A", Decimal(2), {}, net_minor=1000)], [Place("W1")])
    chosen = choose(sourcing_rules(), facts)
    assert (chosen.picks, chosen.unserved, chosen.unserved_minor, chosen.cost_minor) == ([], {"A": Decimal(2)}, 1000, 0)
    assert [(other.name, other.why_not) for other in chosen.alternatives] == [
        ("by_priority", ""),
        ("alone", "nothing_free"),
    ]


def test_what_makes_a_warehouse_impossible_is_told() -> None:
    has = {"HEAVY": Decimal(1), "FULL": Decimal(1), "FAR": Decimal(1)}
    near = [{"to_kg": 5, "cost": {"GBP": "5.00"}}]
    rules = sourcing_rules(
        carriers=[{"name": "parcel", "zones": {"near": near, "far": [{"cost": {"GBP": "50.00"}}]}}],
        restrictions=[{"name": "no_export", "when": 'category == "glass" && zone == "far"'}],
    )
    wish = Wish("A", Decimal(1), has, 0, Decimal(9), 1000, "VASE", "glass")
    places = [Place("HEAVY", km=5), Place("FULL", km=5, picks_left=0), Place("FAR"), Place("NONE", km=300)]
    chosen = choose(rules, SourcingFacts("GBP", [wish], places))
    told = {other.warehouses[0]: other.why_not for other in chosen.alternatives if other.name == "alone"}
    assert told == {"HEAVY": "too_heavy", "FULL": "no_capacity", "FAR": "restricted", "NONE": "no_carrier"}
    assert chosen.unserved == {"A": Decimal(1)}


def test_quantities_with_decimals() -> None:
    free = {"W1": Decimal("1.5"), "W2": Decimal("2.25")}
    facts = SourcingFacts("GBP", [Wish("A", Decimal("3.5"), free, 2, Decimal("0.4"), 1000)], [Place("W1"), Place("W2")])
    chosen = choose(sourcing_rules(), facts)
    assert sum(pick.quantity for pick in chosen.picks) == Decimal("3.5")
    assert sum(parcel.weight_kg for parcel in chosen.parcels) == Decimal("1.4")


def test_a_full_day_is_only_told_where_the_rules_say_so() -> None:
    facts = SourcingFacts("GBP", [Wish("A", Decimal(1), {"W1": Decimal(1)}, net_minor=5)], [Place("W1", picks_left=0)])
    assert choose(sourcing_rules(capacity="warn"), facts).warnings == ["W1"]
    assert choose(sourcing_rules(), facts).unserved
