"""A decision explained to people, and weighed for back-tests, from its stored texts alone."""

import pytest
import yaml
from django.conf import settings

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import Coupon
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.document.schema import PricingRules
from apps.pricing.decisions.record.explanation import WHY, Loser, Missed, Step, explain_line, explain_order
from apps.pricing.decisions.record.readings import read_outcome
from apps.pricing.decisions.record.texts import CartTexts, cart_texts
from apps.pricing.decisions.record.weights import weigh_cart
from tests.factories.pricing_rules import a_cart, a_discount, a_group, a_line, an_extra, rules_of


@pytest.fixture
def texts() -> CartTexts:
    rules = rules_of(
        groups=[a_group("season", method="best_for_customer"), a_group("whole", level="order")],
        discounts=[
            a_discount("ten", {"percent": "10"}, "season"),
            a_discount("five", {"percent": "5"}, "season"),
            a_discount("bikes", {"percent": "50"}, "season", when='category == "bikes"'),
            a_discount("off", {"amount": {"EUR": "5.00"}}, "whole", coupon="SUN"),
            a_discount("old", {"percent": "1"}, "whole", until="2020-01-01T00:00:00"),
            a_discount("gift", {"free_goods": [{"sku": "G", "quantity": "1"}]}, "whole"),
        ],
        charges=[{"name": "freight", "sku": "F", "give": {"percent": "2.5"}}],
    )
    cart = a_cart(
        a_line("A", "2"), a_line("B", "1", "30.00"),
        coupons=(Coupon("SUN-1", "SUN", granted=True),), extras=(an_extra("F"), an_extra("G", "3.00")),
    )  # fmt: skip
    return cart_texts(cart, decide_cart(rules, cart))


def test_the_explanation_of_a_line(texts: CartTexts) -> None:
    priced = read_outcome(texts.outcome, texts.trace)
    told = explain_line(priced.trace, 0, priced.lines[0].gross_minor)
    assert told.missed[0] == Missed("agreed", "no_agreed_price", "")
    assert told.missed[0].words == "no price was agreed"
    assert [step[:4] for step in told.steps] == [("ten", 200, 2000, 1800), ("off", 200, 1800, 1600)]
    assert told.steps[-1] == Step("off", 200, 1800, 1600, None)
    assert told.lost == (Loser("five", "worse_than", "ten", 100), Loser("bikes", "condition_false", "", None))
    assert [loser.words for loser in told.lost] == ["ten saves the customer more", "its condition does not hold"]
    assert told.net_minor == priced.lines[0].net_minor == 1600


def test_the_explanation_of_the_order(texts: CartTexts) -> None:
    told = explain_order(read_outcome(texts.outcome, texts.trace).trace)
    assert told.steps == (("gift", 4500, 0, [["G", "1"]]), ("off", 4500, 500, []))
    assert [charge[0] for charge in told.charges] == ["freight"]
    assert told.lost == (Loser("old", "ended", "", None),)
    assert told.coupons == (("SUN-1", "SUN", ""),)


def test_every_reason_reads_as_a_sentence() -> None:
    assert Loser("d", "coupon_refused:used up", "", None).words == "its coupon was refused: used up"
    assert Missed("a", "below_least_quantity", "12").words == "prices begin at a quantity of 12"
    assert all(text.format(by="x", detail="y") for text in WHY.values())


def test_what_a_decision_weighs(texts: CartTexts) -> None:
    weights = weigh_cart(texts.facts, texts.outcome)
    assert [(each.line, each.product, each.rules, each.amount_minor) for each in weights] == [
        ("1", "p-A", ("ten", "off"), 1600),
        ("2", "p-B", ("ten", "off"), 2400),
        ("free 1", "p-G", ("gift",), 0),
        ("charge 2", "p-F", ("freight",), 100),
    ]
    assert {(each.customer, each.currency) for each in weights} == {("c1", "EUR")}


def test_the_rulebook_that_ships_is_right() -> None:
    content = yaml.safe_load((settings.BASE_DIR / "examples" / "rulebooks" / "pricing_rules.yaml").read_text("utf-8"))
    assert examine_document(PricingRules.model_validate(content["document"]), CONDITIONS) == []
