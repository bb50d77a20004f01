"""Discounts on the order, coupons, free goods, charges, floors, bundles: worked examples, reckoned by hand."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartPriced, Cost, Coupon, LineFacts, PartFacts, Rate
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.record.explanation import charges_borne, explain_line, explain_order
from apps.pricing.decisions.record.readings import read_outcome
from apps.pricing.decisions.record.texts import cart_texts, replay_cart
from apps.pricing.selectors.told import cart_line_steps
from tests.factories.pricing_rules import a_cart, a_discount, a_group, a_line, a_record, an_extra, one_group, rules_of


def price(rules: Rules, *lines: LineFacts, **cart: Any) -> CartPriced:
    return decide_cart(rules, a_cart(*lines, **cart))


def nets(priced: CartPriced) -> list[int]:
    return [line.net_minor for line in priced.lines]


def lost(priced: CartPriced) -> list[tuple[Any, ...]]:
    return [tuple(entry) for entry in priced.trace["order"]["lost"]]


def whole(*discounts: dict[str, Any], **group: Any) -> Rules:
    return one_group(*discounts, level="order", **group)


THREE = (a_line("A", price="10.00"), a_line("B", price="10.00"), a_line("C", price="10.00"))
TIERS = [{"from": {"EUR": "30"}, "percent": "5"}, {"from": {"EUR": "100"}, "amount": {"EUR": "12"}}]


@pytest.mark.parametrize(
    ("give", "expected"),
    [
        ({"amount": {"EUR": "10.00"}}, [666, 667, 667]),  # 3.34, 3.33, 3.33: the first takes the remainder
        ({"amount": {"EUR": "0.01"}}, [999, 1000, 1000]),
        ({"amount": {"EUR": "99.00"}}, [0, 0, 0]),
        ({"percent": "10"}, [900, 900, 900]),
        ({"tiers": TIERS}, [950, 950, 950]),
        ({"tiers": TIERS[1:]}, [1000, 1000, 1000]),
        ({"quantity_tiers": [{"from": "3", "percent": "20"}]}, [800, 800, 800]),
        ({"cheapest_free": {"buy": "2", "get": "1"}}, [666, 667, 667]),
        ({"cheapest_free": {"buy": "2", "get": "1", "percent": "50"}}, [833, 833, 834]),
        ({"cheapest_free": {"buy": "3", "get": "1"}}, [1000, 1000, 1000]),
        ({"set": {"items": [{"sku": "A", "quantity": "1"}, {"sku": "B", "quantity": "1"}], "price": {"EUR": "15"}}}, [750, 750, 1000]),
        ({"set": {"items": [{"sku": "A", "quantity": "2"}], "price": {"EUR": "15"}}}, [1000, 1000, 1000]),
        ({"set": {"items": [{"sku": "A", "quantity": "1"}], "price": {"EUR": "10"}}}, [1000, 1000, 1000]),
    ],
)  # fmt: skip
def test_each_way_to_give(give: dict[str, Any], expected: list[int]) -> None:
    assert nets(price(whole(a_discount("d", give)), *THREE)) == expected


def test_a_set_is_sold_as_often_as_it_fits_and_split_by_what_its_parts_cost_alone() -> None:
    give = {"set": {"items": [{"sku": "A", "quantity": "1"}, {"sku": "B", "quantity": "2"}], "price": {"EUR": "99.00"}}}
    priced = price(whole(a_discount("kit", give)), a_line("A", "3", "90.00"), a_line("B", "5", "15.00"))
    # Twice: 2 A at 180 and 4 B at 60 cost 240 alone, 198 together: 42 saved, 31.50 on A and 10.50 on B.
    assert nets(priced) == [27000 - 3150, 7500 - 1050]
    assert priced.trace["order"]["steps"] == [["kit", 24000, 4200, []]]


def test_a_unit_counts_in_one_set_only() -> None:
    def kit(name: str) -> dict[str, Any]:
        items = [{"sku": "A", "quantity": "2"}]
        return a_discount(name, {"set": {"items": items, "price": {"EUR": "15.00"}}})

    priced = price(whole(kit("one"), kit("two")), a_line("A", "3"))
    assert nets(priced) == [2500]
    assert lost(priced) == [("two", "set_incomplete")]


def test_the_cheapest_of_all_matching_lines_is_free() -> None:
    rules = whole(a_discount("d", {"cheapest_free": {"buy": "2", "get": "1"}}, when='category == "shirts"'))
    shirts = [
        a_line("A", "4", "30.00", category="shirts"),
        a_line("B", "2", "10.00", category="shirts"),
        a_line("C", "9", "1.00"),
    ]
    priced = price(rules, *shirts)  # six shirts: the two at 10.00 are free; 20.00 shared 120 : 20
    assert nets(priced) == [12000 - 1714, 2000 - 286, 900]


def test_order_discounts_in_sequence_and_on_the_list() -> None:
    two = [a_discount("a", {"percent": "10"}), a_discount("b", {"percent": "10"})]
    assert nets(price(whole(*two), a_line(price="100.00"))) == [8100]
    assert nets(price(whole(*two, method="all_on_list"), a_line(price="100.00"))) == [8000]


def test_the_best_order_discount_wins_and_the_loser_says_by_how_much() -> None:
    two = [a_discount("a", {"percent": "10"}), a_discount("b", {"amount": {"EUR": "12"}})]
    priced = price(whole(*two, method="best_for_customer"), a_line(price="100.00"))
    assert nets(priced) == [8800]
    assert lost(priced) == [("a", "worse_than", "b", 1000)]


def test_an_exclusive_group_of_the_order_ends_the_order_s_discounts() -> None:
    rules = rules_of(
        groups=[a_group("one", level="order", order=1, exclusive=True), a_group("two", level="order", order=2)],
        discounts=[a_discount("a", {"percent": "10"}, "one"), a_discount("b", {"percent": "50"}, "two")],
    )
    priced = price(rules, a_line())
    assert (nets(priced), lost(priced)) == ([900], [("b", "excluded_by", "a")])


def test_rival_groups_of_the_order() -> None:
    rules = rules_of(
        groups=[a_group("one", level="order", order=1), a_group("two", level="order", order=2)],
        best_of=[["one", "two"]],
        discounts=[a_discount("a", {"percent": "10"}, "one"), a_discount("b", {"percent": "50"}, "two")],
    )
    priced = price(rules, a_line())
    assert (nets(priced), lost(priced)) == ([500], [("a", "worse_than", "b", 100)])


def test_a_threshold_counts_only_the_lines_that_match() -> None:
    rules = whole(a_discount("d", {"tiers": [{"from": {"EUR": "25"}, "percent": "10"}]}, when='category == "bikes"'))
    bikes, other = a_line("A", "2", category="bikes"), a_line("B", "9")
    assert lost(price(rules, bikes, other)) == [("d", "below_threshold")]
    assert nets(price(rules, a_line("A", "3", category="bikes"), other)) == [2700, 9000]
    assert lost(price(rules, other)) == [("d", "no_line_matches")]


WELCOME = whole(a_discount("d", {"amount": {"EUR": "5"}}, coupon="WELCOME"))


@pytest.mark.parametrize(
    ("coupons", "net", "used", "why"),
    [
        ((), 1000, (), "coupon_missing"),
        ((Coupon("W-1", "WELCOME", True),), 500, ("W-1",), None),
        ((Coupon("W-2", "WELCOME", False, "used_up"),), 1000, (), "coupon_refused:used_up"),
        ((Coupon("W-2", "WELCOME", False, "used_up"), Coupon("W-1", "WELCOME", True)), 500, ("W-1",), None),
        ((Coupon("X-1", "OTHER", True),), 1000, (), "coupon_missing"),
        ((Coupon("??", "", False, "unknown"),), 1000, (), "coupon_missing"),
    ],
)
def test_coupons(coupons: tuple[Coupon, ...], net: int, used: tuple[str, ...], why: str | None) -> None:
    priced = price(WELCOME, a_line(), coupons=coupons)
    assert (nets(priced), priced.coupons) == ([net], used)
    assert lost(priced) == ([] if why is None else [("d", why)])


@pytest.mark.parametrize(
    ("item", "quantity"),
    [
        ({}, "1"),
        ({"per": {"EUR": "100.00"}}, "2"),  # 250.00 holds it twice
        ({"per_quantity": "10"}, "2"),  # 25 units hold it twice
        ({"quantity": "3", "per": {"EUR": "100.00"}}, "6"),
    ],
)
def test_free_goods_are_added_at_their_price_less_all_of_it(item: dict[str, Any], quantity: str) -> None:
    rules = whole(a_discount("gift", {"free_goods": [{"sku": "GIFT", "quantity": "1"} | item]}))
    priced = price(rules, a_line("A", "25"), extras=(an_extra("GIFT", "4.00"),))
    (free,) = priced.added
    assert (free.kind, free.sku, free.quantity, free.unit_price) == ("free", "GIFT", Decimal(quantity), Decimal("4.00"))
    assert (free.gross_minor, free.discount_minor, free.net_minor) == (400 * int(quantity), 400 * int(quantity), 0)


def test_free_goods_compete_by_what_they_are_worth() -> None:
    two = [
        a_discount("gift", {"free_goods": [{"sku": "GIFT", "quantity": "1"}]}),
        a_discount("off", {"amount": {"EUR": "3"}}),
    ]
    rules = whole(*two, method="best_for_customer")
    assert price(rules, a_line(), extras=(an_extra("GIFT", "4.00"),)).added[0].rule == "gift"
    assert nets(price(rules, a_line(), extras=(an_extra("GIFT", "2.00"),))) == [700]
    assert ("gift", "product_unknown") in lost(price(rules, a_line()))


def test_free_goods_below_their_threshold() -> None:
    give = {"free_goods": [{"sku": "GIFT", "quantity": "1", "per": {"EUR": "100.00"}}]}
    priced = price(whole(a_discount("gift", give)), a_line(), extras=(an_extra("GIFT"),))
    assert (priced.added, lost(priced)) == ((), [("gift", "below_threshold")])


ISLANDS = {
    "name": "islands", "charge": "freight", "priority": 9, "when": 'postal_code.startsWith("80")', "give": {"amount": {"EUR": "9"}},
}  # fmt: skip
FREIGHT = {"tiers": [{"from": {"EUR": "0"}, "amount": {"EUR": "4.90"}}, {"from": {"EUR": "50"}, "percent": "0"}]}


@pytest.mark.parametrize(
    ("charges", "unit_price", "added"),
    [
        ([{"name": "freight", "give": {"percent": "2.5"}}], "699.0982", [("freight", 1748)]),  # 2.5 % of 699.10 = 17.4775
        ([{"name": "freight", "give": {"amount": {"EUR": "4.90"}}}], "10", [("freight", 490)]),
        ([{"name": "freight", "give": FREIGHT}], "49.99", [("freight", 490)]),
        ([{"name": "freight", "give": FREIGHT}], "50.00", []),
        (
            [
                {"name": "flat", "charge": "freight", "give": {"amount": {"EUR": "4.90"}}},
                ISLANDS,
            ],
            "10",
            [("islands", 900)],
        ),
    ],
)  # fmt: skip
def test_charges(charges: list[dict[str, Any]], unit_price: str, added: list[tuple[str, int]]) -> None:
    rules = rules_of(charges=[{"sku": "F", **charge} for charge in charges])
    priced = price(rules, a_line(price=unit_price), extras=(an_extra("F"),))
    assert [(line.rule, line.net_minor) for line in priced.added] == added


def test_a_charge_tells_its_amount_before_rounding_too() -> None:
    rules = rules_of(charges=[{"name": "freight", "sku": "F", "give": {"percent": "2.5"}}])
    priced = price(rules, a_line(price="699.0982"), extras=(an_extra("F"),))
    assert priced.added[0].net_exact == Decimal("17.477455")
    assert priced.trace["order"]["charges"] == [("freight", 69910, "17.477455", 1748, ["17.477455"])]


@pytest.mark.parametrize(
    ("give", "borne"),
    [
        ({"percent": "2.5"}, {"freight": Decimal("0.084")}),
        ({"amount_per_unit": {"EUR": "0.40"}}, {"freight": Decimal("1.2")}),
        ({"amount": {"EUR": "4.90"}}, {}),  # of the order as a whole: no line bears a share of its own
        ({"tiers": [{"from": {"EUR": "5"}, "percent": "1"}]}, {}),  # reached by the order, by no line alone
    ],
)
def test_a_charge_tells_what_each_line_bears_of_it(give: dict[str, Any], borne: dict[str, Decimal]) -> None:
    rules = rules_of(charges=[{"name": "freight", "sku": "F", "give": give}])
    lines = (a_line(price="2.2939"), a_line("B", "3", "1.12"))
    priced = price(rules, *lines, extras=(an_extra("F"),))
    assert charges_borne(priced.trace, 1) == borne
    exact = explain_order(priced.trace).charges[0][2]
    assert not borne or sum(charges_borne(priced.trace, place)["freight"] for place in (0, 1)) == exact


@pytest.mark.parametrize(
    ("floor", "cost", "quantity", "below"),
    [
        ({"min_margin_percent": "10"}, Cost(Decimal("9.00"), "EUR"), "1", None),  # 9 / 0.9 = 10: just reached
        ({"min_margin_percent": "10"}, Cost(Decimal("9.01"), "EUR"), "1", Decimal("10.011111")),
        ({"min_margin_percent": "10"}, Cost(Decimal("12"), "USD"), "1", Decimal("12")),  # 12 USD at 0.9 = 10.80 / 0.9
        ({"min_margin_percent": "10"}, Cost(Decimal("12"), "GBP"), "1", None),  # no rate: told, not held
        ({"min_margin_percent": "10"}, None, "1", None),
        ({"min_price": {"EUR": "10.01"}}, None, "3", Decimal("10.01")),
        ({"min_price": {"EUR": "10.00"}}, None, "3", None),
        ({"min_price": {"USD": "99"}}, None, "3", None),
        ({"min_price": {"EUR": "99"}, "when": 'sku == "B"'}, None, "3", None),
        ({"min_price": {"EUR": "99"}, "when": "net < 20 && order_net < 20"}, None, "1", Decimal("99")),
    ],
)
def test_floors(floor: dict[str, Any], cost: Cost | None, quantity: str, below: Decimal | None) -> None:
    rules = rules_of(floors=[{"name": "least", **floor}])
    rates = (Rate("USD", "EUR", Decimal("0.9"), "2026-06-12", "ECB"),)
    line = price(rules, a_line(quantity=quantity, cost=cost), rates=rates).lines[0]
    assert (line.floor and line.floor.least) == below


def test_the_strictest_floor_is_named_and_the_order_s_share_counts() -> None:
    rules = rules_of(
        groups=[a_group(level="order")],
        discounts=[a_discount("d", {"percent": "20"})],
        floors=[{"name": "low", "min_price": {"EUR": "8.50"}}, {"name": "high", "min_price": {"EUR": "9"}}],
    )
    floor = price(rules, a_line()).lines[0].floor
    assert floor is not None
    assert (floor.rule, floor.least) == ("high", Decimal("9"))


@pytest.mark.parametrize(("unknown", "held"), [(None, None), ("pass", None), ("hold", ("margin", None))])
@pytest.mark.parametrize("cost", [None, Cost(Decimal("1"), "GBP")], ids=["no cost", "no rate"])
def test_a_floor_says_what_it_does_with_an_unknown_cost(unknown: str | None, held: Any, cost: Cost | None) -> None:
    floor = {"name": "margin", "min_margin_percent": "10"} | ({"unknown_cost": unknown} if unknown else {})
    rules, cart = rules_of(floors=[floor]), a_cart(a_line(cost=cost))
    priced = decide_cart(rules, cart)
    assert priced.lines[0].floor == held
    texts = cart_texts(cart, priced)
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    assert read_outcome(texts.outcome, texts.trace).lines == priced.lines
    (step,) = [step for step in cart_line_steps(cart, priced, 0) if "Floor" in step.label]
    assert step.note.endswith("the line is held until somebody allows it" if held else "the line passes")


def test_what_is_below_a_floor_goes_before_what_nobody_knows() -> None:
    margin = {"name": "margin", "min_margin_percent": "10", "unknown_cost": "hold"}
    for name in ("a", "z"):
        least = {"name": name, "min_price": {"EUR": "11"}}
        for floors in ([margin, least], [least, margin]):
            floor = price(rules_of(floors=floors), a_line()).lines[0].floor
            assert floor == (name, Decimal(11))


def test_only_a_margin_has_an_unknown_cost() -> None:
    with pytest.raises(ValidationError, match="only a least margin"):
        rules_of(floors=[{"name": "least", "min_price": {"EUR": "1"}, "unknown_cost": "hold"}])


def part(sku: str, quantity: str, alone: str | None) -> PartFacts:
    return PartFacts(f"p-{sku}", sku, Decimal(quantity), () if alone is None else (a_record(alone),))


@pytest.mark.parametrize(
    ("parts", "shares"),
    [
        ([part("X", "1", "60"), part("Y", "2", "30")], [5000, 5000]),  # 60 : 60
        ([part("X", "1", "70"), part("Y", "1", "20"), part("Z", "1", "15")], [6667, 1905, 1428]),  # of 105
        ([part("X", "1", None), part("Y", "3", None)], [2500, 7500]),  # no price alone: by quantity
        ([part("X", "1", "10"), part("Y", "3", None)], [10000, 0]),
    ],
)
def test_a_bundle_is_priced_as_one_and_split_by_what_its_parts_cost_alone(
    parts: list[PartFacts], shares: list[int]
) -> None:
    rules = one_group(a_discount("none", {"percent": "50"}, when='sku == "other"'))
    line = price(rules, a_line("KIT", price="100.00", parts=tuple(parts))).lines[0]
    assert [share.net_minor for share in line.parts] == shares
    assert sum(shares) == line.net_minor


def test_the_parts_of_two_bundles_hold_twice_as_much() -> None:
    line = price(rules_of(), a_line("KIT", "2", "100.00", parts=(part("X", "3", "1"),))).lines[0]
    assert [(share.quantity, share.net_minor) for share in line.parts] == [(Decimal(6), 20000)]


def test_lines_with_which_a_cart_passes_what_its_decision_holds_have_no_price() -> None:
    """Each can be booked: 23 of them fit into 64 bits, and the small line after them."""
    rules = rules_of(charges=[{"name": "c", "sku": "F", "give": {"percent": "1"}}])
    huge, small = a_line("A", "100000000", "80000000.00"), a_line("B")
    cart = a_cart(*[huge] * 30, small, extras=(an_extra("F"),))
    priced = decide_cart(rules, cart)
    assert nets(priced) == [8 * 10**17] * 23 + [0] * 7 + [1000]
    texts = cart_texts(cart, priced)
    assert replay_cart(rules, texts.facts) == (texts.outcome, texts.trace)
    assert explain_line(priced.trace, 25, 0).missed[-1].words == "the amount is too large to be booked"


def test_what_is_too_large_to_be_booked_harms_nobody() -> None:
    rules = rules_of(
        groups=[a_group(level="order")],
        discounts=[
            a_discount("all", {"percent": "100"}),
            a_discount("kit", {"set": {"items": [{"sku": "A", "quantity": "1"}], "price": {"EUR": "999999999999.99"}}}),
        ],
        charges=[{"name": "c", "sku": "F", "give": {"amount_per_unit": {"EUR": "999999999999"}}}],
        floors=[{"name": "f", "min_price": {"EUR": "999999999999"}}],
    )
    huge = a_line("A", "100000000", "80000000.00")
    priced = price(rules, huge, huge, extras=(an_extra("F"),))
    assert nets(priced) == [8 * 10**17] * 2
    assert lost(priced) == [
        ("all", "amount_out_of_range"),
        ("kit", "amount_out_of_range"),
        ("c", "amount_out_of_range"),
    ]
    assert [line.floor and line.floor.rule for line in priced.lines] == ["f", "f"]
