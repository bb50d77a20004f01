"""Lines like some that were priced before: their discounts are remembered, and are those that they would get anew."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from apps.pricing.decisions.cart import line_discounts
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, LineFacts, Manual
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.record.texts import CartTexts, cart_texts
from tests.factories.pricing_carts import random_cart, random_rules
from tests.factories.pricing_rules import a_cart, a_discount, a_line, one_group, rules_of


def texts(rules: Rules, cart: CartFacts) -> CartTexts:
    return cart_texts(cart, decide_cart(rules, cart))


def net(rules: Rules, *lines: LineFacts, **cart: Any) -> int:
    return decide_cart(rules, a_cart(*lines, **cart)).lines[0].net_minor


@pytest.mark.parametrize("seed", range(12))
def test_a_cart_is_priced_alike_by_fresh_rules_and_by_used_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_discounts, "MOST_REMEMBERED", 7)
    used, draw = random_rules(seed), Random(seed)
    carts = [random_cart(draw) for _ in range(20)]
    for cart in carts:
        decide_cart(used, cart)
    for cart in carts:
        assert texts(used, cart) == texts(random_rules(seed), cart)


def test_no_more_lines_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_discounts, "MOST_REMEMBERED", 3)
    rules = one_group(a_discount("ten", {"percent": "10"}))
    for quantity in range(1, 20):
        assert net(rules, a_line(quantity=str(quantity))) == 900 * quantity
        assert len(rules.discounted) <= 3


def test_what_conditions_read_besides_belongs_to_it() -> None:
    rules = one_group(a_discount("web", {"percent": "10"}, when='channel == "web" && sku != "B" && net > 5'))
    assert net(rules, a_line(), channel="shop") == 1000
    assert net(rules, a_line(), channel="web") == 900
    assert net(rules, a_line("B"), channel="web") == 1000


def test_what_depends_on_the_sums_of_the_order_is_reckoned_anew() -> None:
    rules = one_group(a_discount("large", {"percent": "10"}, when="order_net > 50"))
    assert net(rules, a_line()) == 1000
    assert net(rules, a_line(), a_line("B", "9")) == 900
    assert not rules.discounted


def test_shares_of_the_order_and_prices_by_hand_come_after_it() -> None:
    whole = {"name": "whole", "order": 20, "method": "all_in_sequence", "level": "order"}
    line = {"name": "g", "order": 10, "method": "all_in_sequence"}
    given = [a_discount("ten", {"percent": "10"}), a_discount("one", {"amount": {"EUR": "1"}}, group="whole")]
    rules = rules_of(groups=[line, whole], discounts=given)
    manual = Manual(None, Decimal(50), "somebody", "damaged")
    assert net(rules, a_line()) == 800
    assert net(rules, a_line()._replace(manual=manual)) == 350
    assert net(rules, a_line()) == 800
