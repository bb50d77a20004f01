"""Stored texts of a decision read back: facts, outcome, and the trace put together for people."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import orjson

from apps.pricing.decisions.cart.facts import (
    EDITION,
    ONE,
    AddedLine,
    BelowFloor,
    Candidate,
    CartFacts,
    CartPriced,
    Cost,
    Coupon,
    ExtraFacts,
    LineFacts,
    LinePriced,
    ListFacts,
    Manual,
    PartFacts,
    PartShare,
    Rate,
)

SHARED: Final = (
    "at", "currency", "zone", "legal_entity", "customer", "customer_group", "channel", "country", "state", "postal_code",
)  # fmt: skip

EDITIONS: Final = range(1, EDITION + 1)


def read_facts(text: str) -> CartFacts:
    """Return the facts of a stored text. Raises KeyError for a member that is not there, ValueError for one that is no fact."""
    known = orjson.loads(text)
    edition = known.get("edition", 1)
    if edition not in EDITIONS:
        raise ValueError(f"facts are of edition {EDITIONS[0]} to {EDITIONS[-1]}, not {edition!r}")
    wrong = [name for name in SHARED if not isinstance(known[name], str)]
    if wrong:
        raise ValueError(f"{wrong[0]} is a text, not {known[wrong[0]]!r}")
    lists = [ListFacts(*row) for row in known["lists"]]
    return CartFacts(
        **{name: known[name] for name in SHARED},
        lines=tuple([_line(line, lists) for line in known["lines"]]),
        coupons=tuple([Coupon(*row) for row in known.get("coupons", ())]),
        rates=tuple([Rate(row[0], row[1], Decimal(row[2]), row[3], row[4]) for row in known.get("rates", ())]),
        extras=tuple(
            [
                ExtraFacts(product, sku, unit, _prices(rows, lists), *_of_extra(besides, lists))
                for product, sku, unit, rows, *besides in known.get("extras", ())
            ]
        ),
        edition=edition,
    )


def read_outcome(outcome: str, trace: str) -> CartPriced:
    """Return the decision of stored texts."""
    known = orjson.loads(outcome)
    return CartPriced(
        tuple([_priced(row) for row in known["lines"]]),
        tuple([_added(row) for row in known["added"]]),
        tuple(known["coupons"]),
        orjson.loads(trace),
    )


def _line(known: dict[str, Any], lists: Sequence[ListFacts]) -> LineFacts:
    manual, cost = known.get("manual"), known.get("cost")
    return LineFacts(
        known["product"],
        known["sku"],
        known["category"],
        known["unit"],
        Decimal(known["quantity"]),
        Decimal(known["factor"]) if "factor" in known else ONE,
        _maybe(known.get("agreed")),
        Manual(_maybe(manual[0]), _maybe(manual[1]), *manual[2:]) if manual else None,
        _prices(known.get("prices", ()), lists),
        Cost(Decimal(cost[0]), cost[1]) if cost else None,
        tuple([(days, Decimal(bought)) for days, bought in known.get("volumes", ())]),
        _parts(known.get("parts", ()), lists),
        _units(known.get("units", ())),
        _maybe(known.get("weight")),
    )


def _parts(rows: Sequence[Sequence[Any]], lists: Sequence[ListFacts]) -> tuple[PartFacts, ...]:
    return tuple(
        [
            PartFacts(
                product, sku, Decimal(held), _prices(prices, lists),
                *_of_part(besides),
            )
            for product, sku, held, prices, *besides in rows
        ]
    )  # fmt: skip


def _units(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, Decimal], ...]:
    return tuple([(unit, Decimal(held)) for unit, held in rows])


def _of_part(besides: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """Return what the row of a part has besides: category, unit, units."""
    for known in besides:
        return known.get("category", ""), known.get("unit", ""), _units(known.get("units", ()))
    return ()


def _of_extra(besides: Sequence[dict[str, Any]], lists: Sequence[ListFacts]) -> tuple[Any, ...]:
    """Return what the row of an added product has besides: category, units, parts, weight."""
    for known in besides:
        parts = _parts(known.get("parts", ()), lists)
        return known.get("category", ""), _units(known.get("units", ())), parts, _maybe(known.get("weight"))
    return ()


def _prices(rows: Sequence[Sequence[Any]], lists: Sequence[ListFacts]) -> tuple[Candidate, ...]:
    return tuple(
        [
            Candidate(lists[place], record, unit, Decimal(least), Decimal(price), ONE if per == "1" else Decimal(per))
            for place, record, unit, least, price, per in rows
        ]
    )


def _priced(row: Sequence[Any]) -> LinePriced:
    price, per, gross, discount, net, exact, source, discounts, parts, floor = row
    return LinePriced(
        _maybe(price),
        Decimal(per),
        gross,
        discount,
        net,
        Decimal(exact),
        source,
        tuple([(rule, minor) for rule, minor in discounts]),
        tuple([PartShare(product, sku, Decimal(units), minor) for product, sku, units, minor in parts]),
        None if floor is None else BelowFloor(floor[0], _maybe(floor[1])),
    )


def _added(row: Sequence[Any]) -> AddedLine:
    kind, rule, product, sku, unit, quantity, price, per, gross, discount, net, exact, *bundle = row
    known = (kind, rule, product, sku, unit, Decimal(quantity), _maybe(price), Decimal(per))
    return AddedLine(*known, gross, discount, net, Decimal(exact), *bundle)


def _maybe(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
