"""Where a price is looked for, which record is taken, and why a place had none."""

from decimal import Decimal
from typing import Any

import pytest

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import Candidate, LinePriced, ListFacts, Rate
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.record.minimised import needed_facts
from tests.factories.pricing_rules import ACCESSES, BASE, a_cart, a_discount, a_line, a_record, one_group, rules_of

RULES = rules_of()
CONTRACT = ListFacts("C-1", "customer", "EUR")
GROUP = ListFacts("TRADE", "customer_group", "EUR")
DOLLARS = ListFacts("USD-BASE", "everybody", "USD")


def zone(code: str, **values: Any) -> ListFacts:
    return ListFacts(code, "zone", "EUR", **values)


def base_access(**members: Any) -> Rules:
    return rules_of(accesses=[{"name": "base", "source": "price_list", "scope": "everybody", **members}])


def look(
    *candidates: Candidate, rules: Rules = RULES, line: dict[str, Any] | None = None, **cart: Any
) -> tuple[LinePriced, Any, Any]:
    """Return the line's answer, what was found, and why the accesses before it missed."""
    facts = a_line(price=None, **({"candidates": candidates} | (line or {})))
    priced = decide_cart(rules, a_cart(facts, **cart))
    told = priced.trace["lines"][0]
    return priced.lines[0], told.get("found"), priced.trace["missed"][told["missed"]]


def test_every_access_that_was_tried_says_why_it_missed() -> None:
    line, found, missed = look()
    assert (line.unit_price, line.source, found) == (None, "", None)
    assert missed == (
        ("agreed", "no_agreed_price"), ("contract", "no_price_in_force"), ("group", "no_customer_group"),
        ("zone", "no_price_in_force"), ("base", "no_price_in_force"),
    )  # fmt: skip


def test_the_first_access_that_finds_gives_the_price() -> None:
    all_of_them = [a_record(price, price_list=at) for price, at in (("9", BASE), ("8", GROUP), ("7", CONTRACT))]
    assert look(*all_of_them, customer_group="g1")[0].source == "contract"
    assert look(*all_of_them[:2], customer_group="g1")[0].source == "group"
    assert look(*all_of_them, line={"agreed": Decimal("0")})[0].unit_price == 0
    _, found, missed = look(all_of_them[0], customer_group="g1")
    assert found == {"access": "base", "found": "9", "from_quantity": "0", "list": "BASE", "record": "BASE-9"}
    assert [why for _, why in missed] == ["no_agreed_price", *["no_price_in_force"] * 3]


@pytest.mark.parametrize(
    ("postal_code", "state", "country", "price"),
    [
        ("80331", "DE-BY", "DE", "5"),  # the longer prefix
        ("80999", "DE-BY", "DE", "4"),
        ("10115", "DE-BY", "DE", "3"),  # the state
        ("10115", "DE-BE", "DE", "2"),  # the country
        ("80331", "", "AT", None),
        ("8 03 31", "DE-BY", "DE", "5"),
    ],
)
def test_the_most_specific_zone_goes_first(postal_code: str, state: str, country: str, price: str | None) -> None:
    zones = [
        zone("Z-DE", country="DE", priority=9),
        zone("Z-BY", country="DE", state="DE-BY"),
        zone("Z-80", country="DE", postal_prefix="80"),
        zone("Z-803", country="DE", postal_prefix="803"),
        zone("Z-FR", country="FR"),
    ]
    records = [a_record(str(2 + index), price_list=at) for index, at in enumerate(zones)]
    line, _, _ = look(*records, postal_code=postal_code, state=state, country=country)
    assert line.unit_price == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("postal_code", "when", "kept"),
    [("80 331", None, "803"), ("80331", 'postal_code != "80331"', "80331"), ("", None, ""), ("8", None, "8")],
)
def test_facts_keep_no_more_of_a_postal_code_than_the_decision_needs(
    postal_code: str, when: str | None, kept: str
) -> None:
    ten = a_discount("d", {"percent": "10"}) | ({"when": when} if when else {})
    rules = one_group(ten)
    near = [a_record("5", price_list=zone("Z", country="DE", postal_prefix=prefix)) for prefix in ("80", "803")]
    cart = a_cart(a_line(price=None, candidates=tuple(near)), a_line("B"), postal_code=postal_code)
    needed = needed_facts(rules, cart)
    assert needed.postal_code == kept
    assert decide_cart(rules, needed) == decide_cart(rules, cart)


@pytest.mark.parametrize(
    ("lists", "taken"),
    [
        ([ListFacts("A", "everybody", "EUR"), ListFacts("B", "everybody", "EUR", priority=1)], "B"),
        ([ListFacts("A", "everybody", "EUR"), ListFacts("B", "everybody", "EUR", "e1")], "B"),
        ([ListFacts("B", "everybody", "EUR"), ListFacts("A", "everybody", "EUR")], "A"),
        ([ListFacts("A", "everybody", "EUR", "e2"), ListFacts("B", "everybody", "EUR")], "B"),
    ],
)
def test_priority_then_the_entity_s_own_list_then_the_code(lists: list[ListFacts], taken: str) -> None:
    _, found, _ = look(*(a_record("9", price_list=at) for at in lists))
    assert found["list"] == taken


SCALES = [a_record(price, from_quantity=least) for least, price in (("1", "3.00"), ("10", "2.50"), ("100", "2.00"))]


