"""The pure pricing engine on one core: a realistic book, carts of 50 and of 3 lines, with and without the texts that are stored.

Lines a second of processor time, the median of several runs; carts are new in every run, so that nothing but conditions is remembered.
Garbage is collected as rarely as in every process of the system that decides prices.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from apps.pricing.contract import CONDITIONS  # noqa: E402
from apps.pricing.decisions.cart.decide import decide_cart  # noqa: E402
from apps.pricing.decisions.cart.facts import Candidate, CartFacts, Cost, Coupon, ExtraFacts, LineFacts, ListFacts  # noqa: E402
from apps.pricing.decisions.document.compiled import Rules, compile_rules  # noqa: E402
from apps.pricing.decisions.document.schema import PricingRules  # noqa: E402
from apps.pricing.decisions.record.texts import cart_texts, replay_cart  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402

RUNS, LINES = 7, 6_000
CATEGORIES = [f"category-{number}" for number in range(12)]
COUNTRIES = ["DE", "AT", "FR", "NL", "IT"]
LISTS = {
    "base": ListFacts("EUR-BASE", "everybody", "EUR"),
    "zone": ListFacts("EUR-DE", "zone", "EUR", country="DE"),
    "group": ListFacts("EUR-TRADE", "customer_group", "EUR"),
    "contract": ListFacts("EUR-C1", "customer", "EUR"),
}


def book() -> dict[str, Any]:
    """Return a document with 5 accesses, 20 discounts in 4 groups, charges and floors."""
    accesses = [{"name": "agreed", "source": "agreed_price"}] + [
        {"name": scope, "source": "price_list", "scope": scope}
        for scope in ("customer", "customer_group", "zone", "everybody")
    ]
    groups = [
        {"name": "season", "order": 10, "method": "best_for_customer"},
        {"name": "clearance", "order": 20, "method": "highest_priority"},
        {"name": "volume", "order": 30, "method": "all_in_sequence"},
        {"name": "whole", "order": 10, "level": "order", "method": "best_for_customer"},
    ]
    season = [
        {
            "name": f"season_{number}", "group": "season", "give": {"percent": str(5 + number)},
            "when": f'category == "category-{number}" && country in ["DE", "AT", "FR"]',
            "from": "2026-01-01T00:00:00", "until": "2027-01-01T00:00:00", "zone": "Europe/Berlin",
        }
        for number in range(6)
    ]  # fmt: skip
    clearance = [
        {
            "name": f"clear_{number}", "group": "clearance", "priority": number, "give": give,
            "when": f'sku in ["S-{number}", "S-{number + 50}", "S-{number + 100}"]',
        }
        for number, give in enumerate([{"percent": "30"}, {"fixed_price": {"EUR": "9.90"}}, {"percent": "40"}, {"amount": {"EUR": "5"}}])
    ]  # fmt: skip
    volume = [
        {"name": f"volume_{least}", "group": "volume", "give": {"percent": percent}, "when": f"quantity >= {least} && quantity < {below}"}
        for least, below, percent in ((11, 15, "2"), (15, 25, "5"), (25, 41, "10"), (41, 61, "15"))
    ] + [
        {"name": "three_for_two", "group": "volume", "give": {"buy_get": {"buy": "2", "get": "1"}}, "when": 'category == "category-7"'},
        {"name": "big_line", "group": "volume", "give": {"percent": "1"}, "when": "net > 500"},
    ]  # fmt: skip
    tiers = [{"from": {"EUR": "500"}, "percent": "3"}, {"from": {"EUR": "2000"}, "percent": "5"}]
    freight = [{"from": {"EUR": "0"}, "amount": {"EUR": "4.90"}}, {"from": {"EUR": "50"}, "percent": "0"}]
    gift = {"sku": "GIFT", "quantity": "1", "per": {"EUR": "1000"}}
    whole = [
        {"name": "threshold", "group": "whole", "give": {"tiers": tiers}},
        {"name": "welcome", "group": "whole", "coupon": "WELCOME", "give": {"amount": {"EUR": "10"}}},
        {"name": "cheapest", "group": "whole", "when": 'category == "category-3"', "give": {"cheapest_free": {"buy": "3", "get": "1"}}},
        {"name": "gift", "group": "whole", "give": {"free_goods": [gift]}},
    ]  # fmt: skip
    charges = [
        {"name": "freight", "sku": "FREIGHT", "give": {"tiers": freight}},
        {"name": "island", "sku": "ISLAND", "when": 'postal_code.startsWith("27")', "give": {"percent": "2.5"}},
    ]
    floors = [
        {"name": "margin", "min_margin_percent": "5"},
        {"name": "least", "when": 'category == "category-1"', "min_price": {"EUR": "1"}},
    ]
    discounts = [*season, *clearance, *volume, *whole]
    return {"accesses": accesses, "groups": groups, "discounts": discounts, "charges": charges, "floors": floors}


def cart_of(size: int, draw: random.Random) -> CartFacts:
    """Return a cart of so many lines."""
    lines = tuple(line_of(draw) for _ in range(size))
    extras = tuple(ExtraFacts(f"p-{sku}", sku) for sku in ("FREIGHT", "ISLAND", "GIFT"))
    coupons = (Coupon("WELCOME-7", "WELCOME", granted=True),) if draw.random() < 0.3 else ()
    country = draw.choice(COUNTRIES)
    return CartFacts(
        f"2026-{draw.randint(1, 12):02}-15T{draw.randint(0, 23):02}:00:00+00:00", "EUR", "Europe/Berlin", "e1",
        f"c{draw.randint(1, 500)}", "trade" if draw.random() < 0.5 else "", "web", country, "", f"{draw.randint(10000, 10020)}",
        lines, coupons, (), extras,
    )  # fmt: skip


def line_of(draw: random.Random) -> LineFacts:
    """Return a line with two to five prices in force."""
    number = draw.randint(1, 2000)
    price = Decimal(draw.randint(100, 20_000)).scaleb(-2)
    places = [
        "base",
        *(name for name, share in (("zone", 0.3), ("group", 0.5), ("contract", 0.1)) if draw.random() < share),
    ]
    rows = [
        (LISTS[place], least, price * factor) for place in places for least, factor in ((0, 1), (10, Decimal("0.95")))
    ]
    candidates = tuple(
        Candidate(price_list, f"01890a5d-ac96-774b-bcce-{number:06}{index:06}", "", Decimal(least), cost)
        for index, (price_list, least, cost) in enumerate(rows)
    )
    return LineFacts(
        f"p-{number}", f"S-{number}", draw.choice(CATEGORIES), "PCE", Decimal(draw.randint(1, 60)),
        candidates=candidates, cost=Cost(price * Decimal("0.7"), "EUR"),
    )  # fmt: skip


def lines_a_second(work: Callable[[CartFacts], Any], size: int, seed: str) -> float:
    """Return the median of several runs over new carts."""
    rates = []
    for run in range(RUNS):
        draw = random.Random(f"{seed} {run} {size}")
        carts = [cart_of(size, draw) for _ in range(LINES // size)]
        started = time.process_time()
        for cart in carts:
            work(cart)
        rates.append(len(carts) * size / (time.process_time() - started))
    return statistics.median(rates)


def engine_rates(rules: Rules, sizes: Sequence[int] = (50, 3)) -> dict[str, float]:
    """Return lines a second per way of working and size of cart."""
    ways: dict[str, Callable[[CartFacts], Any]] = {
        "decide": lambda cart: decide_cart(rules, cart),
        "decide and write texts": lambda cart: cart_texts(cart, decide_cart(rules, cart)),
    }
    found = {f"{way}, {size} lines": lines_a_second(work, size, way) for way, work in ways.items() for size in sizes}
    for size in sizes:
        found[f"replay from texts, {size} lines"] = _replayed(rules, size)
    return found


def _replayed(rules: Rules, size: int, seed: str = "replay") -> float:
    rates = []
    for run in range(RUNS):
        draw = random.Random(f"{seed} {run} {size}")
        carts = [cart_of(size, draw) for _ in range(LINES // size)]
        texts = [cart_texts(cart, decide_cart(rules, cart)) for cart in carts]
        started = time.process_time()
        for text in texts:
            if replay_cart(rules, text.facts) != (text.outcome, text.trace):
                raise SystemExit("a replay differs")
        rates.append(len(carts) * size / (time.process_time() - started))
    return statistics.median(rates)


def main() -> None:
    """Print the figures."""
    rules = compile_rules(PricingRules.model_validate(book()), CONDITIONS)
    collect_rarely()
    say(f"{machine()}; a book of 20 discounts in 4 groups, 5 accesses, 2 charges, 2 floors; median of {RUNS} runs")
    for what, rate in engine_rates(rules).items():
        say(f"{what:<34}{rate:>10,.0f} lines/s")
