"""What the pricing decision of a batch of carts is told: every scope, unit, part, cost, volume and rate that it may need."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.masterdata.contract import products_by_id
from apps.masterdata.models import ExchangeRate, Product
from apps.pricing.contract import CONDITIONS
from apps.pricing.decisions.cart.decide import decide_cart
from apps.pricing.decisions.cart.facts import CartFacts, Cost, Coupon, Rate
from apps.pricing.decisions.document.compiled import compile_rules
from apps.pricing.decisions.document.schema import PricingRules
from apps.pricing.decisions.record.readings import read_facts
from apps.pricing.decisions.record.texts import facts_text
from apps.pricing.models import CostRecord, PurchaseVolume
from apps.pricing.selectors.carts import CartRequest, LineRequest, Needs, needs_of, read_carts
from tests.factories.counting import Counted, counted
from tests.factories.masterdata import (
    a_bundle,
    a_currency,
    a_customer,
    a_group,
    a_product,
    an_entity,
    sold_by,
)
from tests.factories.pricing import AT, SINCE, a_coupon, a_price, a_price_list

pytestmark = pytest.mark.django_db

PLAIN = Needs()


def a_line(product: Product | None, quantity: str = "1", **values: Any) -> LineRequest:
    known = products_by_id([product.pk])[product.pk] if product else None
    return LineRequest(known, product.sku if product else "NOBODY-KNOWS", Decimal(quantity), **values)


def a_cart(*lines: LineRequest, **values: Any) -> CartRequest:
    entity = values.pop("entity", None) or an_entity(f"E{next(_entities)}")
    plain: dict[str, Any] = {"at": AT, "currency": "GBP", "legal_entity_id": entity.pk, "lines": lines}
    return CartRequest(**(plain | values))


_entities = iter(range(10_000))


def read(cart: CartRequest, needs: Needs = PLAIN) -> CartFacts:
    (facts,) = read_carts([cart], [needs])
    return facts


def lists_of(facts: CartFacts) -> list[str]:
    return [candidate.price_list.code for candidate in facts.lines[0].candidates]


def test_lists_of_every_scope_that_fits_are_found_and_no_other() -> None:
    mug, group, customer = a_product("MUG"), a_group("trade"), a_customer("BUYER")
    scopes: dict[str, dict[str, Any]] = {
        "ALL": {}, "CONTRACT": {"customer": customer}, "GROUP": {"customer_group": group},
        "DE": {"zone_country": "DE"}, "DE-BY": {"zone_country": "DE", "zone_state": "by"},
        "DE-80": {"zone_country": "DE", "zone_postal_prefix": "80"},
    }  # fmt: skip
    others: dict[str, dict[str, Any]] = {
        "OTHER-CONTRACT": {"customer": a_customer()}, "OTHER-GROUP": {"customer_group": a_group("shops")},
        "AT": {"zone_country": "AT"}, "DE-BE": {"zone_country": "DE", "zone_state": "BE"},
        "DE-81": {"zone_country": "DE", "zone_postal_prefix": "81"}, "THEIRS": {"legal_entity": an_entity("THEIRS")},
        "OVER": {"valid_until_at": AT}, "LATER": {"valid_from_at": AT + timedelta(microseconds=1)},
    }  # fmt: skip
    for code, values in (scopes | others).items():
        a_price(a_price_list(code, **values), mug, "2.50")
    cart = a_cart(
        a_line(mug), customer_id=customer.pk, customer="BUYER", customer_group_id=group.pk, country="DE", state="BY",
        postal_code="803 31", channel="web",
    )  # fmt: skip
    facts = read(cart)
    assert lists_of(facts) == sorted(scopes)
    by_code = {candidate.price_list.code: candidate.price_list for candidate in facts.lines[0].candidates}
    assert (by_code["DE-BY"].state, by_code["DE-80"].postal_prefix, by_code["GROUP"].scope) == (
        "BY", "80", "customer_group",
    )  # fmt: skip
    assert (facts.customer, facts.customer_group, facts.channel, facts.zone) == (
        "BUYER",
        "trade",
        "web",
        "Europe/London",
    )
    assert lists_of(read(cart, Needs(scopes=frozenset({"customer", "zone"})))) == ["CONTRACT", "DE", "DE-80", "DE-BY"]
    assert lists_of(read(a_cart(a_line(mug)))) == ["ALL"]


def test_prices_in_force_of_all_scales_and_of_the_ordered_unit_are_told() -> None:
    mug, prices = a_product("MUG", category="tableware"), a_price_list()
    sold_by(mug, "box", "12")
    sold_by(mug, "crate", "144")
    a_price(prices, mug, "2.50", valid_until_at=AT)
    a_price(prices, mug, "2.60", valid_from_at=AT)
    a_price(prices, mug, "2.20", min_quantity=Decimal(48))
    a_price(prices, mug, "27.00", unit="box", per=Decimal(1))
    a_price(prices, mug, "300.00", unit="crate")
    own, box, none = read(a_cart(a_line(mug, "3"), a_line(mug, "2", unit="box"), a_line(mug, unit="pallet"))).lines
    assert [(each.unit, each.unit_price) for each in own.candidates] == [("", Decimal("2.6")), ("", Decimal("2.2"))]
    assert [(each.unit, each.unit_price) for each in box.candidates] == [
        ("", Decimal("2.6")), ("", Decimal("2.2")), ("box", Decimal(27)),
    ]  # fmt: skip
    assert (own.unit, own.factor, own.category, box.unit, box.factor) == ("piece", 1, "tableware", "box", 12)
    assert none.candidates == ()


def test_prices_of_any_unit_come_where_they_are_of_use_with_what_one_holds() -> None:
    mug, ribbon, prices = a_product("MUG", category="tableware"), a_product("RIBBON", category="paper"), a_price_list()
    for product, crate in ((mug, "144"), (ribbon, "10")):
        sold_by(product, "box", "12")
        sold_by(product, "crate", crate)
        a_price(prices, product, "300.00", unit="crate")
    a_price(prices, mug, "27.00", unit="box")
    kit = a_bundle("KIT", parts={mug: "2", ribbon: "1"})
    any_unit = {"name": "base", "source": "price_list", "scope": "everybody", "other_units": True}
    document = PricingRules.model_validate(
        {
            "accesses": [any_unit | {"when": 'category != "x"'}, {"name": "parts", "source": "parts"}],
            "groups": [{"name": "whole", "level": "order", "order": 1, "method": "all_in_sequence"}],
            "discounts": [
                {"name": "gift", "group": "whole", "give": {"free_goods": [{"sku": "KIT", "quantity": "1"}]}}
            ],
        }
    )
    rules = compile_rules(document, CONDITIONS)
    facts = read(a_cart(a_line(mug, "3"), a_line(mug, "2", unit="box"), a_line(kit)), needs_of(rules))
    pieces, boxes, bundle = facts.lines
    assert pieces.units == (("box", Decimal(12)), ("crate", Decimal(144)))
    assert boxes.units == (("crate", Decimal(144)),)
    assert [(part.sku, part.category, part.unit, part.units) for part in bundle.parts] == [
        ("MUG", "tableware", "piece", pieces.units), ("RIBBON", "paper", "piece", (("crate", Decimal(10)),)),
    ]  # fmt: skip
    assert facts.extras[0].parts == bundle.parts
    assert read_facts(facts_text(facts)) == facts
    priced = decide_cart(rules, facts)
    # A piece costs the twelfth of a box; the bundle two of them and a tenth of a crate.
    assert [line.unit_price for line in priced.lines] == [Decimal("2.25"), Decimal("27"), Decimal("34.5")]
    assert [line.source for line in priced.lines] == ["base", "base", "parts"]
    assert [(line.sku, line.gross_minor) for line in priced.added] == [("MUG", 450), ("RIBBON", 3000)]
    # Rules that have no use for them are not told.
    plain = read(a_cart(a_line(mug, "3"), a_line(kit)))
    assert (plain.lines[0].candidates, plain.lines[1].parts[0].category, plain.lines[1].parts[0].units) == ((), "", ())


def test_weights_come_where_rules_ask_for_them() -> None:
    mug, ribbon = a_product("MUG", weight_kg=Decimal("0.35")), a_product("RIBBON", weight_kg=Decimal("0.01"))
    card, plain = a_product("CARD", kind="service"), a_product("PLAIN")
    kit, heavy = (
        a_bundle("KIT", parts={mug: "2", ribbon: "1", card: "1"}),
        a_bundle("HEAVY", parts={plain: "1"}, weight_kg=9),
    )
    unknown = a_bundle("UNKNOWN", parts={mug: "1", plain: "1"})
    needs = Needs(weights=True, skus=frozenset({"KIT"}))
    facts = read(a_cart(*map(a_line, (mug, card, plain, kit, heavy, unknown))), needs)
    assert [line.weight for line in facts.lines] == [Decimal("0.35"), 0, None, Decimal("0.71"), 9, None]
    assert facts.extras[0].weight == Decimal("0.71")
    assert read_facts(facts_text(facts)) == facts
    assert read(a_cart(a_line(mug))).lines[0].weight is None


def test_other_currencies_come_only_when_asked_for_and_with_their_dated_rate() -> None:
    for code in ("GBP", "EUR", "JPY"):
        a_currency(code)
    mug = a_product("MUG")
    a_price(a_price_list(), mug, "2.50")
    a_price(a_price_list("EUR", currency="EUR"), mug, "2.90")
    a_price(a_price_list("JPY", currency="JPY"), mug, "400")
    ExchangeRate.objects.create(
        base_id="EUR", quote_id="GBP", rate_date=date(2026, 3, 1), rate=Decimal("0.85"), source="ECB"
    )
    ExchangeRate.objects.create(base_id="EUR", quote_id="GBP", rate_date=date(2026, 3, 3), rate=Decimal("0.90"))
    ExchangeRate.objects.create(base_id="GBP", quote_id="JPY", rate_date=date(2026, 2, 1), rate=Decimal("190"))
    cart = a_cart(a_line(mug))
    assert (lists_of(read(cart)), read(cart).rates) == (["GBP-BASE"], ())
    facts = read(cart, Needs(converts=True))
    assert lists_of(facts) == ["EUR", "GBP-BASE", "JPY"]
    assert facts.rates == (
        Rate("EUR", "GBP", Decimal("0.85"), "2026-03-01", "ECB"), Rate("GBP", "JPY", Decimal(190), "2026-02-01", ""),
    )  # fmt: skip


def test_the_day_of_a_rate_is_that_of_the_legal_entity() -> None:
    for code in ("GBP", "JPY"):
        a_currency(code)
    mug = a_product("MUG")
    a_price(a_price_list("JPY", currency="JPY"), mug, "400")
    for day, rate in ((1, "190"), (2, "195")):
        ExchangeRate.objects.create(base_id="GBP", quote_id="JPY", rate_date=date(2026, 3, day), rate=Decimal(rate))
    tokyo = an_entity("JP01", time_zone="Asia/Tokyo")
    evening = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    found = [
        read(a_cart(a_line(mug), at=evening, **values), Needs(converts=True)).rates[0].rate
        for values in ({}, {"entity": tokyo})
    ]
    assert found == [Decimal(190), Decimal(195)]


def test_parts_of_bundles_come_with_prices_of_their_own() -> None:
    pot, mug = a_product("POT"), a_product("MUG")
    bundle, prices = a_bundle("SET", parts={pot: "1", mug: "2"}), a_price_list()
    for product, price in ((pot, "24.00"), (mug, "6.50"), (bundle, "33.00")):
        a_price(prices, product, price)
    line = read(a_cart(a_line(bundle))).lines[0]
    assert [candidate.unit_price for candidate in line.candidates] == [Decimal(33)]
    assert [(part.sku, part.quantity, part.candidates[0].unit_price) for part in line.parts] == [
        ("MUG", 2, Decimal("6.5")), ("POT", 1, Decimal(24)),
    ]  # fmt: skip


def a_cost(product: Product, amount: str, **values: Any) -> CostRecord:
    plain = {"currency": a_currency(), "valid_from_at": SINCE, "unit_cost": Decimal(amount)}
    return CostRecord.objects.create(product=product, **(plain | values))


def test_costs_come_when_floors_ask_for_them() -> None:
    pot, mug, own, entity = a_product("POT"), a_product("MUG"), a_product("OWN"), an_entity("UK01")
    bundle = a_bundle("SET", parts={pot: "1", mug: "2"})
    a_currency("EUR")
    a_cost(pot, "10.00")
    a_cost(mug, "1.50", valid_until_at=AT)
    a_cost(mug, "1.75", valid_from_at=AT)
    a_cost(own, "3.00")
    a_cost(own, "2.00", currency=a_currency("EUR"), legal_entity=entity)
    ExchangeRate.objects.create(base_id="EUR", quote_id="GBP", rate_date=date(2026, 3, 1), rate=Decimal("0.85"))
    cart = a_cart(a_line(bundle), a_line(mug), a_line(own), a_line(a_product("FREE")), entity=entity)
    assert [line.cost for line in read(cart).lines] == [None] * 4
    facts = read(cart, Needs(costs=True))
    assert [line.cost for line in facts.lines] == [
        Cost(Decimal("13.50"), "GBP"), Cost(Decimal("1.75"), "GBP"), Cost(Decimal(2), "EUR"), None,
    ]  # fmt: skip
    assert [rate.base for rate in facts.rates] == ["EUR"]


def test_what_was_bought_in_the_days_before_is_told_for_scales_over_a_period() -> None:
    mug, customer = a_product("MUG"), a_customer("BUYER")
    for days, quantity in ((0, 5), (29, 10), (30, 20), (31, 40), (-1, 80)):
        PurchaseVolume.objects.create(
            customer=customer,
            product=mug,
            day=AT.date() - timedelta(days=days),
            currency=a_currency(),
            quantity=quantity,
        )
    needs = Needs(period_days=frozenset({30, 7}))
    assert read(a_cart(a_line(mug), customer_id=customer.pk), needs).lines[0].volumes == ((7, 5), (30, 35))
    assert read(a_cart(a_line(mug), customer_id=a_customer().pk), needs).lines[0].volumes == ((7, 0), (30, 0))
    assert read(a_cart(a_line(mug)), needs).lines[0].volumes == ()


def test_products_that_rules_may_add_and_coupons_are_told() -> None:
    gift, prices = a_product("GIFT"), a_price_list()
    a_price(prices, gift, "5.00")
    a_coupon(valid_until_at=AT)
    cart = a_cart(a_line(a_product("MUG")), coupons=("summer", "SUMMER ", "nope"))
    facts = read(cart, Needs(skus=frozenset({"GIFT", "GONE"})))
    assert [(extra.sku, extra.candidates[0].unit_price) for extra in facts.extras] == [("GIFT", Decimal(5))]
    assert facts.coupons == (Coupon("SUMMER", "CAMPAIGN", False, "ended"), Coupon("NOPE", "", False, "unknown"))


def test_an_agreed_price_asks_for_nothing_unless_rules_say_so() -> None:
    mug = a_product("MUG")
    a_price(a_price_list(), mug, "2.50")
    cart = a_cart(a_line(mug, agreed=Decimal(2)), a_line(None, agreed=Decimal(3)))
    read(cart)
    with counted() as none:
        facts = read(cart)
    assert none.count == 0
    assert [(line.product, line.agreed, line.candidates) for line in facts.lines] == [
        (str(mug.pk), Decimal(2), ()), ("", Decimal(3), ()),
    ]  # fmt: skip
    assert len(read(cart, Needs(agreed_final=False)).lines[0].candidates) == 1


ALL = Needs(converts=True, costs=True, skus=frozenset({"GIFT"}), period_days=frozenset({30, 90}), agreed_final=False)


@pytest.mark.parametrize(("needs", "most"), [(PLAIN, 5), (ALL, 10)])
def test_statements_do_not_grow_with_the_batch(needs: Needs, most: int) -> None:
    a_currency("EUR")
    prices, contract, euros = a_price_list(), a_customer("BUYER"), a_price_list("EUR", currency="EUR")
    own = a_price_list("BUYER", customer=contract)
    products = [a_product() for _ in range(12)]
    bundle = a_bundle("SET", parts={products[0]: "1", products[1]: "2"})
    for product in (*products, bundle, a_product("GIFT")):
        for each in (prices, own, euros):
            a_price(each, product, "2.50")
    sold_by(products[2], "box", "12")
    a_coupon(most_per_customer=1)
    a_cost(products[0], "1.00")
    entity = an_entity("UK01")
    lines = [a_line(bundle), a_line(products[2], unit="box"), *(a_line(product) for product in products)]

    def carts(count: int) -> list[CartRequest]:
        return [
            a_cart(
                *lines, entity=entity, customer_id=contract.pk, coupons=("SUMMER",), at=AT + timedelta(days=number % 5)
            )
            for number in range(count)
        ]

    def statements(count: int) -> Counted:
        batch = carts(count)
        with counted() as seen:
            assert len(list(read_carts(batch, [needs] * count))) == count
        return seen

    statements(1)
    assert statements(1).count == statements(30).count <= most + 1


def test_nothing_is_asked_for_nothing() -> None:
    with counted() as none:
        assert list(read_carts([], [])) == []
    assert none.count <= 1


def test_what_a_document_asks_for_is_what_is_read() -> None:
    document = {
        "accesses": [
            {"name": "agreed", "source": "agreed_price"},
            {"name": "base", "source": "price_list", "scope": "everybody", "scale": "period", "period_days": 30},
        ],
        "charges": [{"name": "freight", "charge": "freight", "sku": "FREIGHT", "give": {"amount": {"GBP": "4.90"}}}],
        "floors": [{"name": "margin", "min_margin_percent": "10"}],
    }
    rules = compile_rules(PricingRules.model_validate(document), CONDITIONS)
    assert needs_of(rules) == Needs(
        scopes=frozenset({"everybody"}), costs=True, skus=frozenset({"FREIGHT"}), period_days=frozenset({30})
    )
    mug, freight = a_product("MUG"), a_product("FREIGHT", kind="service")
    for product, price in ((mug, "2.50"), (freight, "4.90")):
        a_price(a_price_list() if product is mug else a_price_list("FREIGHT"), product, price)
    a_cost(mug, "2.40")
    priced = decide_cart(rules, read(a_cart(a_line(mug, "4")), needs_of(rules)))
    assert (priced.lines[0].net_minor, priced.lines[0].source) == (1000, "base")
    assert priced.lines[0].floor is not None
    assert [(added.sku, added.net_minor) for added in priced.added] == [("FREIGHT", 490)]
