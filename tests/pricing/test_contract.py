"""Pricing whole batches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.pricing.contract import price_lines
from apps.rulebooks.contract import NoRulebookInForce
from apps.rulebooks.decisions.kinds import kind_of
from tests.factories.counting import counted
from tests.factories.masterdata import a_group, a_product, an_entity
from tests.factories.pricing import AT, a_price, a_price_list, a_request, standard_sequence
from tests.factories.rulebooks import put_standard_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    put_standard_in_force("pricing_access.yaml")


def test_prices_come_from_the_list_of_the_group_and_the_base_list() -> None:
    product, group = a_product(), a_group()
    a_price(a_price_list(), product, "2.50")
    a_price(a_price_list("GROUP", customer_group=group), product, "2.00")
    plain, grouped = price_lines(
        [a_request(product_id=product.pk), a_request(product_id=product.pk, customer_group_id=group.pk)]
    ).lines
    assert (plain.unit_price, plain.net_minor, plain.source) == (Decimal("2.50"), 750, "base_list")
    assert (grouped.unit_price, grouped.source) == (Decimal(2), "group_list")


def test_a_price_is_valid_from_its_first_instant_and_not_at_its_last() -> None:
    product, prices = a_product(), a_price_list()
    turn = datetime(2026, 1, 1, tzinfo=UTC)
    a_price(prices, product, "1.00", valid_until_at=turn)
    a_price(prices, product, "2.00", valid_from_at=turn)
    before, after = price_lines(
        [
            a_request(product_id=product.pk, at=turn - timedelta(microseconds=1)),
            a_request(product_id=product.pk, at=turn),
        ]
    ).lines
    assert (before.unit_price, after.unit_price) == (Decimal(1), Decimal(2))


def test_a_list_that_ended_gives_no_price() -> None:
    product = a_product()
    a_price(a_price_list(valid_until_at=AT), product, "2.50")
    assert price_lines([a_request(product_id=product.pk)]).lines[0].unit_price is None


def test_another_currency_s_list_is_not_looked_at() -> None:
    product = a_product()
    a_price(a_price_list("EUR-BASE", currency="EUR"), product, "2.50")
    assert price_lines([a_request(product_id=product.pk)]).lines[0].unit_price is None


def test_an_entity_s_own_list_is_only_its_own() -> None:
    product, entity = a_product(), an_entity()
    a_price(a_price_list("OWN", legal_entity=entity), product, "2.50")
    own, other = price_lines(
        [a_request(product_id=product.pk, legal_entity_id=entity.pk), a_request(product_id=product.pk)]
    ).lines
    assert (own.unit_price, other.unit_price) == (Decimal("2.50"), None)


def test_a_product_that_nobody_knows_has_no_price() -> None:
    assert price_lines([a_request(product_id=None)]).lines[0].unit_price is None
    assert price_lines([a_request(product_id=None, agreed_price=Decimal(5))]).lines[0].net_minor == 1500


def test_statements_do_not_grow_with_lines() -> None:
    prices = a_price_list()
    products = [a_product() for _ in range(20)]
    for product in products:
        a_price(prices, product, "2.50")
    price_lines([a_request(agreed_price=Decimal(1))])
    with counted() as few:
        price_lines([a_request(product_id=products[0].pk)])
    with counted() as many:
        price_lines([a_request(product_id=product.pk) for product in products] * 10)
    with counted() as none:
        price_lines([a_request(agreed_price=Decimal(1))] * 10)
    assert (few.count, many.count, none.count) == (1, 1, 0)


def test_without_rules_nothing_is_priced() -> None:
    with pytest.raises(NoRulebookInForce):
        price_lines([a_request(at=datetime(1960, 1, 1, tzinfo=UTC))])


def test_the_decision_of_an_order_is_replayed_to_the_byte() -> None:
    product = a_product()
    a_price(a_price_list(), product, "2.50")
    priced = price_lines([a_request(product_id=product.pk), a_request(agreed_price=Decimal("1.10"))])
    texts = priced.decision([0, 1])
    kind = kind_of("pricing.access")
    assert kind.decide is not None
    decided = kind.decide(standard_sequence(), texts.facts)
    assert (decided.outcome, decided.trace) == (texts.outcome, texts.trace)
    assert len(priced.version_sha256) == 32
