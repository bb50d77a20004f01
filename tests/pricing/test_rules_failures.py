"""Conditions that have no answer: they do not hold, and the trace says so, wherever they are asked."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import EDITION, CartFacts
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.record.explanation import explain_line, explain_order
from apps.pricing.decisions.record.readings import read_facts
from apps.pricing.decisions.record.texts import cart_texts, replay_cart
from apps.pricing.selectors.told import cart_line_steps
from tests.factories.pricing_rules import a_cart, a_discount, a_group, a_line, an_extra, one_group, rules_of

TEN = {"percent": "10"}
# Of the order, of the line, of what is left of the line, of what is left of the order.
OF_ORDER, OF_LINE = 'coupons[0] == "X"', "int(sku) > 3"
LATE, LATE_OF_ORDER = "1 / int(net - net) > 0", "1 / int(order_net - order_net) > 0"
BY_ZERO = "condition_failed:division_by_zero"


FACTORIES = Path(__file__).parents[1] / "factories"


def lost(rules: Rules, cart: CartFacts) -> tuple[list[Any], list[Any]]:
    """Return who lost why: on the first line, and on the order."""
    trace = decide_cart(rules, cart).trace
    line = explain_line(trace, 0, 1000)
    return [each[:2] for each in line.lost], [each[:2] for each in explain_order(trace).lost]


@pytest.mark.parametrize(
    ("when", "of_line", "of_order"),
    [
        (OF_ORDER, [], [("d", "condition_failed:no_such_place_in_list")]),
        (OF_LINE, [("d", "condition_failed:text_not_convertible")], []),
        (LATE, [("d", BY_ZERO)], []),
        (LATE_OF_ORDER, [("d", BY_ZERO)], []),
    ],
)
def test_a_discount_on_lines_says_that_its_condition_has_no_answer(
    when: str, of_line: list[Any], of_order: list[Any]
) -> None:
    rules = one_group(a_discount("d", TEN, when=when))
    assert lost(rules, a_cart(a_line())) == (of_line, of_order)
    # What is remembered says the same.
    assert lost(rules, a_cart(a_line())) == (of_line, of_order)
    assert decide_cart(rules, a_cart(a_line())).lines[0].net_minor == 1000


@pytest.mark.parametrize(
    ("when", "of_line", "of_order"),
    [
        (OF_ORDER, [], [("d", "condition_failed:no_such_place_in_list")]),
        (OF_LINE, [("d", "condition_failed:text_not_convertible")], [("d", "no_line_matches")]),
        (LATE, [("d", BY_ZERO)], [("d", "no_line_matches")]),
        (LATE_OF_ORDER, [], [("d", BY_ZERO)]),
    ],
)
def test_so_does_one_on_the_order(when: str, of_line: list[Any], of_order: list[Any]) -> None:
    rules = one_group(a_discount("d", TEN, when=when), level="order")
    assert lost(rules, a_cart(a_line())) == (of_line, of_order)


@pytest.mark.parametrize("when", [OF_ORDER, LATE_OF_ORDER])
def test_so_does_a_charge(when: str) -> None:
    rules = rules_of(charges=[{"name": "f", "sku": "F", "give": {"amount": {"EUR": "1.00"}}, "when": when}])
    _, of_order = lost(rules, a_cart(a_line(), extras=(an_extra("F"),)))
    assert [why.split(":")[0] for _, why in of_order] == ["condition_failed"]


@pytest.mark.parametrize("when", [OF_LINE, LATE])
def test_so_does_a_floor(when: str) -> None:
    rules = rules_of(floors=[{"name": "least", "min_price": {"EUR": "99.00"}, "when": when}])
    priced = decide_cart(rules, a_cart(a_line()))
    (floor,) = explain_line(priced.trace, 0, 1000).floors
    assert (floor["rule"], floor["missed"].split(":")[0]) == ("least", "condition_failed")
    assert priced.lines[0].floor is None
    of_order = rules_of(floors=[{"name": "least", "min_price": {"EUR": "99.00"}, "when": OF_ORDER}])
    assert lost(of_order, a_cart(a_line()))[1] == [("least", "condition_failed:no_such_place_in_list")]


def test_only_the_lines_without_an_answer_say_so() -> None:
    rules = one_group(a_discount("d", TEN, when=OF_LINE))
    priced = decide_cart(rules, a_cart(a_line("4"), a_line("A"), a_line("2")))
    assert [line.net_minor for line in priced.lines] == [900, 1000, 1000]
    whys = [[each.why for each in explain_line(priced.trace, place, 1000).lost] for place in range(3)]
    assert whys == [[], ["condition_failed:text_not_convertible"], ["condition_false"]]


def test_a_rule_that_is_over_says_only_that() -> None:
    rules = one_group(a_discount("d", TEN, when=OF_LINE, until="2020-01-01T00:00:00"))
    assert lost(rules, a_cart(a_line())) == ([], [("d", "ended")])


def test_the_page_says_it_in_words() -> None:
    rules = rules_of(
        groups=[a_group()], discounts=[a_discount("d", TEN, when=OF_LINE)],
        floors=[{"name": "least", "min_price": {"EUR": "1.00"}, "when": LATE}],
    )  # fmt: skip
    cart = a_cart(a_line())
    steps = cart_line_steps(cart, decide_cart(rules, cart), 0)
    not_given = next(step for step in steps if step.label == "Not given")
    assert not_given.below[0].note == "its condition could not be evaluated: text not convertible"
    floor = next(step for step in steps if "Floor" in step.label)
    assert floor.note == "its condition could not be evaluated: division by zero"


def test_decisions_from_before_are_told_as_they_were() -> None:
    """Facts without an edition come from when a condition without an answer was one that does not hold."""
    rules = rules_of(
        groups=[a_group(), a_group("whole", level="order")],
        discounts=[
            a_discount("a", TEN, when=OF_ORDER), a_discount("b", TEN, when=OF_LINE), a_discount("c", TEN, when=LATE),
            a_discount("d", TEN, "whole", when=LATE), a_discount("e", TEN, "whole", when=LATE_OF_ORDER),
        ],
        floors=[{"name": "least", "min_price": {"EUR": "99.00"}, "when": OF_LINE}],
    )  # fmt: skip
    new = a_cart(a_line())
    old = new._replace(edition=1)
    assert read_facts(cart_texts(new, decide_cart(rules, new)).facts).edition == EDITION
    texts = cart_texts(old, decide_cart(rules, old))
    assert read_facts(texts.facts).edition == 1
    assert "failed" not in texts.trace
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    trace = decide_cart(rules, old).trace
    assert trace["lines"] == [
        {
            "found": {"access": "base", "found": "10.00", "from_quantity": "0", "list": "BASE", "record": "BASE-10.00"},
            "gross": "10", "missed": 0, "lost": [("c", "condition_false")], "not_for": 0,
        }
    ]  # fmt: skip
    assert trace["for_none"] == ("b",)
    assert trace["order"]["lost"] == [("a", "condition_false"), ("d", "no_line_matches"), ("e", "condition_false")]


@pytest.mark.parametrize("member", ["at", "zone", "currency", "channel", "country", "customer_group", "legal_entity"])
def test_facts_that_somebody_wrote_lack_nothing(member: str) -> None:
    facts = orjson.loads(cart_texts(a_cart(a_line()), decide_cart(rules_of(), a_cart(a_line()))).facts)
    with pytest.raises(ValueError, match=f"{member} is a text, not None"):
        read_facts(orjson.dumps(facts | {member: None}).decode())
    with pytest.raises(KeyError, match=member):
        read_facts(orjson.dumps({name: value for name, value in facts.items() if name != member}).decode())


@pytest.mark.parametrize("edition", [0, 99, "2", None])
def test_facts_are_of_a_known_edition(edition: Any) -> None:
    facts = orjson.loads(cart_texts(a_cart(a_line()), decide_cart(rules_of(), a_cart(a_line()))).facts)
    with pytest.raises(ValueError, match="facts are of edition 1 to 3"):
        read_facts(orjson.dumps(facts | {"edition": edition}).decode())


@pytest.mark.parametrize("edition", ["first", "second"])
def test_decisions_of_earlier_editions_come_again_to_the_byte(edition: str) -> None:
    kept = orjson.loads((FACTORIES / f"{edition}_edition.json").read_bytes())
    rules = [rules_of(**document) for document in kept["documents"]]
    for place, facts, outcome, trace in kept["decisions"]:
        assert replay_cart(rules[place], facts) == (outcome, trace)
