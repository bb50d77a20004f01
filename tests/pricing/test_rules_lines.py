"""Prices and discounts of lines: worked examples, reckoned by hand."""

from decimal import Decimal
from typing import Any

import pytest

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartPriced, LineFacts, Manual
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.record.explanation import explain_line
from tests.factories.pricing_rules import a_cart, a_discount, a_group, a_line, one_group, rules_of


def price(rules: Rules, *lines: LineFacts, **cart: Any) -> CartPriced:
    return decide_cart(rules, a_cart(*lines, **cart))


def nets(priced: CartPriced) -> list[int]:
    return [line.net_minor for line in priced.lines]


def lost(priced: CartPriced, line: int = 0) -> list[tuple[Any, ...]]:
    return [tuple(entry) for entry in priced.trace["lines"][line].get("lost", ())]


@pytest.mark.parametrize(
    ("give", "quantity", "unit_price", "net"),
    [
        ({"percent": "10"}, "3", "9.99", 2697),  # 29.97 - 2.997 = 26.973
        ({"percent": "100"}, "3", "9.99", 0),
        ({"amount": {"EUR": "5.00"}}, "3", "9.99", 2497),
        ({"amount": {"EUR": "50.00"}}, "3", "9.99", 0),  # never more than is left
        ({"amount_per_unit": {"EUR": "1.50"}}, "3", "9.99", 2547),
        ({"fixed_price": {"EUR": "9.90"}}, "3", "9.99", 2970),
        ({"fixed_price": {"EUR": "10.00"}}, "3", "9.99", 2997),  # dearer than the list: nothing given
        ({"buy_get": {"buy": "2", "get": "1"}}, "7", "10.00", 5000),  # two bunches of three: 2 of 7 free
        ({"buy_get": {"buy": "2", "get": "1", "percent": "50"}}, "3", "10.00", 2500),
        ({"buy_get": {"buy": "2", "get": "1"}}, "2", "10.00", 2000),
        ({"tiers": [{"from": {"EUR": "20"}, "percent": "5"}, {"from": {"EUR": "50"}, "percent": "10"}]}, "4", "10.00", 3800),
        ({"tiers": [{"from": {"EUR": "50"}, "percent": "10"}, {"from": {"EUR": "20"}, "percent": "5"}]}, "5", "10.00", 4500),
        ({"tiers": [{"from": {"EUR": "50"}, "amount": {"EUR": "7"}}]}, "4", "10.00", 4000),
        ({"quantity_tiers": [{"from": "11", "percent": "2"}, {"from": "15", "percent": "5"}]}, "14", "10.00", 13720),
        ({"quantity_tiers": [{"from": "11", "percent": "2"}, {"from": "15", "percent": "5"}]}, "15", "10.00", 14250),
    ],
)  # fmt: skip
def test_each_way_to_give(give: dict[str, Any], quantity: str, unit_price: str, net: int) -> None:
    priced = price(one_group(a_discount("d", give)), a_line(quantity=quantity, price=unit_price))
    assert nets(priced) == [net]
    line = priced.lines[0]
    assert line.gross_minor - sum(minor for _, minor in line.discounts) == line.net_minor


@pytest.mark.parametrize(
    ("currency", "unit_price", "gross", "steps", "net"),
    [
        ("JPY", "333", 999, [("a", 100), ("b", 45)], 854),  # 999 - 99.9 = 899.1 -> 899; less 5 % = 854.145 -> 854
        ("EUR", "3.33", 999, [("a", 100), ("b", 45)], 854),  # 9.99 -> 8.991 -> 8.54145
        ("KWD", "3.333", 9999, [("a", 1000), ("b", 450)], 8549),  # 9.999 -> 8.9991 -> 8.549145
    ],
)
def test_a_line_is_exact_until_its_end_and_steps_sum(
    currency: str, unit_price: str, gross: int, steps: list[tuple[str, int]], net: int
) -> None:
    from_list = a_line(quantity="3", price=None, agreed=Decimal(unit_price))
    accesses = [{"name": "agreed", "source": "agreed_price", "final": False}]
    rules = rules_of(
        accesses=accesses,
        groups=[a_group()],
        discounts=[a_discount("a", {"percent": "10"}), a_discount("b", {"percent": "5"})],
    )
    line = price(rules, from_list, currency=currency).lines[0]
    assert (line.gross_minor, list(line.discounts), line.net_minor) == (gross, steps, net)


