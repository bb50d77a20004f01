"""How long it takes to choose the warehouses of an order: 20 warehouses, 10 lines, tables of eight steps, at most four parcels.

Three kinds of orders by what lies free: plenty (nearly everywhere), thin (0.4 of the places have a line, as much as is wanted or less) and
scarce (0.4 have a part of it, so that lines must be split). Rulebooks and orders are made by dice with fixed seeds.
"""

import argparse
import os
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from time import perf_counter
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from apps.inventory.decisions.document.sourcing import Sourcing  # noqa: E402 - needs the apps
from apps.inventory.decisions.sourcing import Place, Rules, SourcingFacts, Wish, choose, compile_rules  # noqa: E402
from apps.inventory.selectors.rules import LANGUAGE  # noqa: E402

MOST_MS: Final = 150
KINDS: Final = {"plenty": (0.9, 1, 4), "thin": (0.4, 1, 2), "scarce": (0.4, 0, 1)}
STEPS: Final = ("0.5", "1", "2", "5", "10", "15", "20", "31.5")


def rules_of(dice: random.Random) -> Rules:
    """Return a rulebook with two carriers, eight steps each, in three zones."""

    def table(base: int) -> list[dict[str, Any]]:
        price, rows = dice.randint(base, base + 150), []
        for limit in STEPS:
            rows.append({"to_kg": limit, "cost": {"GBP": str(Decimal(price) / 100)}})
            price += dice.randint(20, 180)
        rows.append({"cost": {"GBP": str(Decimal(price + 1500) / 100)}})
        return rows

    zones = {"near": 250, "country": 400, "far": 750}
    carriers = [{"name": name, "zones": {z: table(base) for z, base in zones.items()}} for name in ("post", "courier")]
    document = {
        "zones": [{"name": "near", "to_km": 100}, {"name": "country", "to_km": 800}, {"name": "far"}],
        "carriers": carriers,
        "handling": {"per_parcel": {"GBP": "0.80"}, "per_pick": {"GBP": "0.20"}},
        "split_penalty": {"GBP": "1.50"},
        "lead_time": {"days_by_zone": {"near": 1, "country": 2, "far": 4}, "cost_per_day": {"GBP": "0.50"}},
        "most_parcels": 4,
        "lines": "split",
    }
    return compile_rules(Sourcing.model_validate(document), LANGUAGE)


def order_of(dice: random.Random, kind: str, *, places: int, lines: int) -> SourcingFacts:
    """Return an order of so many lines over so many warehouses."""
    density, low, high = KINDS[kind]
    houses = [
        Place(f"W{n:02}", "GB", dice.randint(5, 1500), dice.choice([None, None, dice.randint(3, 40)]))
        for n in range(places)
    ]
    wishes = []
    for n in range(lines):
        wanted = dice.randint(1, 12)
        some = [max(1, low * wanted, int(high * wanted * dice.random())) for _ in houses]
        free = {house.code: Decimal(has) for house, has in zip(houses, some, strict=True) if dice.random() < density}
        weight, net = Decimal(dice.randint(5, 160)) / 50, dice.randint(100, 9000) * wanted
        wishes.append(Wish(f"L{n}", Decimal(wanted), free, 0, weight, net))
    return SourcingFacts("GBP", wishes, houses, "GB")


def times_of(kind: str, orders: int, *, places: int, lines: int) -> Iterator[tuple[float, bool, int]]:
    """Yield the milliseconds of each choice, whether it is proven, and how many sets were weighed."""
    for number in range(orders):
        dice = random.Random(f"{kind} {number}")
        rules, facts = rules_of(dice), order_of(dice, kind, places=places, lines=lines)
        begun = perf_counter()
        chosen = choose(rules, facts)
        yield (perf_counter() - begun) * 1000, chosen.is_proven, chosen.looked_at


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that so many of them are not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def main() -> int:
    """Print a row per kind; the exit code says whether the 95th percentile of all is within the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100, help="of each kind")
    parser.add_argument("--places", type=int, default=20)
    parser.add_argument("--lines", type=int, default=10)
    given = parser.parse_args()
    print(f"{given.places} warehouses x {given.lines} lines, {given.orders} orders of each kind, milliseconds")
    print(f"{'kind':<8} {'median':>8} {'p95':>8} {'worst':>8} {'proven':>8} {'sets':>8}")
    everything: list[float] = []
    for kind in KINDS:
        found = list(times_of(kind, given.orders, places=given.places, lines=given.lines))
        times = [each for each, _, _ in found]
        proven, weighed = sum(sure for _, sure, _ in found), statistics.median(sets for _, _, sets in found)
        everything += times
        print(
            f"{kind:<8} {statistics.median(times):>8.1f} {percentile(times, 0.95):>8.1f} {max(times):>8.1f} "
            f"{proven:>4}/{len(times):<3} {weighed:>8.0f}"
        )
    worst = percentile(everything, 0.95)
    print(
        f"{'all':<8} {statistics.median(everything):>8.1f} {worst:>8.1f} {max(everything):>8.1f}   limit p95 {MOST_MS}"
    )
    return 0 if worst <= MOST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
