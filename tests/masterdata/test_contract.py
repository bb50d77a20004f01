"""Reading masters set-wise, and making those that come along with orders."""

from datetime import date
from decimal import Decimal
from hashlib import md5
from typing import Any

import pytest

from apps.masterdata import contract
from apps.masterdata.contract import AddressDraft, CustomerDraft, ProductDraft
from apps.masterdata.models import Address, Customer, ExchangeRate, PostalPlace, Product
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import TransactionMisuse
from tests.factories.counting import counted
from tests.factories.masterdata import (
    a_bundle,
    a_channel,
    a_currency,
    a_customer,
    a_group,
    a_product,
    a_unit,
    an_entity,
    sold_by,
)

pytestmark = pytest.mark.django_db


def test_customers_are_found_by_code_and_id_with_their_default_addresses() -> None:
    customer, group = a_customer("C-1", group=a_group(), credit_limit_minor=500), a_group()
    kinds = (("bill", "1"), ("ship", "2"), ("ship", "3"))
    bill, ship, later = contract.ensure_addresses(
        [AddressDraft(customer.pk, kind, line1=line1) for kind, line1 in kinds]
    )
    facts = contract.customers_by_code(["C-1", "nobody"])["C-1"]
    assert (facts.id, facts.group_id, facts.currency, facts.credit_limit_minor) == (customer.pk, group.pk, "GBP", 500)
    assert (facts.bill_to_id, facts.ship_to_id) == (bill, ship)
    Address.objects.filter(pk=ship).update(is_current=False)
    assert contract.customers_by_id([customer.pk])[customer.pk].ship_to_id == later


def test_the_billing_address_stands_in_for_a_missing_delivery_address() -> None:
    customer = a_customer("C-1")
    bill = contract.ensure_addresses([AddressDraft(customer.pk, "bill", line1="1")])[0]
    assert contract.customers_by_code(["C-1"])["C-1"].ship_to_id == bill


def test_products_are_found_by_sku_and_id_with_their_unit() -> None:
    rope = a_product("ROPE", unit=a_unit("m", 2))
    service = a_product("CARRIAGE", kind="service")
    by_sku = contract.products_by_sku({"ROPE", "CARRIAGE", "nothing"})
    assert (by_sku["ROPE"].decimals, by_sku["ROPE"].is_stocked, by_sku["CARRIAGE"].is_stocked) == (2, True, False)
    assert contract.products_by_id([rope.pk, service.pk, new_id()]).keys() == {rope.pk, service.pk}


def test_small_tables_are_remembered() -> None:
    entity, channel = an_entity("UK01"), a_channel("market", trusts_prices=True)
    assert contract.entities_by_code()["UK01"].id == entity.pk
    assert contract.entities_by_id()[entity.pk].time_zone == "Europe/London"
    assert contract.channels_by_code()["market"].trusts_prices is channel.trusts_prices is True
    assert contract.currencies() == {"GBP": 2}
    with counted() as remembered:
        contract.entities_by_code()
        contract.channels_by_code()
        contract.currencies()
    assert remembered.count == 0


@pytest.mark.parametrize("size", [1, 50])
def test_every_read_is_one_statement(size: int) -> None:
    customers = [a_customer() for _ in range(size)]
    products = [a_product() for _ in range(size)]
    ids = contract.ensure_addresses([AddressDraft(customer.pk, "bill") for customer in customers])
    reads: list[Any] = [
        lambda: contract.customers_by_code([customer.code for customer in customers]),
        lambda: contract.customers_by_id([customer.pk for customer in customers]),
        lambda: contract.products_by_sku([product.sku for product in products]),
        lambda: contract.products_by_id([product.pk for product in products]),
        lambda: contract.addresses_by_id(ids),
    ]
    for read in reads:
        with counted() as statements:
            assert len(read()) == size
        assert statements.count == 1


def test_nothing_is_asked_for_nothing() -> None:
    with counted() as statements:
        assert contract.customers_by_code([]) == contract.products_by_id([]) == contract.addresses_by_id([]) == {}
    assert statements.count == 0