TWO = [a_discount("ten", {"percent": "10"}), a_discount("three_off", {"amount": {"EUR": "3"}}, priority=5)]


@pytest.mark.parametrize(
    ("method", "net", "losers"),
    [
        ("best_for_customer", 1700, [("ten", "worse_than", "three_off", 200)]),  # 20.00: 3.00 against 2.00
        ("highest_priority", 1700, [("ten", "lower_priority", "three_off")]),
        ("all_in_sequence", 1530, []),  # 20 - 3 = 17, less 10 %
        ("all_on_list", 1500, []),  # 3 and 2, both on 20
    ],
)
def test_the_methods_of_a_group(method: str, net: int, losers: list[tuple[Any, ...]]) -> None:
    priced = price(one_group(*TWO, method=method), a_line(quantity="2"))
    assert nets(priced) == [net]
    assert lost(priced) == losers


def test_discounts_on_the_list_price_never_take_more_than_there_is() -> None:
    rules = one_group(
        a_discount("a", {"percent": "60"}), a_discount("b", {"percent": "60"}), a_discount("c", {"percent": "1"}),
        method="all_on_list",
    )  # fmt: skip
    priced = price(rules, a_line())
    assert priced.lines[0].discounts == (("a", 600), ("b", 400))
    assert lost(priced) == [("c", "nothing_left")]


def test_an_exclusive_group_leaves_nothing_to_later_ones() -> None:
    rules = rules_of(
        groups=[a_group("first", order=1, exclusive=True), a_group("second", order=2), a_group("whole", order=1, level="order")],
        discounts=[
            a_discount("bikes", {"percent": "10"}, "first", when='category == "bikes"'),
            a_discount("all", {"percent": "5"}, "second"),
            a_discount("order", {"percent": "10"}, "whole"),
        ],
    )  # fmt: skip
    priced = price(rules, a_line("A", category="bikes"), a_line("B"))
    assert nets(priced) == [900, 855]  # 10 less 10 %; 10 less 5 % less 10 % of the order, which A takes no part in
    assert lost(priced) == [("all", "excluded_by", "bikes")]
    assert priced.trace["lines"][0]["closed_by"] == "bikes"


def test_of_rival_groups_the_best_for_the_customer_counts_per_line() -> None:
    rules = rules_of(
        groups=[a_group("season", order=1), a_group("clearance", order=2)],
        best_of=[["clearance", "season"]],
        discounts=[
            a_discount("ten", {"percent": "10"}, "season"),
            a_discount("five", {"percent": "5"}, "season"),
            a_discount("two_off", {"amount": {"EUR": "2"}}, "clearance"),
        ],
    )
    priced = price(rules, a_line("A", price="10.00"), a_line("B", price="100.00"))
    assert nets(priced) == [800, 8550]  # 14.5 % of 10 is 1.45; of 100 it is 14.50
    assert lost(priced, 0) == [("five", "worse_than", "two_off", 50), ("ten", "worse_than", "two_off", 95)]
    assert lost(priced, 1) == [("two_off", "worse_than", "ten", 200)]


def test_conditions_choose_lines_and_say_whom_they_are_not_for() -> None:
    rules = one_group(
        a_discount("bikes", {"percent": "10"}, when='category == "bikes" && quantity >= 3 && country in ["DE", "AT"]'),
        a_discount("france", {"percent": "50"}, when='country == "FR"'),
        a_discount("big", {"percent": "1"}, when="net > 25"),
    )
    priced = price(rules, a_line("A", "3", category="bikes"), a_line("B", "2", category="bikes"))
    assert nets(priced) == [2673, 2000]  # A: 30 - 10 % = 27, above 25: - 1 %; B: 20
    assert priced.trace["not_for"] == [[], ["bikes"]]
    assert ("france", "condition_false") in priced.trace["order"]["lost"]
    assert lost(priced, 1) == [("big", "condition_false")]


