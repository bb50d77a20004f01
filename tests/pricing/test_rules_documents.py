"""Documents of pricing rules: what is refused, what is said, and how they read in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.document.words import sentence_of, words_of
from tests.factories.pricing_rules import ACCESSES, a_discount, a_document, a_group

TEN = {"percent": "10"}
JUNE = "2026-06-01T00:00:00"


def said(*discounts: dict[str, Any], **members: Any) -> list[tuple[str, str, str]]:
    document = a_document(**({"groups": [a_group()], "discounts": list(discounts)} | members))
    return [(found.severity, found.pointer, found.code) for found in examine_document(document, CONDITIONS)]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"accesses": []},
        {"accesses": [{"name": "a", "source": "price_list"}]},
        {"accesses": [{"name": "a", "source": "agreed_price", "scope": "customer"}]},
        {"accesses": [{"name": "a", "source": "agreed_price", "convert": True}]},
        {"accesses": [{"name": "a", "source": "price_list", "scope": "everybody", "scale": "period"}]},
        {"accesses": [{"name": "a", "source": "price_list", "scope": "everybody", "period_days": 3}]},
        {"accesses": [{"name": "A B", "source": "agreed_price"}]},
        {"accesses": ACCESSES, "unknown": []},
        {"accesses": ACCESSES, "discounts": [{"name": "d", "group": "g"}]},
    ],
)
def test_a_wrong_document_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_document(**({"accesses": None} | document))


@pytest.mark.parametrize(
    "members",
    [
        {"give": {}},
        {"give": {"percent": "10", "amount": {"EUR": "1"}}},
        {"give": {"percent": "0"}},
        {"give": {"percent": "100.01"}},
        {"give": {"amount": {"EURO": "1"}}},
        {"give": {"amount": {"EUR": "-1"}}},
        {"give": {"tiers": [{"from": {"EUR": "1"}}]}},
        {"give": {"tiers": [{"from": {"EUR": "1"}, "percent": "1", "amount": {"EUR": "1"}}]}},
        {"give": {"free_goods": [{"sku": "G", "quantity": "1", "per": {"EUR": "1"}, "per_quantity": "1"}]}},
        {"from": "2026-06-01T00:00:00+02:00"},
        {"from": "2026-02-30T00:00:00"},
        {"from": 1780000000},
        {"zone": "Mars/Olympus"},
        {"coupon": "summer"},
    ],
)
def test_a_wrong_discount_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_document(discounts=[a_discount("d", TEN) | members])


SET = {"items": [{"sku": "A", "quantity": "1"}], "price": {"JPY": "1.5"}}


@pytest.mark.parametrize(
    ("discounts", "members", "expected"),
    [
        ([a_discount("d", TEN), a_discount("d", TEN)], {}, [("/discounts/1/name", "name_taken")]),
        ([a_discount("manual", TEN)], {}, [("/discounts/0/name", "name_taken")]),
        ([a_discount("d", TEN)], {"floors": [{"name": "d", "min_margin_percent": "1"}]}, [("/floors/0/name", "name_taken")]),
        ([a_discount("d", TEN, "nowhere")], {}, [("/discounts/0/group", "group_unknown")]),
        ([a_discount("d", {"set": SET | {"price": {"EUR": "1"}}})], {}, [("/discounts/0/give/set", "give_not_for_level")]),
        ([a_discount("d", {"fixed_price": {"EUR": "1.123456"}})], {}, []),
        ([a_discount("d", {"amount": {"EUR": "1.123", "KWD": "1.123"}})], {}, [("/discounts/0/give/amount/EUR", "too_many_decimals")]),
        (
            [a_discount("d", {"set": SET})], {"groups": [a_group(level="order")]},
            [("/discounts/0/give/set/price/JPY", "too_many_decimals")],
        ),
        (
            [a_discount("d", {"cheapest_free": {"buy": "1.5", "get": "1"}})], {"groups": [a_group(level="order")]},
            [("/discounts/0/give/cheapest_free", "not_whole")],
        ),
        (
            [a_discount("d", {"quantity_tiers": [{"from": "3", "percent": "1"}, {"from": "3", "percent": "2"}]})], {},
            [("/discounts/0/give/quantity_tiers/1/from", "tier_twice")],
        ),
        ([a_discount("d", TEN, **{"from": JUNE, "until": JUNE})], {}, [("/discounts/0/until", "period_empty")]),
        ([], {"best_of": [["g", "h"]]}, [("/best_of/0", "group_unknown")]),
        ([], {"groups": [a_group("g"), a_group("h", level="order")], "best_of": [["g", "h"]]}, [("/best_of/0", "levels_differ")]),
        (
            [], {"groups": [a_group("g", order=1), a_group("h", order=2), a_group("i", order=3)], "best_of": [["g", "i"]]},
            [("/best_of/0", "not_neighbours")],
        ),
        (
            [], {"groups": [a_group("g"), a_group("h"), a_group("i")], "best_of": [["g", "h"], ["h", "i"]]},
            [("/best_of/0", "group_twice"), ("/best_of/1", "group_twice")],
        ),
        ([a_discount("d", TEN, when="quantiti > 1")], {}, [("/discounts/0/when", "condition_invalid")]),
        ([], {"charges": [{"name": "c", "sku": "F", "give": TEN, "when": 'sku == "A"'}]}, [("/charges/0/when", "condition_invalid")]),
        (
            [], {"charges": [{"name": "c", "sku": "F", "give": {"fixed_price": {"EUR": "1"}}}]},
            [("/charges/0/give/fixed_price", "give_not_for_level")],
        ),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(
    discounts: list[dict[str, Any]], members: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert said(*discounts, **members) == [("error", *each) for each in expected]


@pytest.mark.parametrize(("begin", "end"), [("02:00", "03:00"), ("02:45", "03:15")])
def test_a_period_that_the_clock_skips_is_no_period(begin: str, end: str) -> None:
    """At 02:00 the clock of Berlin is put to 03:00: half past two is half past three."""
    day = {"from": f"2026-03-29T{begin}:00", "until": f"2026-03-29T{end}:00"}
    empty = ("error", "/discounts/0/until", "period_empty")
    assert empty in said(a_discount("d", TEN, zone="Europe/Berlin", **day))
    assert empty not in said(a_discount("d", TEN, zone="Europe/Lisbon", **day))
    assert empty not in said(a_discount("d", TEN, **day))


def test_a_mistake_in_a_condition_has_its_line_and_column() -> None:
    document = a_document(
        groups=[a_group()], discounts=[a_discount("d", TEN, when='category == "bikes" &&\n quantity > "3"')]
    )
    (found,) = examine_document(document, CONDITIONS)
    assert (found.line, found.column, found.rules) == (2, 11, ("d",))


FIRST = {"method": "highest_priority"}
BEST = {"method": "best_for_customer"}


@pytest.mark.parametrize(
    ("group", "one", "two", "code"),
    [
        (FIRST, {"when": "quantity > 5", "priority": 1}, {"when": "quantity > 9"}, "unreachable"),
        (FIRST, {"when": "quantity > 5", "priority": 1, "coupon": "C"}, {"when": "quantity > 9"}, "overlap"),
        (FIRST, {"when": "quantity > 5", "priority": 1, "coupon": "C"}, {"when": "quantity > 9", "coupon": "C"}, "unreachable"),
        (FIRST, {"when": "quantity > 5", "priority": 1, "until": JUNE}, {"when": "quantity > 9"}, "overlap"),
        (FIRST, {"when": "quantity > 5", "priority": 1, "until": JUNE}, {"when": "quantity > 9", "from": JUNE}, None),
        (FIRST, {"when": "quantity > 5", "priority": 1, "give": {"amount": {"EUR": "1"}}}, {"when": "quantity > 9"}, "overlap"),
        (FIRST, {"when": "quantity > 5"}, {"when": "quantity < 5"}, None),
        (FIRST, {"when": 'category == "a"'}, {"when": 'category == "b"'}, None),
        (BEST, {"when": "quantity > 5", "give": {"percent": "20"}}, {"when": "quantity > 9"}, "unreachable"),
        (BEST, {"when": "quantity > 5", "give": {"percent": "5"}}, {"when": "quantity > 9"}, "overlap"),
        ({}, {"when": "quantity > 5"}, {"when": "quantity > 9"}, "overlap"),
    ],
)  # fmt: skip
def test_rules_beside_each_other(
    group: dict[str, Any], one: dict[str, Any], two: dict[str, Any], code: str | None
) -> None:
    discounts = [a_discount("one", TEN) | one, a_discount("two", TEN) | two]
    expected = [] if code is None else [("warning", "/discounts/1", code)]
    assert said(*discounts, groups=[a_group(**group)]) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"when": "quantity > 10 && quantity < 5"}, ("warning", "/discounts/0/when", "contradictory")),
        ({"when": 'sku.startsWith("A")'}, ("undecided", "/discounts/0/when", "undecided")),
        ({"zone": "Europe/Berlin", "from": "2026-03-29T02:30:00"}, ("warning", "/discounts/0/from", "instant_skipped")),
        ({"zone": "Europe/Berlin", "until": "2026-10-25T02:30:00"}, ("warning", "/discounts/0/until", "instant_twice")),
    ],
)
def test_what_is_said_of_one_rule(members: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert said(a_discount("d", TEN) | members) == [expected]


def test_an_access_that_looks_where_another_looked_is_never_reached() -> None:
    again = {"name": "again", "source": "price_list", "scope": "customer"}
    assert said(accesses=[*ACCESSES, again]) == [("warning", "/accesses/5", "unreachable")]


ITEMS = [{"sku": "A", "quantity": "1"}, {"sku": "B", "quantity": "2"}]


def test_a_document_in_words() -> None:
    document = a_document(
        groups=[a_group(method="all_on_list")],
        discounts=[a_discount("d", TEN, title="Summer", when="quantity >= 3", coupon="SUN", **{"from": "2026-06-01T00:00:00"})],
        charges=[{"name": "c", "sku": "F", "give": {"tiers": [{"from": {"EUR": "0"}, "amount": {"EUR": "4.90"}}]}}],
        floors=[{"name": "f", "min_margin_percent": "10"}],
    )  # fmt: skip
    words = words_of(document)
    assert words["discount d"] == ("Summer", {
        "percent": "10", "priority": "0", "group": "g", "when": "quantity >= 3", "from": "2026-06-01T00:00:00", "coupon": "SUN",
    })  # fmt: skip
    assert words["charge c"].words["tiers"] == "from 0 EUR: 4.90 EUR"
    assert words["group g"].words["method"] == "all on list"
    assert words["floor f"] == ("Floor f", {"min_margin_percent": "10"})
    assert words["access zone"].words["place"] == "4"


@pytest.mark.parametrize(
    ("give", "sentence"),
    [
        ({"buy_get": {"buy": "2", "get": "1"}}, "buy 2, get 1 free"),
        ({"set": {"items": ITEMS, "price": {"EUR": "99.00"}}}, "1 A + 2 B, together 99.00 EUR"),
        ({"cheapest_free": {"buy": "2", "get": "1"}}, "buy 2, get 1 of the cheapest free"),
        ({"free_goods": [{"sku": "G", "quantity": "1", "per": {"EUR": "100"}}]}, "free: 1 G for every 100 EUR"),
        ({"free_goods": [{"sku": "G", "quantity": "1", "per_quantity": "10"}]}, "free: 1 G for every 10 units"),
        ({"quantity_tiers": [{"from": "11", "percent": "2"}]}, "from 11: 2 %"),
    ],
)  # fmt: skip
def test_what_is_given_in_one_line(give: dict[str, Any], sentence: str) -> None:
    assert sentence_of(a_document(discounts=[a_discount("d", give)]).discounts[0].give) == sentence
