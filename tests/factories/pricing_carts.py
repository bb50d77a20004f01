"""Random documents and carts: everything that stacks, in currencies of 0, 2 and 3 decimals."""

from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from apps.pricing.decisions.cart.facts import (
    Candidate,
    CartFacts,
    Cost,
    Coupon,
    LineFacts,
    ListFacts,
    Manual,
    PartFacts,
    Rate,
)
from apps.pricing.decisions.document.compiled import Rules
from tests.factories.pricing_rules import a_cart, a_record, an_extra, rules_of

CURRENCIES = {"JPY": 0, "EUR": 2, "KWD": 3}
SKUS = ["A", "B", "C", "D", "KIT"]
CATEGORIES = ["bikes", "shirts", ""]
COUPONS = [
    Coupon("S-1", "SUMMER", granted=True), Coupon("S-2", "SUMMER", granted=True), Coupon("S-0", "SUMMER", granted=False, why="ended"),
]  # fmt: skip
METHODS = ["best_for_customer", "highest_priority", "all_in_sequence", "all_on_list"]
CONDITIONS = [
    None, None, 'category == "bikes"', "quantity >= 3", "own_quantity > 10 && own_quantity < 40", 'sku in ["A", "KIT"]', "net > 20",
    "order_net >= 50", "order_quantity < 30", 'country == "DE"', 'weekday == "mon" || hour > 8', "list_price > 5", '"SUMMER" in coupons',
    "order_weight > 5", "int(sku) > 3", "1 / int(net - net) > 0",
]  # fmt: skip


def random_document(draw: Random) -> dict[str, Any]:
    """Return groups of both levels with discounts of every sort, charges and floors."""
    groups = [
        {
            "name": f"{level}_{number}", "level": level, "order": number // draw.randint(1, 2), "method": draw.choice(METHODS),
            "exclusive": draw.random() < 0.15,
        }
        for level in ("line", "order") for number in range(draw.randint(1, 3))
    ]  # fmt: skip
    discounts = [
        _rule(f"{group['name']}_{number}", draw) | {"group": group["name"], "give": _give(group["level"], draw)}
        for group in groups
        for number in range(draw.randint(1, 4))
    ]
    return {
        "accesses": _accesses(draw),
        "groups": groups,
        "best_of": [rivals for level in ("line", "order") for rivals in _rivals(groups, level, draw)],
        "discounts": discounts,
        "charges": [
            _rule(f"{charge}_{number}", draw, of_line=False) | {"sku": "F", "charge": charge, "give": _charge_give(draw)}
            for charge in ("freight", "packing") for number in range(draw.randint(0, 3))
        ],
        "floors": _floors(draw),
    }  # fmt: skip


def _accesses(draw: Random) -> list[dict[str, Any]]:
    """Return a sequence of accesses, some on a condition: it is the one thing whose order has a meaning."""
    lists: list[dict[str, Any]] = [
        {
            "name": scope,
            "source": "price_list",
            "scope": scope,
            "convert": draw.random() < 0.7,
            "other_units": draw.random() < 0.5,
        }
        for scope in draw.sample(["customer", "zone", "everybody"], draw.randint(1, 3))
    ]
    for access in lists:
        if draw.random() < 0.3:
            access["when"] = draw.choice(
                ['sku in ["A", "KIT", "X"]', "own_quantity > 3", "order_quantity < 40", 'country == "DE"']
            )
        if draw.random() < 0.3:
            access["scale"] = "order"
    if draw.random() < 0.5:
        lists.append({"name": "parts", "source": "parts"})
    return [
        {"name": "agreed", "source": "agreed_price"},
        *lists,
        {"name": "last", "source": "price_list", "scope": "everybody"},
    ]


def _rivals(groups: list[dict[str, Any]], level: str, draw: Random) -> list[list[str]]:
    """Return the first two groups of a level as rivals, or none; rivals are neighbours."""
    own = sorted((group["order"], group["name"]) for group in groups if group["level"] == level)
    return [[name for _, name in own[:2]]] if len(own) > 1 and draw.random() < 0.4 else []


def _floors(draw: Random) -> list[dict[str, Any]]:
    """Return floors, of which two are as high as each other."""
    same = _amounts(draw, 5)
    return [
        {"name": "margin", "min_margin_percent": "10", "unknown_cost": draw.choice(["pass", "hold"])},
        {"name": "least", "min_price": same},
        {"name": "as_little", "min_price": same, "when": "quantity > 2"},
    ]


def _charge_give(draw: Random) -> dict[str, Any]:
    tiers = [{"from": "0", "amount": _amounts(draw, 9)}, {"from": "10", "amount": _amounts(draw, 20)}]
    return draw.choice([_plain_give(draw), {"weight_tiers": tiers}, {"amount_per_kg": _amounts(draw, 2)}])


def _rule(name: str, draw: Random, *, of_line: bool = True) -> dict[str, Any]:
    known = CONDITIONS if of_line else [None, "order_net >= 50", 'country == "DE"', "order_weight > 20"]
    rule = {
        "name": name, "priority": draw.randint(0, 1), "when": draw.choice(known), "coupon": "SUMMER" if draw.random() < 0.1 else None,
    }  # fmt: skip
    return {key: value for key, value in rule.items() if value is not None}


