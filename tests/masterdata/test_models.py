"""What the database refuses of masters, tried in SQL, and what it writes down."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from apps.masterdata.models import Address
from tests.factories.masterdata import (
    a_bundle,
    a_channel,
    a_currency,
    a_customer,
    a_product,
    a_unit,
    a_user,
    an_entity,
    sold_by,
)

pytestmark = pytest.mark.django_db


def run(statement: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or [])
        return cursor.fetchall() if cursor.description else None


@pytest.fixture
def address() -> Address:
    return Address.objects.create(customer=a_customer(), kind="bill", line1="1 High Street", country="GB")


@pytest.mark.parametrize(
    "change",
    [
        "line1 = 'elsewhere'",
        "country = 'FR'",
        "kind = 'ship'",
        "name = 'x', is_current = false",
        "id = gen_random_uuid()",
    ],
)
def test_an_address_never_changes(address: Address, change: str) -> None:
    with pytest.raises(DatabaseError, match="immutable"):
        run(f"UPDATE masterdata_address SET {change}")


def test_an_address_may_be_retired_and_taken_up_again(address: Address) -> None:
    run("UPDATE masterdata_address SET is_current = false")
    run("UPDATE masterdata_address SET is_current = true")
    address.refresh_from_db()
    assert (address.is_current, address.line1) == (True, "1 High Street")


def test_equal_content_is_kept_once(address: Address) -> None:
    with pytest.raises(IntegrityError, match="address_kept_once"):
        run(
            "INSERT INTO masterdata_address (id, customer_id, kind, name, line1, line2, city, postal_code, state, country)"
            " SELECT gen_random_uuid(), customer_id, kind, name, line1, line2, city, postal_code, state, country"
            " FROM masterdata_address"
        )


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE masterdata_customer SET code = ''", "customer_code_not_empty"),
        ("UPDATE masterdata_customer SET country = 'uk'", "customer_country_is_iso"),
        ("UPDATE masterdata_customer SET invoicing = 'yearly'", "customer_invoicing_word"),
        ("UPDATE masterdata_customer SET notices = 'some'", "customer_notices_word"),
        ("UPDATE masterdata_customer SET credit_limit_minor = -1", "customer_credit_limit_not_negative"),
        (
            "INSERT INTO masterdata_product (id, sku, name, kind, tax_class, unit)"
            " VALUES (gen_random_uuid(), 'X', '', 'idea', 'standard', 'piece')",
            "product_kind_word",
        ),
        ("UPDATE masterdata_product SET tax_class = 'none'", "product_tax_class_word"),
        ("UPDATE masterdata_product SET sku = ''", "product_sku_not_empty"),
        ("UPDATE masterdata_legalentity SET country = 'XXX'::text", "too long|legal_entity_country_is_iso"),
        ("UPDATE masterdata_unitofmeasure SET decimals = 5", "unit_decimals_at_most_four"),
        ("UPDATE masterdata_currency SET decimals = 9", "currency_decimals_at_most_four"),
        ("INSERT INTO masterdata_currency VALUES ('eur', 'Euro', 2, true)", "currency_code_is_iso"),
        (
            "INSERT INTO masterdata_exchangerate VALUES (gen_random_uuid(), '2026-01-01', 1, 'GBP', 'GBP')",
            "exchange_rate_of_two_currencies",
        ),
    ],
)
def test_senseless_masters_are_refused(statement: str, constraint: str) -> None:
    a_customer(), a_product(), an_entity()
    with pytest.raises(DatabaseError, match=constraint):
        run(statement)


PART = "INSERT INTO masterdata_bundlepart (id, bundle_id, part_id, quantity) VALUES (gen_random_uuid(), %s, %s, %s)"
UNIT = "INSERT INTO masterdata_productunit (id, product_id, unit, factor) VALUES (gen_random_uuid(), %s, %s, %s)"


@pytest.mark.parametrize(
    ("bundle", "part", "quantity", "refusal"),
    [
        ("SET", "MUG", 0, "bundle_part_above_zero"),
        ("SET", "POT", 1, "bundle_part_once"),
        ("SET", "OTHER-SET", 1, "no bundle, or its part"),
        ("SET", "SET", 1, "no bundle, or its part"),
        ("MUG", "POT", 1, "no bundle, or its part"),
    ],
)
def test_what_makes_no_bundle_is_refused(bundle: str, part: str, quantity: int, refusal: str) -> None:
    pot = a_product("POT")
    sets = {sku: a_bundle(sku, parts={pot: "1"}) for sku in ("SET", "OTHER-SET")}
    known = {"POT": pot, "MUG": a_product("MUG"), **sets}
    with pytest.raises(IntegrityError, match=refusal):
        run(PART, [known[bundle].pk, known[part].pk, quantity])


@pytest.mark.parametrize(
    ("unit", "factor", "refusal"),
    [("crate", 0, "product_unit_above_zero"), ("box", 6, "product_unit_once"), ("piece", 1, "own unit")],
)
def test_units_that_make_no_sense_are_refused(unit: str, factor: int, refusal: str) -> None:
    mug = a_product("MUG")
    sold_by(mug, "box", "12")
    a_unit("crate")
    with pytest.raises(IntegrityError, match=refusal):
        run(UNIT, [mug.pk, unit, factor])


@pytest.mark.parametrize("change", ["kind = 'service'", "unit = 'box'"])
def test_what_a_product_is_and_is_counted_in_stays(change: str) -> None:
    a_product("MUG")
    a_unit("box")
    with pytest.raises(IntegrityError, match="stay"):
        run(f"UPDATE masterdata_product SET {change}")


def test_changes_of_parts_and_units_are_written_down() -> None:
    mug = a_product("MUG")
    a_bundle("SET", parts={mug: "1"})
    sold_by(mug, "box", "12")
    run("UPDATE masterdata_bundlepart SET quantity = 2")
    run("DELETE FROM masterdata_productunit")
    rows = run(
        "SELECT table_name, operation FROM audit_changerecord"
        " WHERE table_name IN ('masterdata_bundlepart', 'masterdata_productunit') ORDER BY id"
    )
    assert [f"{table.removeprefix('masterdata_')} {operation}" for table, operation in rows] == [
        "bundlepart insert", "productunit insert", "bundlepart update", "productunit delete",
    ]  # fmt: skip


def test_an_api_key_expires_after_it_is_made() -> None:
    user = a_user()
    with pytest.raises(IntegrityError, match="api_key_expires_after_it_is_made"):
        run(
            "INSERT INTO masterdata_apikey (id, user_id, name, prefix, key_hash, scopes, created_at, expires_at)"
            " VALUES (gen_random_uuid(), %s, 'k', 'p', ''::bytea, '{}', now(), now())",
            [user.pk],
        )


def test_changes_are_written_down_without_names() -> None:
    customer = a_customer("C-1", name="Jane Example", email="jane@example.org")
    run("UPDATE masterdata_customer SET name = 'Janet Example', payment_terms_days = 7")
    rows = run(
        "SELECT operation, before::text, after::text FROM audit_changerecord WHERE row_id = %s ORDER BY id",
        [str(customer.pk)],
    )
    assert [row[0] for row in rows] == ["insert", "update"]
    assert "Jane" not in str(rows)
    assert '"payment_terms_days": 7' in rows[1][2]
    assert '"name": "redacted"' in rows[1][2]


def test_changes_of_users_and_roles_are_written_down_without_passwords() -> None:
    user = a_user(username="clerk", password="a long password")
    rows = run("SELECT table_name, after::text FROM audit_changerecord WHERE table_name LIKE 'masterdata_user%%'")
    assert {row[0] for row in rows} == {"masterdata_user", "masterdata_user_groups"}
    assert "pbkdf2" not in str(rows)
    assert user.password not in str(rows)


def test_a_channel_needs_no_history() -> None:
    a_channel("web")
    a_currency("EUR")
    assert run(
        "SELECT count(*) FROM audit_changerecord WHERE table_name IN ('masterdata_channel', 'masterdata_currency')"
    ) == [(2,)]


PLACE = "INSERT INTO masterdata_postalplace (id, country, prefix, latitude, longitude) VALUES (gen_random_uuid(), '{}', '{}', {}, {})"


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        (("gb", "SW", 51, 0), "postal_place_country_is_iso"),
        (("GB", "s w", 51, 0), "postal_place_prefix_is_plain"),
        (("GB", "SW", 91, 0), "postal_place_on_earth"),
        (("GB", "SW", 51, 181), "postal_place_on_earth"),
        (("GB", "", 51, 0), "postal_place_once"),
    ],
)
def test_places_of_postal_codes_that_cannot_be(place: tuple[object, ...], refusal: str) -> None:
    run(PLACE.format("GB", "", 54, -2))
    with pytest.raises(IntegrityError, match=refusal):
        run(PLACE.format(*place))


def test_a_shelf_life_lasts_a_day_at_least() -> None:
    a_product()
    with pytest.raises(IntegrityError, match="product_shelf_life_positive"):
        run("UPDATE masterdata_product SET shelf_life_days = 0")
