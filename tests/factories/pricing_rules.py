"""Documents of pricing rules, carts and their facts for tests."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.facts import Candidate, CartFacts, ExtraFacts, LineFacts, ListFacts
from apps.pricing.decisions.document.compiled import Rules, compile_rules
from apps.pricing.decisions.document.schema import PricingRules

ACCESSES: list[dict[str, Any]] = [
    {"name": "agreed", "source": "agreed_price"},
    {"name": "contract", "source": "price_list", "scope": "customer"},
    {"name": "group", "source": "price_list", "scope": "customer_group"},
    {"name": "zone", "source": "price_list", "scope": "zone"},
    {"name": "base", "source": "price_list", "scope": "everybody", "convert": True},
]
BASE = ListFacts("BASE", "everybody", "EUR")


def a_document(**members: Any) -> PricingRules:
    return PricingRules.model_validate({"accesses": ACCESSES, **members})


def rules_of(**members: Any) -> Rules:
    return compile_rules(a_document(**members), CONDITIONS)


def a_group(name: str = "g", **members: Any) -> dict[str, Any]:
    return {"name": name, "order": 10, "method": "all_in_sequence", **members}


def a_discount(name: str, give: Mapping[str, Any], group: str = "g", **members: Any) -> dict[str, Any]:
    return {"name": name, "group": group, "give": give, **members}


def one_group(*discounts: dict[str, Any], **group: Any) -> Rules:
    """Return rules with one group that holds the discounts."""
    return rules_of(groups=[a_group(**group)], discounts=list(discounts))


def a_record(price: str, *, price_list: ListFacts = BASE, record: str = "", **values: Any) -> Candidate:
    plain: dict[str, Any] = {"unit": "", "from_quantity": Decimal(0), "per": Decimal(1)}
    numbers = {
        name: Decimal(value) if isinstance(value, str) and name != "unit" else value for name, value in values.items()
    }
    return Candidate(
        price_list=price_list,
        record=record or f"{price_list.code}-{price}",
        unit_price=Decimal(price),
        **(plain | numbers),
    )


def a_line(sku: str = "A", quantity: str = "1", price: str | None = "10.00", **values: Any) -> LineFacts:
    candidates = () if price is None else (a_record(price, price_list=values.pop("price_list", BASE)),)
    plain = {"category": "", "unit": "PCE", "candidates": candidates}
    return LineFacts(product=f"p-{sku}", sku=sku, quantity=Decimal(quantity), **(plain | values))


def an_extra(sku: str, price: str | None = None) -> ExtraFacts:
    return ExtraFacts(f"p-{sku}", sku, "", () if price is None else (a_record(price),))


def a_cart(*lines: LineFacts, **values: Any) -> CartFacts:
    plain: dict[str, Any] = {
        "at": "2026-06-15T10:00:00+00:00", "currency": "EUR", "zone": "Europe/Berlin", "legal_entity": "e1", "customer": "c1",
        "customer_group": "", "channel": "web", "country": "DE", "state": "DE-BY", "postal_code": "80331",
    }  # fmt: skip
    return CartFacts(**(plain | values), lines=tuple(lines))


def shuffled(document: Mapping[str, Any], order: Iterable[int]) -> dict[str, Any]:
    """Return the document with everything but the sequence of accesses stored in another order: rules, groups, charges, floors,
    the rivals of `best_of`, tiers, the items of sets, free goods, and the members of each object; `order` are numbers to sort by.
    """
    numbers = iter(order)

    def mixed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: mixed(each) for name, each in in_disorder(list(value.items()))}
        return [mixed(each) for each in in_disorder(value)] if isinstance(value, list) else value

    def in_disorder(rows: list[Any]) -> list[Any]:
        return [row for _, row in sorted(((next(numbers), row) for row in rows), key=lambda two: two[0])]

    accesses = (
        {"accesses": [mixed(access) for access in document.get("accesses", ())]} if "accesses" in document else {}
    )
    return mixed({name: rows for name, rows in document.items() if name != "accesses"}) | accesses