def test_parts_and_units_are_read_set_wise_and_only_when_asked_for() -> None:
    pot, mug = a_product("POT"), a_product("MUG")
    sets = [a_bundle(f"SET-{number}", parts={pot: "1", mug: "2"}) for number in range(20)]
    sold_by(mug, "box", "12")
    with counted() as statements:
        parts = contract.bundle_parts([row.pk for row in sets])
        units = contract.product_units([mug.pk, pot.pk])
        assert contract.bundle_parts([]) == contract.product_units([]) == {}
    assert statements.count == 2
    assert [(part.sku, part.quantity, part.unit) for part in parts[sets[7].pk]] == [
        ("MUG", Decimal(2), "piece"), ("POT", Decimal(1), "piece"),
    ]  # fmt: skip
    assert (len(parts), units) == (20, {mug.pk: {"box": Decimal(12)}})
    assert [bundle.sku for bundle in contract.bundles_with(mug.pk, limit=2)] == ["SET-0", "SET-1"]
    found = contract.products_by_id([sets[0].pk])[sets[0].pk]
    assert (found.is_bundle, found.is_stocked) == (True, False)


def test_codes_that_no_column_can_hold_are_unknown() -> None:
    assert contract.customers_by_code(["a\x00b"]) == contract.products_by_sku(["\x00"]) == {}


def test_missing_customers_are_made_and_existing_ones_left() -> None:
    a_customer("OLD", name="As it was")
    group = a_group()
    drafts = [
        CustomerDraft("OLD", "Changed", "GBP"),
        CustomerDraft("NEW", "First", "GBP", country="FR", group_id=group.pk, is_one_time=True),
        CustomerDraft("NEW", "Second", "GBP"),
    ]
    found = contract.ensure_customers(drafts)
    assert (found["OLD"].name, found["NEW"].name, found["NEW"].country, found["NEW"].is_one_time) == (
        "As it was", "First", "FR", True,
    )  # fmt: skip
    assert contract.ensure_customers(drafts) == found
    assert Customer.objects.count() == 2


def test_missing_products_are_made_and_existing_ones_left() -> None:
    a_unit()
    a_product("OLD", name="As it was")
    found = contract.ensure_products(
        [ProductDraft("OLD", "Changed"), ProductDraft("POST", "Carriage", kind="service", category="carriage")]
    )
    assert (found["OLD"].name, found["POST"].is_stocked, found["POST"].category) == ("As it was", False, "carriage")
    assert Product.objects.count() == 2


def test_equal_addresses_are_kept_once_whatever_their_letters() -> None:
    customer = a_customer()
    draft = AddressDraft(customer.pk, "ship", "Zoë's Läden", "Straße 1", "", "Łódź", "90-001", "", "PL")
    drafts = [draft, AddressDraft(customer.pk, "bill", "Zoë's Läden"), draft]
    ids = contract.ensure_addresses(drafts)
    assert ids == contract.ensure_addresses(drafts)
    assert ids[0] == ids[2] != ids[1]
    assert Address.objects.count() == 2


def test_parts_of_addresses_are_not_run_together() -> None:
    customer = a_customer()
    one, other = contract.ensure_addresses(
        [
            AddressDraft(customer.pk, "bill", line1="ab", line2="c"),
            AddressDraft(customer.pk, "bill", line1="a", line2="bc"),
        ]
    )
    assert one != other


def test_the_fingerprint_of_the_table_is_that_of_the_draft() -> None:
    customer = a_customer()
    draft = AddressDraft(customer.pk, "ship", "é", "2")
    contract.ensure_addresses([draft])
    content = "\x1f".join(["é", "2", "", "", "", "", ""]).encode()
    assert Address.objects.get().fingerprint == draft.key[2] == md5(content, usedforsecurity=False).hexdigest()


