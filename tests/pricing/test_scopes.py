"""What the database refuses of scopes, units and costs, tried in SQL, and what services say of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from apps.pricing.models import PriceList
from apps.pricing.services.costs import CostDraft, CostOverlap, CostRefused, add_costs, end_cost
from apps.pricing.services.prices import (
    PriceDraft,
    PriceListDraft,
    PriceOverlap,
    PriceRefused,
    add_prices,
    create_price_lists,
)
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from tests.factories.masterdata import NOW, a_currency, a_customer, a_group, a_product, an_entity, sold_by
from tests.factories.pricing import SINCE, a_price, a_price_list

pytestmark = pytest.mark.django_db(transaction=True)

COST = """
INSERT INTO pricing_costrecord (id, product_id, legal_entity_id, currency, unit_cost, valid_from_at, valid_until_at)
VALUES (gen_random_uuid(), %s, %s, 'GBP', %s, %s, %s)
"""


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("customer_id = %(customer)s, customer_group_id = %(group)s", "price_list_one_scope"),
        ("customer_id = %(customer)s, zone_country = 'DE'", "price_list_one_scope"),
        ("customer_group_id = %(group)s, zone_country = 'DE'", "price_list_one_scope"),
        ("zone_country = 'de'", "price_list_zone_is_iso"),
        ("zone_state = 'BY'", "price_list_zone_of_a_country"),
        ("zone_postal_prefix = '80'", "price_list_zone_of_a_country"),
        ("zone_country = 'DE', zone_state = 'BY', zone_postal_prefix = '80'", "price_list_state_or_postal_codes"),
        ("zone_country = 'GB', zone_postal_prefix = 'SW 1'", "price_list_postal_prefix_is_plain"),
    ],
)
def test_a_list_has_one_scope(change: str, constraint: str) -> None:
    a_price_list()
    known = {"customer": a_customer().pk, "group": a_group().pk}
    statement = f"UPDATE pricing_pricelist SET {change}".replace("%(customer)s", f"'{known['customer']}'")
    with pytest.raises(IntegrityError, match=constraint):
        run(statement.replace("%(group)s", f"'{known['group']}'"))


def test_prices_of_several_units_stand_side_by_side_and_of_one_do_not() -> None:
    prices, mug = a_price_list(), a_product("MUG")
    a_price(prices, mug, "2.50")
    a_price(prices, mug, "25.00", unit="box")
    with pytest.raises(IntegrityError, match="price_record_no_overlap"):
        a_price(prices, mug, "24.00", unit="box")
    with pytest.raises(IntegrityError, match="price_record_per_something"):
        run("UPDATE pricing_pricerecord SET per = 0")


def test_a_zone_is_kept_as_it_is_compared() -> None:
    a_currency()
    drafts = [
        PriceListDraft("LONDON", "", "GBP", SINCE, zone_country="GB", zone_postal_prefix="sw 1"),
        PriceListDraft("BAVARIA", "", "GBP", SINCE, zone_country="DE", zone_state="BY"),
    ]
    create_price_lists(drafts, actor=SYSTEM, now=NOW)
    shown = {row.code: (row.scope, row.zone) for row in PriceList.objects.all()}
    assert shown == {"LONDON": ("zone", "GB SW1"), "BAVARIA": ("zone", "DE-BY")}


def test_two_scopes_are_refused_in_words() -> None:
    a_currency()
    draft = PriceListDraft(
        "TWO", "", "GBP", SINCE, customer_id=a_customer().pk, customer_group_id=a_group().pk, zone_country="GB"
    )
    with pytest.raises(PriceRefused, match="a customer, a customer group, a zone or everybody"):
        create_price_lists([draft], actor=SYSTEM, now=NOW)


def test_a_price_is_for_a_unit_that_the_product_has() -> None:
    prices, mug = a_price_list(), a_product("MUG")
    sold_by(mug, "box", "12")
    drafts = [
        PriceDraft("MUG", Decimal("24.00"), SINCE, unit="box", per=Decimal(2)),
        PriceDraft("MUG", Decimal("2.50"), SINCE, unit="piece"),
    ]
    made = add_prices(prices.pk, drafts=drafts, actor=SYSTEM, now=NOW)
    assert [(row.unit, row.per) for row in made] == [("box", 2), ("", 1)]
    with pytest.raises(PriceOverlap):
        add_prices(prices.pk, drafts=[PriceDraft("MUG", Decimal(2), SINCE)], actor=SYSTEM, now=NOW)
    with pytest.raises(PriceRefused) as refused:
        add_prices(prices.pk, drafts=[PriceDraft("MUG", Decimal(1), SINCE, unit="crate")], actor=SYSTEM, now=NOW)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/0/unit", "unknown_unit")]


def cost(
    product: UUID, entity: UUID | None, amount: str, since: datetime = SINCE, until: datetime | None = None
) -> Any:
    return run(COST, [product, entity, Decimal(amount), since, until])


def test_a_product_costs_one_amount_at_a_time() -> None:
    mug, entity = a_product("MUG"), an_entity()
    turn = datetime(2026, 1, 1, tzinfo=UTC)
    cost(mug.pk, None, "1.00", until=turn)
    cost(mug.pk, None, "1.10", since=turn)
    cost(mug.pk, entity.pk, "0.90")
    for owner, amount, constraint in (
        (None, "2", "cost_record_no_overlap"), (entity.pk, "2", "cost_record_no_overlap"), (None, "-1", "not_negative"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=constraint):
            cost(mug.pk, owner, amount)
    with pytest.raises(IntegrityError, match="cost_record_valid_for_some_time"):
        cost(a_product().pk, None, "1", until=SINCE)


def test_costs_are_added_and_ended_and_written_down() -> None:
    a_currency()
    a_product("MUG")
    made = add_costs([CostDraft("MUG", "GBP", Decimal("1.2345"), SINCE)], actor=SYSTEM, now=NOW)
    with pytest.raises(CostOverlap):
        add_costs([CostDraft("MUG", "GBP", Decimal(2), NOW)], actor=SYSTEM, now=NOW)
    with pytest.raises(CostRefused) as refused:
        add_costs([CostDraft("NOPE", "XTS", Decimal(2), NOW)], actor=SYSTEM, now=NOW)
    assert [fault.pointer for fault in refused.value.faults] == ["/0/sku", "/0/currency"]
    assert end_cost(made[0].pk, until_at=NOW, actor=SYSTEM, now=NOW).valid_until_at == NOW
    with pytest.raises(NotFound):
        end_cost(new_id(), until_at=NOW, actor=SYSTEM, now=NOW)
    told = fetch("SELECT operation FROM audit_changerecord WHERE table_name = 'pricing_costrecord' ORDER BY id")
    assert told == [("insert",), ("update",)]