@pytest.mark.parametrize(
    ("quantity", "price"), [("0.5", None), ("1", "3.00"), ("9.9999", "3.00"), ("10", "2.50"), ("100", "2.00")]
)
def test_the_scale_that_the_line_reaches(quantity: str, price: str | None) -> None:
    line, _, missed = look(*SCALES, line={"quantity": quantity})
    assert line.unit_price == (None if price is None else Decimal(price))
    assert (missed[-1] == ("base", "below_least_quantity", "1")) == (price is None)


def test_the_scale_that_the_order_reaches_counts_the_product_s_lines_together() -> None:
    lines = [a_line("A", "6", None, candidates=tuple(SCALES)), a_line("A", "4", None, candidates=tuple(SCALES))]
    priced = decide_cart(base_access(scale="order"), a_cart(*lines, a_line("B", "99")))
    assert [line.unit_price for line in priced.lines[:2]] == [Decimal("2.50")] * 2
    assert priced.trace["lines"][0]["found"]["scale_quantity"] == "10"


def test_the_scale_of_a_period_adds_what_was_bought_in_it() -> None:
    line = {"quantity": "10", "volumes": ((30, Decimal(89)), (90, Decimal(90)))}
    month, quarter = (base_access(scale="period", period_days=days) for days in (30, 90))
    assert look(*SCALES, rules=month, line=line)[0].unit_price == Decimal("2.50")
    assert look(*SCALES, rules=quarter, line=line)[0].unit_price == Decimal("2.00")
    assert look(*SCALES, rules=base_access(scale="period", period_days=7), line=line)[0].unit_price == Decimal("2.50")


@pytest.mark.parametrize(
    ("records", "price", "net"),
    [
        ([a_record("1.00")], "12", 2400),  # the piece's price times twelve
        ([a_record("1.00"), a_record("11.00", unit="BOX")], "11.00", 2200),  # the box's own price goes first
        ([a_record("0.333333", from_quantity="24")], "3.999996", 800),  # two boxes are 24 pieces
        ([a_record("1.00", from_quantity="25")], None, 0),
        ([a_record("11.00", unit="BOX", from_quantity="3")], None, 0),
        ([a_record("90.00", unit="PALLET")], None, 0),
        ([a_record("12.50", per="100")], "150", 300),  # 12.50 for a hundred: 24 pieces cost 3.00
    ],
)
def test_units(records: list[Candidate], price: str | None, net: int) -> None:
    line, found, missed = look(*records, line={"quantity": "2", "unit": "BOX", "factor": Decimal(12)})
    assert (line.unit_price, line.net_minor) == (None if price is None else Decimal(price), net)
    if price is None:
        assert missed[-1][1] in {"below_least_quantity", "other_unit"}
    elif records[-1].unit == "":
        assert found["unit"] == {"factor": "12", "to": "BOX"}


RATES = (
    Rate("USD", "EUR", Decimal("0.9"), "2026-06-12", "ECB"),
    Rate("EUR", "GBP", Decimal("0.8"), "2026-06-12", "ECB"),
)


def test_a_list_in_another_currency_is_converted_at_the_dated_rate() -> None:
    line, found, _ = look(a_record("9.99", price_list=DOLLARS), rates=RATES)
    assert (line.unit_price, line.net_minor) == (Decimal("8.991000"), 899)
    assert found["rate"] == {
        "base": "USD", "date": "2026-06-12", "inverse": False, "quote": "EUR", "rate": "0.9", "source": "ECB",
    }  # fmt: skip
    assert (found["found"], found["unit_price"]) == ("9.99", "8.991000")


def test_a_rate_is_turned_round_and_says_so() -> None:
    line, found, _ = look(a_record("10", price_list=ListFacts("GBP", "everybody", "GBP")), rates=RATES)
    assert (line.unit_price, found["rate"]["inverse"]) == (Decimal("12.500000"), True)


def test_a_price_in_the_cart_s_own_currency_goes_before_those_to_be_converted() -> None:
    far = a_record("1", price_list=DOLLARS._replace(priority=99))
    assert look(far, a_record("9"), rates=RATES)[0].unit_price == Decimal("9")


def test_without_a_rate_or_leave_to_convert_there_is_no_price() -> None:
    far = a_record("9.99", price_list=DOLLARS)
    assert look(far)[2][-1] == ("base", "no_rate")
    assert look(far, rates=RATES, rules=base_access())[2] == (("base", "other_currency"),)


def test_the_youngest_rate_counts() -> None:
    old = Rate("USD", "EUR", Decimal("0.5"), "2026-06-11", "ECB")
    assert look(a_record("10", price_list=DOLLARS), rates=(*RATES, old))[0].unit_price == Decimal("9")


def test_a_price_beyond_all_measure_is_none() -> None:
    far = a_record("999999999999.999999", price_list=DOLLARS)
    line, _, missed = look(far, rates=(Rate("USD", "EUR", Decimal(10) ** 12, "2026-06-12", "ECB"),))
    assert (line.unit_price, missed[-1]) == (None, ("base", "amount_out_of_range"))


@pytest.mark.parametrize(("currency", "net"), [("JPY", 12), ("EUR", 1235), ("KWD", 12346)])
def test_a_line_is_rounded_to_its_currency(currency: str, net: int) -> None:
    line, _, _ = look(a_record("12.3456", price_list=ListFacts("L", "everybody", currency)), currency=currency)
    assert (line.net_minor, line.net_exact) == (net, Decimal("12.3456"))


def test_accesses_are_a_sequence() -> None:
    rules = rules_of(accesses=[ACCESSES[4], ACCESSES[1]])
    records = [a_record("9"), a_record("7", price_list=CONTRACT)]
    assert look(*records, rules=rules)[0].unit_price == Decimal("9")