def test_ensuring_takes_three_statements_at_most_and_one_when_all_exist() -> None:
    a_currency()
    drafts = [CustomerDraft(f"N-{number}", "", "GBP") for number in range(100)]
    with counted() as making:
        found = contract.ensure_customers(drafts)
    with counted() as knowing:
        contract.ensure_customers(drafts)
    addresses = [AddressDraft(facts.id, "bill", line1=facts.code) for facts in found.values()]
    with counted() as placing:
        contract.ensure_addresses(addresses)
    with counted() as placed:
        contract.ensure_addresses(addresses)
    assert (making.count, knowing.count, placing.count, placed.count) == (3, 1, 3, 1)


def test_searching_takes_wildcards_literally_and_puts_codes_first() -> None:
    a_customer("AB-1", name="Zed")
    a_customer("ZZ-1", name="the ab company")
    assert [facts.code for facts in contract.find_customers("ab")] == ["AB-1", "ZZ-1"]
    assert contract.find_customers("%") == contract.find_customers("_") == contract.find_customers(" ") == []
    a_product("100%-WOOL")
    assert [facts.sku for facts in contract.find_products("100%")] == ["100%-WOOL"]
    assert contract.find_products("'; DROP TABLE masterdata_product; --\x00") == []


def test_the_latest_rate_of_exchange_of_the_day_or_before_is_used() -> None:
    a_currency("EUR")
    a_currency("GBP")
    for day, rate in ((1, "0.80"), (5, "0.90")):
        ExchangeRate.objects.create(base_id="EUR", quote_id="GBP", rate_date=date(2026, 1, day), rate=Decimal(rate))
    keys = [("EUR", "GBP", date(2026, 1, day)) for day in (1, 4, 5, 9)]
    found = contract.exchange_rates([*keys, ("EUR", "GBP", date(2025, 1, 1)), ("GBP", "EUR", date(2026, 1, 9))])
    assert [found[key] for key in keys] == [Decimal("0.8"), Decimal("0.8"), Decimal("0.9"), Decimal("0.9")]
    assert len(found) == 4


def test_a_dated_rate_says_of_which_day_it_is_and_who_said_so() -> None:
    a_currency("EUR")
    a_currency("GBP")
    ExchangeRate.objects.create(
        base_id="EUR", quote_id="GBP", rate_date=date(2026, 1, 2), rate=Decimal("0.85"), source="ECB"
    )
    key = ("EUR", "GBP", date(2026, 1, 6))
    assert contract.dated_rates([key, ("GBP", "EUR", date(2026, 1, 6))]) == {
        key: contract.DatedRate(Decimal("0.85"), date(2026, 1, 2), "ECB")
    }
    assert contract.dated_rates([]) == {}


@pytest.mark.django_db(transaction=True)
def test_ensuring_joins_a_transaction_and_never_opens_one() -> None:
    with pytest.raises(TransactionMisuse):
        contract.ensure_customers([CustomerDraft("A", "", "GBP")])
    assert not Customer.objects.exists()


def test_postal_codes_lie_where_their_longest_known_beginning_lies() -> None:
    for country, prefix, latitude in (("GB", "", 54), ("GB", "SW", 51), ("GB", "SW1A1", 52), ("DE", "8", 48)):
        PostalPlace.objects.create(country=country, prefix=prefix, latitude=latitude, longitude=1)
    asked = [
        ("GB", "sw1a 1aa"),
        ("GB", "SW19"),
        ("GB", "W1"),
        ("GB", ""),
        ("DE", "80331"),
        ("DE", "10115"),
        ("FR", "75001"),
    ]
    with counted() as statements:
        found = contract.coordinates_of(asked)
    assert statements.count == 1
    assert {key: (int(place.latitude), place.prefix) for key, place in found.items()} == {
        ("GB", "sw1a 1aa"): (52, "SW1A1"),
        ("GB", "SW19"): (51, "SW"),
        ("GB", "W1"): (54, ""),
        ("GB", ""): (54, ""),
        ("DE", "80331"): (48, "8"),
    }