def test_a_condition_that_is_false_for_every_line_is_told_once() -> None:
    rules = one_group(
        a_discount("a", {"percent": "1"}, when='sku == "A"'), a_discount("z", {"percent": "1"}, when='sku == "Z"')
    )
    trace = price(rules, a_line("A"), a_line("B")).trace
    assert (list(trace["for_none"]), trace["not_for"]) == (["z"], [[], ["a"]])
    assert [loser.rule for loser in explain_line(trace, 1, 1000).lost] == ["a", "z"]


def test_a_condition_may_read_the_sum_of_the_order() -> None:
    rules = one_group(a_discount("d", {"percent": "10"}, when="order_net >= 30 && order_quantity >= 3"))
    assert nets(price(rules, a_line("A", "2"), a_line("B"))) == [1800, 900]
    assert nets(price(rules, a_line("A", "2"))) == [2000]


@pytest.mark.parametrize(
    ("manual", "net", "source"),
    [
        (Manual(Decimal("7.77"), None, "u1", "matched an offer"), 777, "manual"),
        (Manual(None, Decimal("20"), "u1", "late delivery"), 720, "base"),  # 10 - 10 % = 9, - 20 %
    ],
)
def test_what_a_person_set(manual: Manual, net: int, source: str) -> None:
    priced = price(one_group(a_discount("ten", {"percent": "10"})), a_line(manual=manual))
    assert (nets(priced), priced.lines[0].source) == ([net], source)
    if manual.price is not None:
        found = priced.trace["lines"][0]["found"]
        assert (found["by"], found["reason"], found["instead"]["found"]) == ("u1", "matched an offer", "10.00")


def test_an_agreed_price_takes_no_discount_unless_its_access_says_so() -> None:
    line = a_line(price=None, agreed=Decimal("10.00"))
    ten = [a_discount("ten", {"percent": "10"}), a_discount("order", {"percent": "10"}, "whole")]
    groups = [a_group(), a_group("whole", level="order")]
    assert nets(price(rules_of(groups=groups, discounts=ten), line)) == [1000]
    open_access = [{"name": "agreed", "source": "agreed_price", "final": False}]
    assert nets(price(rules_of(accesses=open_access, groups=groups, discounts=ten), line)) == [810]


def test_a_discount_without_a_figure_in_the_currency_says_so() -> None:
    priced = price(one_group(a_discount("d", {"amount": {"USD": "5"}})), a_line())
    assert nets(priced) == [1000]
    assert priced.trace["order"]["lost"] == [("d", "no_amount_in_currency")]


def test_nothing_and_less_than_nothing_take_no_discount() -> None:
    rules = one_group(a_discount("d", {"amount": {"EUR": "5"}}))
    priced = price(
        rules,
        a_line("A", "0"),
        a_line("B", "-1", None, agreed=Decimal("10.00")),
        a_line("C", price=None),
        a_line("D", price="0"),
    )
    assert nets(priced) == [0, -1000, 0, 0]
    assert [line.unit_price for line in priced.lines] == [Decimal("10.00"), Decimal("10.00"), None, Decimal("0")]


def test_an_order_without_lines_is_priced() -> None:
    assert nets(price(one_group(*TWO))) == []


def test_what_is_too_large_to_be_booked_harms_nobody() -> None:
    priced = price(one_group(*TWO), a_line("A", "100000000", "99999999999"), a_line("B", "2"))
    assert [line.unit_price for line in priced.lines] == [None, Decimal("10.00")]
    assert priced.trace["missed"][priced.trace["lines"][0]["missed"]][-1] == ("base", "amount_out_of_range")
