"""Random documents and carts: everything that stacks, in currencies of 0, 2 and 3 decimals."""

from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from apps.pricing.decisions.compiled import Rules
from apps.pricing.decisions.facts import CartFacts, Cost, Coupon, LineFacts, ListFacts, Manual, PartFacts, Rate
from tests.factories.pricing_rules import a_cart, a_record, an_extra, rules_of

CURRENCIES = {"JPY": 0, "EUR": 2, "KWD": 3}
SKUS = ["A", "B", "C", "D", "KIT"]
CATEGORIES = ["bikes", "shirts", ""]
METHODS = ["best_for_customer", "highest_priority", "all_in_sequence", "all_on_list"]
CONDITIONS = [
    None, None, 'category == "bikes"', "quantity >= 3", "own_quantity > 10 && own_quantity < 40", 'sku in ["A", "KIT"]', "net > 20",
    "order_net >= 50", "order_quantity < 30", 'country == "DE"', 'weekday == "mon" || hour > 8', "list_price > 5", '"SUMMER" in coupons',
]  # fmt: skip


def random_document(draw: Random) -> dict[str, Any]:
    """Return groups of both levels with discounts of every sort, charges and floors."""
    groups = [
        {
            "name": f"{level}_{number}", "level": level, "order": number, "method": draw.choice(METHODS),
            "exclusive": draw.random() < 0.15,
        }
        for level in ("line", "order") for number in range(draw.randint(1, 3))
    ]  # fmt: skip
    discounts = [
        _rule(f"{group['name']}_{number}", draw) | {"group": group["name"], "give": _give(group["level"], draw)}
        for group in groups
        for number in range(draw.randint(1, 4))
    ]
    lines = [group["name"] for group in groups if group["level"] == "line"]
    return {
        "groups": groups,
        "best_of": [lines[:2]] if len(lines) > 1 and draw.random() < 0.4 else [],
        "discounts": discounts,
        "charges": [_rule("freight", draw, of_line=False) | {"sku": "F", "give": _plain_give(draw)}],
        "floors": [{"name": "margin", "min_margin_percent": "10"}, {"name": "least", "min_price": _amounts(draw, 5)}],
    }


def _rule(name: str, draw: Random, *, of_line: bool = True) -> dict[str, Any]:
    known = CONDITIONS if of_line else [None, "order_net >= 50", 'country == "DE"']
    rule = {
        "name": name, "priority": draw.randint(0, 2), "when": draw.choice(known), "coupon": "SUMMER" if draw.random() < 0.1 else None,
    }  # fmt: skip
    return {key: value for key, value in rule.items() if value is not None}


def _give(level: str, draw: Random) -> dict[str, Any]:
    bunch = {"buy": str(draw.randint(1, 3)), "get": "1", "percent": draw.choice(["100", "50"])}
    items = [{"sku": sku, "quantity": str(draw.randint(1, 3))} for sku in draw.sample(SKUS, 2)]
    free = {"sku": "GIFT", "quantity": "1", "per": _amounts(draw, 40)}
    only = {
        "line": [{"amount_per_unit": _amounts(draw, 2)}, {"fixed_price": _amounts(draw, 20)}, {"buy_get": bunch}],
        "order": [{"set": {"items": items, "price": _amounts(draw, 60)}}, {"cheapest_free": bunch}, {"free_goods": [free]}],
    }  # fmt: skip
    return draw.choice([*only[level], _plain_give(draw), _plain_give(draw)])


def _plain_give(draw: Random) -> dict[str, Any]:
    percent = str(Decimal(draw.choice([1, 250, 333, 1000, 3333, 10000])).scaleb(-2))
    tiers = [
        {"from": _amounts(draw, 30), "percent": percent},
        {"from": _amounts(draw, 90), "amount": _amounts(draw, 20)},
    ]
    steps = [{"from": "3", "percent": percent}, {"from": "12", "amount": _amounts(draw, 20)}]
    return draw.choice(
        [{"percent": percent}, {"amount": _amounts(draw, 20)}, {"tiers": tiers}, {"quantity_tiers": steps}]
    )


def _amounts(draw: Random, most: int) -> dict[str, str]:
    return {
        currency: str(Decimal(draw.randint(1, most * 10**places)).scaleb(-places))
        for currency, places in CURRENCIES.items()
    }


@cache
def random_rules(seed: int) -> Rules:
    """Return the rules of a random document, made once."""
    return rules_of(**random_document(Random(seed)))


def random_cart(draw: Random) -> CartFacts:
    """Return a cart of up to eight lines: bundles, several units, fractions, scales, prices in another currency."""
    currency = draw.choice(list(CURRENCIES))
    other = draw.choice([name for name in CURRENCIES if name != currency])
    return a_cart(
        *(_line(currency, other, draw) for _ in range(draw.randint(1, 8))),
        at=f"2026-06-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:00:00+00:00",
        currency=currency,
        country=draw.choice(["DE", "FR"]),
        coupons=(Coupon("S-1", "SUMMER", granted=True),) if draw.random() < 0.5 else (),
        rates=(Rate(other, currency, Decimal("1.234567"), "2026-06-12", "ECB"),) if draw.random() < 0.8 else (),
        extras=(an_extra("F"), an_extra("GIFT", "3.33")),
    )  # fmt: skip


def _line(currency: str, other: str, draw: Random) -> LineFacts:
    sku = draw.choice(SKUS)
    own, foreign = ListFacts("OWN", "everybody", currency), ListFacts("FAR", "everybody", other)
    price = str(Decimal(draw.randint(0, 50_000_000)).scaleb(-6))
    rows = [a_record(price, price_list=own if draw.random() < 0.8 else foreign, per=draw.choice(["1", "1", "100"]))]
    if draw.random() < 0.3:
        rows.append(a_record("1.5", price_list=own, from_quantity="12", record="scale"))
    parts = (
        PartFacts("p-X", "X", Decimal(1), (a_record("7.77", price_list=own),)),
        PartFacts("p-Y", "Y", Decimal(draw.randint(1, 3)), (a_record("3.21", price_list=own),) if draw.random() < 0.7 else ()),
    )  # fmt: skip
    manual = None if draw.random() < 0.9 else Manual(None, Decimal("12.5"), "u1", "because")
    return LineFacts(
        f"p-{sku}", sku, draw.choice(CATEGORIES), "PCE", Decimal(draw.choice([1, 2, 3, 7, 12, 25, "0.5", "2.25"])),
        Decimal(draw.choice([1, 1, 6])), manual=manual, candidates=tuple(rows), cost=Cost(Decimal("2.5"), currency),
        parts=parts if sku == "KIT" else (),
    )  # fmt: skip
