"""Accesses with conditions, bundles that cost what their parts do, prices for a third unit; each in the trace."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, Coupon, LineFacts, ListFacts, PartFacts, Rate
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.document.words import words_of
from apps.pricing.decisions.record.explanation import Missed, explain_line
from apps.pricing.decisions.record.texts import cart_texts, replay_cart
from apps.pricing.selectors.told import cart_line_steps
from tests.factories.pricing_rules import (
    BASE,
    a_cart,
    a_discount,
    a_document,
    a_group,
    a_line,
    a_record,
    an_extra,
    rules_of,
)

OWN = ListFacts("OWN", "customer", "EUR")
BASE_ACCESS = {"name": "base", "source": "price_list", "scope": "everybody"}


def own_when(when: str, **members: Any) -> list[dict[str, Any]]:
    return [{"name": "own", "source": "price_list", "scope": "customer", "when": when, **members}, BASE_ACCESS]


def two_prices(sku: str = "A", quantity: str = "1", **values: Any) -> LineFacts:
    both = (a_record("8.00", price_list=OWN), a_record("10.00"))
    return a_line(sku, quantity, **({"candidates": both} | values))


def told(cart: CartFacts, **members: Any) -> Any:
    """Return what came out for the first line, and its explanation; a replay comes to the same bytes."""
    rules = rules_of(**members)
    priced = decide_cart(rules, cart)
    texts = cart_texts(cart, priced)
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    return priced.lines[0], explain_line(priced.trace, 0, priced.lines[0].gross_minor)


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ('sku == "A"', "8.00"), ('sku == "B"', "10.00"), ("quantity >= 2", "8.00"), ("own_quantity > 20", "8.00"),
        ("order_quantity > 30", "10.00"), ('category == "bikes"', "8.00"), ('country == "FR"', "10.00"), ('weekday == "mon"', "8.00"),
        ('"SUMMER" in coupons', "8.00"), ('unit == "BOX" && channel == "web"', "8.00"),
    ],
)  # fmt: skip
def test_an_access_is_tried_only_where_its_condition_holds(when: str, found: str) -> None:
    coupons = (Coupon("S", "SUMMER", granted=True),)
    line = two_prices(quantity="2", factor=Decimal(12), unit="BOX", category="bikes")
    answer, tried = told(a_cart(line, coupons=coupons), accesses=own_when(when))
    assert answer.unit_price == Decimal(found) * 12
    if found == "10.00":
        assert tried.missed == (Missed("own", "not_tried", when),)
        assert tried.missed[0].words == f"not tried, because this does not hold: {when}"
    else:
        assert tried.missed == ()


def test_a_condition_of_an_access_without_an_answer_says_so() -> None:
    answer, tried = told(a_cart(two_prices()), accesses=own_when("int(sku) > 3"))
    assert answer.unit_price == 10
    assert tried.missed[0].words == "not tried, because its condition could not be evaluated: text not convertible"


def test_an_agreed_price_may_ask_too() -> None:
    accesses = [{"name": "agreed", "source": "agreed_price", "when": 'channel == "edi"'}, BASE_ACCESS]
    line = a_line(agreed=Decimal(3))
    assert [told(a_cart(line, channel=channel), accesses=accesses)[0].unit_price for channel in ("edi", "web")] == [
        3,
        10,
    ]


def test_the_quantity_of_the_order_is_known_before_its_prices() -> None:
    cart = a_cart(two_prices(quantity="2"), two_prices("B", "3"))
    assert told(cart, accesses=own_when("order_quantity == 5"))[0].unit_price == 8


@pytest.mark.parametrize("name", ["net", "order_net", "list_price"])
def test_prices_are_not_known_yet(name: str) -> None:
    found = examine_document(a_document(accesses=own_when(f"{name} > 1")), CONDITIONS)
    assert [(each.severity, each.pointer) for each in found] == [("error", "/accesses/0/when")]


def test_what_hides_another_access() -> None:
    def hidden(*whens: str | None) -> list[str]:
        accesses = [
            {key: value for key, value in (BASE_ACCESS | {"name": f"a{place}", "when": when}).items() if value}
            for place, when in enumerate(whens)
        ]
        found = examine_document(a_document(accesses=accesses), CONDITIONS)
        return [each.rules[0] for each in found if each.code == "unreachable"]

    assert hidden(None, 'sku == "A"') == ["a1"]
    assert hidden('sku == "A"', 'sku == "A"', None) == ["a1"]
    assert hidden('sku == "A"', 'sku == "B"', None) == []


# Bundles that cost what their parts do.

SUMS = [
    {"name": "base", "source": "price_list", "scope": "everybody", "convert": True},
    {"name": "parts", "source": "parts"},
]


def a_part(sku: str, quantity: str, *prices: Any) -> PartFacts:
    return PartFacts(f"p-{sku}", sku, Decimal(quantity), tuple(prices))


def kit(*parts: PartFacts, quantity: str = "1", **values: Any) -> LineFacts:
    return a_line("KIT", quantity, None, parts=parts, **values)


def test_a_bundle_without_a_price_costs_what_its_parts_do() -> None:
    line = kit(a_part("X", "2", a_record("3.50")), a_part("Y", "1", a_record("40.00", per=Decimal(100))), quantity="3")
    answer, tried = told(a_cart(line), accesses=SUMS)
    assert (answer.unit_price, answer.source, answer.net_minor) == (Decimal("7.4"), "parts", 2220)
    assert [(part.sku, part.net_minor) for part in answer.parts] == [("X", 2100), ("Y", 120)]
    assert tried.missed == (Missed("base", "no_price_in_force", ""),)
    assert [(part["sku"], part["quantity"], part["found"], part["access"]) for part in tried.found["parts"]] == [
        ("X", "2", "3.50", "base"), ("Y", "1", "40.00", "base"),
    ]  # fmt: skip
    rules = rules_of(accesses=SUMS)
    (unit_price, *_) = cart_line_steps(a_cart(line), decide_cart(rules, a_cart(line)), 0)
    taken = next(step for step in unit_price.below if step.outcome == "taken")
    assert [step.label for step in taken.below] == ["2 x X", "1 x Y"]


def test_its_own_price_goes_first_where_it_is_declared_first() -> None:
    part = a_part("X", "2", a_record("3.50"))
    line = kit(part, candidates=(a_record("6.00"),))
    assert told(a_cart(line), accesses=SUMS)[0].net_minor == 600
    assert told(a_cart(line), accesses=SUMS[::-1])[0].net_minor == 700


def test_a_bundle_in_another_unit_costs_so_many_of_its_parts() -> None:
    line = kit(
        a_part("X", "2", a_record("3.50"), a_record("3.00", from_quantity="40")),
        quantity="2",
        factor=Decimal(12),
        unit="BOX",
    )
    assert told(a_cart(line), accesses=SUMS)[0].unit_price == 72
    assert told(a_cart(line._replace(quantity=Decimal(1))), accesses=SUMS)[0].unit_price == 84


def test_a_part_in_another_currency_is_converted() -> None:
    usd = ListFacts("USD", "everybody", "USD")
    line = kit(a_part("X", "1", a_record("10.00", price_list=usd)), a_part("Y", "1", a_record("1.00")))
    rates = (Rate("USD", "EUR", Decimal("0.9"), "2026-06-14", "ECB"),)
    answer, tried = told(a_cart(line, rates=rates), accesses=SUMS)
    assert answer.unit_price == 10
    assert tried.found["parts"][0]["rate"]["date"] == "2026-06-14"


def test_a_part_without_a_price_and_what_is_no_bundle_have_no_sum() -> None:
    _, tried = told(a_cart(kit(a_part("X", "1", a_record("1.00")), a_part("Y", "1"))), accesses=SUMS)
    assert tried.missed[-1].words == "its part Y has no price alone"
    _, tried = told(a_cart(a_line(price=None)), accesses=SUMS)
    assert tried.missed[-1].words == "it is no bundle"


def test_a_sum_beyond_what_can_be_booked_is_no_price() -> None:
    large = a_record("999999999999.000000")
    answer, tried = told(a_cart(kit(a_part("X", "99999999999999", large))), accesses=SUMS)
    assert (answer.unit_price, tried.missed[-1].why) == (None, "amount_out_of_range")


def test_the_parts_are_asked_for_themselves() -> None:
    accesses = [BASE_ACCESS | {"when": 'category == "tea" || sku == "KIT" && unit == "PCE"'}, SUMS[1]]
    tea = a_part("X", "1", a_record("3.00"))._replace(category="tea", unit="GRM")
    assert told(a_cart(kit(tea)), accesses=accesses)[0].unit_price == 3
    assert told(a_cart(kit(tea._replace(category="mug"))), accesses=accesses)[1].missed[-1].why == "part_without_price"


@given(
    st.lists(st.tuples(st.integers(1, 9), st.decimals("0.01", "500", places=2)), min_size=1, max_size=5),
    st.integers(1, 40), st.integers(0, 99),
)  # fmt: skip
def test_the_shares_of_a_sum_are_what_the_parts_cost(
    parts: list[tuple[int, Decimal]], quantity: int, percent: int
) -> None:
    line = kit(*(a_part(f"X{place}", str(held), a_record(str(price))) for place, (held, price) in enumerate(parts)),
               quantity=str(quantity))  # fmt: skip
    group, give = a_group(), {"percent": str(percent)} if percent else {"amount": {"EUR": "0.00"}}
    answer, _ = told(a_cart(line), accesses=SUMS, groups=[group], discounts=[a_discount("d", give)])
    whole = sum(held * price for held, price in parts) * quantity
    assert answer.gross_minor == whole * 100
    assert sum(share.net_minor for share in answer.parts) == answer.net_minor
    for (held, price), share in zip(parts, answer.parts, strict=True):
        alone = held * price * quantity / whole * answer.net_minor
        assert abs(share.net_minor - alone) < 1


# Prices for any unit of the product.

ANY_UNIT = [BASE_ACCESS | {"other_units": True}]
UNITS = (("BOX", Decimal(12)), ("PAL", Decimal(480)))


def in_units(*records: Any, quantity: str = "5", **values: Any) -> LineFacts:
    return a_line("A", quantity, None, candidates=records, units=UNITS, **values)


def test_a_price_for_a_box_is_one_of_pieces() -> None:
    answer, tried = told(a_cart(in_units(a_record("30.00", unit="BOX"))), accesses=ANY_UNIT)
    assert (answer.unit_price, answer.net_minor) == (Decimal("2.5"), 1250)
    assert tried.found["unit"] == {"factor": "1", "from": "BOX", "held": "12", "to": "PCE"}
    assert tried.found["unit_price"] == "2.500000"
    cart = a_cart(in_units(a_record("30.00", unit="BOX")))
    (unit_price, *_) = cart_line_steps(cart, decide_cart(rules_of(accesses=ANY_UNIT), cart), 0)
    assert "the price is for one BOX of 12" in next(step.note for step in unit_price.below if step.outcome == "taken")


def test_a_price_for_a_pallet_is_one_of_boxes() -> None:
    line = in_units(a_record("960.00", unit="PAL"), quantity="3", factor=Decimal(12), unit="BOX")
    answer, tried = told(a_cart(line), accesses=ANY_UNIT)
    assert (answer.unit_price, answer.net_minor) == (24, 7200)
    assert tried.found["unit"] == {"factor": "12", "from": "PAL", "held": "480", "to": "BOX"}


def test_the_ordered_unit_goes_first_then_the_own_one_then_the_smallest() -> None:
    pallet, box, own = a_record("480.00", unit="PAL"), a_record("24.00", unit="BOX"), a_record("9.00")
    boxes = {"factor": Decimal(12), "unit": "BOX", "quantity": "1"}
    assert told(a_cart(in_units(pallet, own, box, **boxes)), accesses=ANY_UNIT)[0].unit_price == 24
    assert told(a_cart(in_units(pallet, own, **boxes)), accesses=ANY_UNIT)[0].unit_price == 108
    assert told(a_cart(in_units(pallet, box)), accesses=ANY_UNIT)[0].unit_price == 2
    assert told(a_cart(in_units(box, pallet)), accesses=ANY_UNIT)[0].unit_price == 2


def test_a_scale_in_boxes_is_reached_in_pieces() -> None:
    rows = (a_record("30.00", unit="BOX"), a_record("24.00", unit="BOX", from_quantity="2"))
    priced = [told(a_cart(in_units(*rows, quantity=quantity)), accesses=ANY_UNIT)[0] for quantity in ("23", "24")]
    assert [line.unit_price for line in priced] == [Decimal("2.5"), 2]
    _, tried = told(a_cart(in_units(rows[1], quantity="23")), accesses=ANY_UNIT)
    assert tried.missed[0].words == "prices begin at a quantity of 24"


def test_other_units_are_of_no_use_unless_they_are_allowed_and_known() -> None:
    box = a_record("30.00", unit="BOX")
    assert told(a_cart(in_units(box)), accesses=[BASE_ACCESS])[1].missed[0].why == "other_unit"
    unknown = in_units(a_record("30.00", unit="TON"))
    assert told(a_cart(unknown), accesses=ANY_UNIT)[1].missed[0].why == "other_unit"


def test_other_units_and_another_currency_together() -> None:
    usd = ListFacts("USD", "everybody", "USD")
    line = in_units(
        a_record("1000.00", unit="PAL", price_list=usd, per=Decimal(10)), quantity="4", factor=Decimal(12), unit="BOX"
    )
    rates = (Rate("USD", "EUR", Decimal("0.9"), "2026-06-14", "ECB"),)
    accesses = [ANY_UNIT[0] | {"convert": True}]
    answer, _ = told(a_cart(line, rates=rates), accesses=accesses)
    # 100.00 USD a pallet of 40 boxes are 2.25 EUR a box.
    assert (answer.unit_price, answer.per, answer.net_minor) == (Decimal("22.5"), 10, 900)


def test_added_goods_know_units_and_parts_too() -> None:
    rules: dict[str, Any] = {
        "accesses": [*ANY_UNIT, SUMS[1]], "groups": [a_group(level="order")],
        "discounts": [a_discount("d", {"free_goods": [{"sku": "GIFT", "quantity": "2"}]})],
    }  # fmt: skip
    gift = an_extra("GIFT")._replace(candidates=(a_record("12.00", unit="BOX"),), units=UNITS)
    kit_free = an_extra("GIFT")._replace(parts=(a_part("X", "3", a_record("1.50")),))
    for extra, worth in ((gift, 200), (kit_free, 900)):
        cart = a_cart(a_line(), extras=(extra,))
        told(cart, **rules)
        assert decide_cart(rules_of(**rules), cart).added[0].gross_minor == worth


def test_what_is_new_reads_in_words_and_what_is_not_there_does_not() -> None:
    plain = words_of(a_document(accesses=[BASE_ACCESS]))["access base"].words
    more = words_of(a_document(accesses=[ANY_UNIT[0] | {"when": 'sku == "A"'}, SUMS[1]]))
    assert more["access base"].words == {**plain, "other_units": "yes", "when": 'sku == "A"'}
    assert more["access parts"].words["source"] == "parts"
    assert BASE.code == "BASE"
