"""Charges by weight, what lines bear of charges, and bundles as free goods: worked examples, reckoned by hand."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, CartPriced, ExtraFacts, LineFacts, PartFacts
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.document.words import words_of
from apps.pricing.decisions.record.explanation import explain_line, explain_order
from apps.pricing.decisions.record.readings import read_outcome
from apps.pricing.decisions.record.texts import cart_texts, replay_cart
from apps.pricing.selectors.told import cart_line_steps, order_steps
from tests.factories.pricing_rules import a_cart, a_discount, a_document, a_group, a_line, a_record, an_extra, rules_of

TIERS = [
    {"from": "0", "amount": {"EUR": "4.90"}}, {"from": "5", "amount": {"EUR": "9.90"}}, {"from": "31.5", "amount": {"EUR": "0.00"}},
]  # fmt: skip


def freight(give: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"charges": [{"name": "freight", "sku": "F", "give": give} | members]}


def of(weight: str | None, quantity: str = "1", sku: str = "A") -> LineFacts:
    return a_line(sku, quantity, weight=None if weight is None else Decimal(weight))


def decided(cart: CartFacts, **members: Any) -> CartPriced:
    """Return the decision; from its texts it is the same, and a replay comes to the same bytes."""
    rules = rules_of(**members)
    priced = decide_cart(rules, cart)
    texts = cart_texts(cart, priced)
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    assert read_outcome(texts.outcome, texts.trace).added == priced.added
    return priced


def charged(*lines: LineFacts, give: dict[str, Any], **members: Any) -> list[int]:
    cart = a_cart(*lines, extras=(an_extra("F"),))
    return [line.net_minor for line in decided(cart, **freight(give, **members)).added]


@pytest.mark.parametrize(
    ("weight", "quantity", "minor"),
    [("4.999", "1", [490]), ("5", "1", [990]), ("2.5", "2", [990]), ("31.499", "1", [990]), ("10.5", "3", [])],
)
def test_a_charge_by_weight(weight: str, quantity: str, minor: list[int]) -> None:
    assert charged(of(weight, quantity), give={"weight_tiers": TIERS}) == minor


def test_weights_are_those_of_own_units() -> None:
    boxes = of("0.5", "2")._replace(factor=Decimal(12), unit="BOX")
    assert charged(boxes, give={"amount_per_kg": {"EUR": "0.50"}}) == [600]


def test_below_the_first_tier_there_is_no_charge_and_the_trace_says_so() -> None:
    cart = a_cart(of("1"), extras=(an_extra("F"),))
    priced = decided(cart, **freight({"weight_tiers": TIERS[1:]}))
    assert (priced.added, priced.trace["order"]["lost"]) == ((), [("freight", "below_weight")])


def test_a_charge_may_ask_for_the_weight() -> None:
    when = {"when": "order_weight > 30"}
    give = {"amount": {"EUR": "50.00"}}
    assert [charged(of(weight), give=give, **when) for weight in ("30", "30.001")] == [[], [5000]]
    heavy = [a_discount("d", {"percent": "10"}, "whole", when="order_weight >= 10")]
    groups = [a_group("whole", level="order")]
    nets = [decided(a_cart(of(weight)), groups=groups, discounts=heavy).lines[0].net_minor for weight in ("9.9", "10")]
    assert nets == [1000, 900]


def test_what_nobody_weighed_counts_nothing_and_is_named() -> None:
    cart = a_cart(of("4"), of(None, sku="B"), extras=(an_extra("F"),))
    priced = decided(cart, **freight({"weight_tiers": TIERS}))
    assert priced.trace["weight"] == {"kg": "4", "unknown": ["B"]}
    (step,) = [step for step in order_steps(explain_order(priced.trace), "EUR") if step.label == "Weight"]
    assert (step.value, step.note) == ("4 kg", "without B: nobody knows")
    plain = decided(a_cart(of("4"), extras=(an_extra("F"),)), **freight({"amount": {"EUR": "4.90"}}))
    assert "weight" not in plain.trace


def test_what_a_line_bears_of_a_charge_is_shown() -> None:
    cart = a_cart(of("1.5", "2"), of("0.25", sku="B"), extras=(an_extra("F"),))
    priced = decided(cart, **freight({"amount_per_kg": {"EUR": "0.33"}}))
    assert [line.net_minor for line in priced.added] == [107]
    borne = [explain_line(priced.trace, place, 1000).borne for place in range(2)]
    assert borne == [{"freight": Decimal("0.99")}, {"freight": Decimal("0.0825")}]
    (step,) = [step for step in cart_line_steps(cart, priced, 1) if step.label == "Charge: Freight"]
    assert "0.0825" in step.value
    whole = decided(cart, **freight({"weight_tiers": TIERS}))
    assert explain_line(whole.trace, 0, 1000).borne == {}


@given(st.lists(st.tuples(st.integers(1, 50), st.decimals("0", "99", places=3)), min_size=1, max_size=6))
def test_what_lines_bear_sums_to_the_charge(lines: list[tuple[int, Decimal]]) -> None:
    cart = a_cart(*(of(str(weight), str(quantity)) for quantity, weight in lines), extras=(an_extra("F"),))
    priced = decided(cart, **freight({"amount_per_kg": {"EUR": "0.37"}}))
    whole = sum(quantity * weight for quantity, weight in lines) * Decimal("0.37")
    borne = [explain_line(priced.trace, place, 0).borne for place in range(len(lines))]
    assert sum(each["freight"] for each in borne if each) == whole
    assert all(borne) == bool(whole), "a charge of nothing is borne by nobody"
    assert sum(line.net_exact for line in priced.added) in (whole, 0)


def test_weights_in_documents() -> None:
    def said(give: dict[str, Any], level: str = "charges") -> list[tuple[str, str]]:
        charge = {"name": "f", "sku": "F", "give": give}
        rule = {"name": "d", "group": "g", "give": give}
        members = {"charges": [charge]} if level == "charges" else {"groups": [a_group()], "discounts": [rule]}
        return [(each.pointer, each.code) for each in examine_document(a_document(**members), CONDITIONS)]

    assert said({"weight_tiers": TIERS}) == []
    assert said({"weight_tiers": [TIERS[0], TIERS[0]]}) == [("/charges/0/give/weight_tiers/1/from", "tier_twice")]
    assert said({"weight_tiers": [{"from": "0", "amount": {"JPY": "1.5"}}]})[0][1] == "too_many_decimals"
    assert said({"amount_per_kg": {"EUR": "1"}}, "discounts")[0][1] == "give_not_for_level"
    words = words_of(a_document(**freight({"weight_tiers": TIERS[:1]})))["charge freight"].words
    assert words["weight_tiers"] == "from 0 kg: 4.90 EUR"


# Bundles as free goods.

GIFT = {
    "groups": [a_group("whole", level="order")],
    "discounts": [a_discount("gift", {"free_goods": [{"sku": "KIT", "quantity": "2"}]}, "whole")],
}


def a_kit(price: str | None, **values: Any) -> ExtraFacts:
    parts = (
        PartFacts("p-X", "X", Decimal(2), (a_record("3.00"),)),
        PartFacts("p-Y", "Y", Decimal(1), (a_record("4.00"),)),
    )
    return an_extra("KIT", price)._replace(parts=parts, **values)


def test_a_free_bundle_is_added_as_its_parts() -> None:
    priced = decided(a_cart(a_line(), extras=(a_kit("9.00"),)), **GIFT)
    assert [(line.sku, line.product, line.quantity, line.bundle) for line in priced.added] == [
        ("X", "p-X", 4, "KIT"), ("Y", "p-Y", 2, "KIT"),
    ]  # fmt: skip
    # Worth 18.00, split by what the parts cost alone: 12.00 and 8.00.
    assert [(line.gross_minor, line.discount_minor, line.net_minor) for line in priced.added] == [
        (1080, 1080, 0), (720, 720, 0),
    ]  # fmt: skip
    assert [(line.unit_price, line.per) for line in priced.added] == [(Decimal("10.80"), 4), (Decimal("7.20"), 2)]
    told = explain_order(priced.trace)
    assert [list(map(list, goods)) for _, _, _, goods in told.steps] == [[["X", "4", "KIT"], ["Y", "2", "KIT"]]]
    assert order_steps(told, "EUR")[0].value == "4 x X (of KIT), 2 x Y (of KIT)"


def test_one_without_a_price_is_worth_nothing_or_the_sum_of_its_parts() -> None:
    cart = a_cart(a_line(), extras=(a_kit(None),))
    assert [(line.unit_price, line.gross_minor) for line in decided(cart, **GIFT).added] == [(None, 0), (None, 0)]
    accesses = [
        {"name": "base", "source": "price_list", "scope": "everybody"}, {"name": "parts", "source": "parts"},
    ]  # fmt: skip
    assert [line.gross_minor for line in decided(cart, accesses=accesses, **GIFT).added] == [1200, 800]


def test_free_goods_weigh_too() -> None:
    extras = (a_kit(None, weight=Decimal(3)), an_extra("F"))
    priced = decided(a_cart(of("1"), extras=extras), **GIFT, **freight({"amount_per_kg": {"EUR": "1.00"}}))
    assert [line.net_minor for line in priced.added] == [0, 0, 700]
    assert priced.trace["weight"] == {"kg": "7", "unknown": []}
    unknown = decided(a_cart(of("1"), extras=(a_kit(None), an_extra("F"))), **GIFT, **freight({"weight_tiers": TIERS}))
    assert unknown.trace["weight"] == {"kg": "1", "unknown": ["KIT"]}