def _give(level: str, draw: Random) -> dict[str, Any]:
    bunch = {"buy": str(draw.randint(1, 3)), "get": "1", "percent": draw.choice(["100", "50"])}
    items = [{"sku": sku, "quantity": str(draw.randint(1, 3))} for sku in draw.sample(SKUS, 2)]
    free = [
        {"sku": sku, "quantity": "1", "per": _amounts(draw, 40)}
        for sku in draw.sample(["GIFT", "SET"], draw.randint(1, 2))
    ]
    only = {
        "line": [{"amount_per_unit": _amounts(draw, 2)}, {"fixed_price": _amounts(draw, 20)}, {"buy_get": bunch}],
        "order": [{"set": {"items": items, "price": _amounts(draw, 60)}}, {"cheapest_free": bunch}, {"free_goods": free}],
    }  # fmt: skip
    return draw.choice([*only[level], _plain_give(draw), _plain_give(draw)])


def _plain_give(draw: Random) -> dict[str, Any]:
    percent = str(Decimal(draw.choice([1, 250, 333, 1000, 3333, 10000])).scaleb(-2))
    tiers = [
        {"from": _amounts(draw, 30), "percent": percent},
        {"from": _amounts(draw, 60, above=30), "amount": _amounts(draw, 20)},
    ]
    steps = [{"from": "3", "percent": percent}, {"from": "12", "amount": _amounts(draw, 20)}]
    return draw.choice(
        [{"percent": percent}, {"amount": _amounts(draw, 20)}, {"tiers": tiers}, {"quantity_tiers": steps}]
    )


def _amounts(draw: Random, most: int, *, above: int = 0) -> dict[str, str]:
    return {
        currency: str(above + Decimal(draw.randint(1, most * 10**places)).scaleb(-places))
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
        coupons=tuple(draw.sample(COUPONS, draw.randint(0, 3))),
        rates=(Rate(other, currency, Decimal("1.234567"), "2026-06-12", "ECB"),) if draw.random() < 0.8 else (),
        extras=(an_extra("F"), an_extra("GIFT", "3.33"), an_extra("SET")._replace(parts=_parts(currency, draw), weight=Decimal("1.5"))),
    )  # fmt: skip


def _line(currency: str, other: str, draw: Random) -> LineFacts:
    sku = draw.choice(SKUS)
    own, foreign = ListFacts("OWN", "everybody", currency), ListFacts("FAR", "everybody", other)
    price = str(Decimal(draw.randint(0, 50_000_000)).scaleb(-6))
    rows = [a_record(price, price_list=own if draw.random() < 0.8 else foreign, per=draw.choice(["1", "1", "100"]))]
    if draw.random() < 0.3:
        rows.append(a_record("1.5", price_list=own, from_quantity="12", record="scale"))
    if draw.random() < 0.5:
        rows += _rivalling(currency, draw)
    if sku == "KIT" and draw.random() < 0.5:
        rows = []
    manual = None if draw.random() < 0.9 else Manual(None, Decimal("12.5"), "u1", "because")
    return LineFacts(
        f"p-{sku}", sku, draw.choice(CATEGORIES), "PCE", Decimal(draw.choice([1, 2, 3, 7, 12, 25, "0.5", "2.25"])),
        Decimal(draw.choice([1, 1, 6])), manual=manual, candidates=tuple(rows),
        cost=Cost(Decimal("2.5"), currency) if draw.random() < 0.8 else None, parts=_parts(currency, draw) if sku == "KIT" else (),
        units=(("BOX", Decimal(12)), ("PAL", Decimal(144))), weight=draw.choice([None, Decimal("0.25"), Decimal(7)]),
    )  # fmt: skip


def _parts(currency: str, draw: Random) -> tuple[PartFacts, ...]:
    own = ListFacts("OWN", "everybody", currency)
    return (
        PartFacts("p-X", "X", Decimal(1), (a_record("7.77", price_list=own),)),
        PartFacts("p-Y", "Y", Decimal(draw.randint(1, 3)), (a_record("3.21", price_list=own),) if draw.random() < 0.7 else ()),
    )  # fmt: skip


def _rivalling(currency: str, draw: Random) -> list[Candidate]:
    """Return records of lists that rival each other, some as good as another but for the code of the list or their id."""
    lists = [
        ListFacts("SAME", "everybody", currency, priority=1), ListFacts("EQUAL", "everybody", currency, priority=1),
        ListFacts("OURS", "everybody", currency, entity="e1"), ListFacts("CONTRACT", "customer", currency),
        ListFacts("DE", "zone", currency, country="DE"), ListFacts("DE-80", "zone", currency, country="DE", postal_prefix="80"),
    ]  # fmt: skip
    return [
        a_record(str(draw.randint(1, 30)), price_list=each, unit=draw.choice(["", "BOX", "PAL"]), record=f"{each.code}-{number}",
                 from_quantity=str(draw.choice([0, 0, 2])))
        for each in draw.sample(lists, draw.randint(1, 4)) for number in range(draw.randint(1, 2))
    ]  # fmt: skip
