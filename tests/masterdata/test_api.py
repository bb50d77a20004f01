"""Masters over the API, and who may."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.masterdata.models import Address, Customer, Product
from apps.masterdata.permissions import (
    BLOCK_CUSTOMERS,
    CHANGE_CUSTOMERS,
    CHANGE_PRODUCTS,
    SET_CREDIT_LIMITS,
    VIEW_CUSTOMERS,
    VIEW_PRODUCTS,
)
from ordercash.kernel.ids import new_id
from tests.factories.counting import counted
from tests.factories.masterdata import a_currency, a_customer, a_group, a_product, a_unit, a_user, an_entity

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMER = {"code": "C-1", "name": "Northgate Gifts Ltd", "currency": "GBP", "country": "GB"}


def client(*permissions: str) -> APIClient:
    caller = APIClient()
    caller.force_authenticate(a_user(*permissions))
    return caller


def test_a_customer_is_made_read_changed_and_found() -> None:
    a_currency()
    a_group("retail")
    caller = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    made = caller.post("/api/v1/customers", CUSTOMER | {"group": "retail"}, format="json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/customers/{made.json()['id']}"
    told = caller.patch(url, {"notices": "important", "language": "de"}, format="json").json()
    assert (told["notices"], told["language"]) == ("important", "de")
    assert caller.patch(url, {"notices": "some"}, format="json").status_code == 422
    changed = caller.patch(url, {"payment_terms_days": 14, "group": None}, format="json")
    assert changed.json() == told | {"payment_terms_days": 14, "group": None}
    assert caller.get(url).json() == changed.json()
    found = caller.get("/api/v1/customers?q=northgate&country=GB&is_blocked=false").json()
    assert [item["code"] for item in found["items"]] == ["C-1"]
    again = caller.post("/api/v1/customers", CUSTOMER, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")


def test_a_customer_is_blocked_and_limited_by_those_who_may() -> None:
    customer = a_customer()
    url = f"/api/v1/customers/{customer.pk}"
    credit = client(BLOCK_CUSTOMERS, SET_CREDIT_LIMITS)
    assert credit.put(f"{url}/block", {"reason": "overdue"}, format="json").json()["is_blocked"] is True
    assert (
        credit.put(f"{url}/credit-limit", {"credit_limit": "1250.50"}, format="json").json()["credit_limit"]
        == "1250.50"
    )
    assert credit.delete(f"{url}/block").status_code == 204
    customer.refresh_from_db()
    assert (customer.is_blocked, customer.credit_limit_minor) == (False, 125050)
    too_fine = credit.put(f"{url}/credit-limit", {"credit_limit": "1.234"}, format="json")
    assert (too_fine.status_code, too_fine.json()["errors"][0]["code"]) == (422, "too_many_decimals")


def test_the_wrong_role_is_refused_and_nothing_happened() -> None:
    customer, product = a_customer("OLD"), a_product("OLD")
    url = f"/api/v1/customers/{customer.pk}"
    before = (list(Customer.objects.values()), list(Product.objects.values()))
    desk = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS, VIEW_PRODUCTS)
    credit = client(VIEW_CUSTOMERS, BLOCK_CUSTOMERS, SET_CREDIT_LIMITS)
    answers = [
        desk.put(f"{url}/block", {"reason": "because"}, format="json"),
        desk.delete(f"{url}/block"),
        desk.put(f"{url}/credit-limit", {"credit_limit": "1"}, format="json"),
        desk.post("/api/v1/products", {"sku": "NEW"}, format="json"),
        desk.patch(f"/api/v1/products/{product.pk}", {"is_sellable": False}, format="json"),
        credit.post("/api/v1/customers", CUSTOMER, format="json"),
        credit.patch(url, {"name": "x"}, format="json"),
        credit.post(f"{url}/addresses", {"kind": "bill"}, format="json"),
        credit.get("/api/v1/products"),
        credit.get("/api/v1/api-keys"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert before == (list(Customer.objects.values()), list(Product.objects.values()))
    assert not Address.objects.exists()


def test_addresses_are_added_shown_and_retired() -> None:
    customer = a_customer()
    caller = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    url = f"/api/v1/customers/{customer.pk}/addresses"
    made = caller.post(url, {"kind": "bill", "line1": "1 High Street", "country": "GB"}, format="json")
    assert made.status_code == 201, made.content
    assert [item["line1"] for item in caller.get(url).json()["items"]] == ["1 High Street"]
    assert caller.delete(f"/api/v1/addresses/{made.json()['id']}").status_code == 204
    assert [item["is_current"] for item in caller.get(url).json()["items"]] == [False]


def test_products_are_made_read_and_changed() -> None:
    a_unit()
    caller = client(VIEW_PRODUCTS, CHANGE_PRODUCTS)
    made = caller.post("/api/v1/products", {"sku": "MUG", "name": "Mug"}, format="json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/products/{made.json()['id']}"
    assert caller.patch(url, {"is_sellable": False}, format="json").json() == made.json() | {"is_sellable": False}
    assert caller.patch(url, {"kind": "service"}, format="json").status_code == 422
    assert caller.get("/api/v1/products?is_sellable=true").json()["items"] == []
    assert caller.get("/api/v1/products?q=mu&kind=goods").json()["items"][0]["sku"] == "MUG"


def test_a_bundle_is_made_with_its_parts_and_a_product_with_its_units() -> None:
    a_unit("box")
    a_product("POT")
    caller = client(VIEW_PRODUCTS, CHANGE_PRODUCTS)
    mug = {"sku": "MUG", "category": "tableware", "units": [{"unit": "box", "factor": "12"}]}
    assert caller.post("/api/v1/products", mug, format="json").json()["units"] == mug["units"]
    parts = [{"sku": "MUG", "quantity": "2"}, {"sku": "POT", "quantity": "1"}]
    made = caller.post("/api/v1/products", {"sku": "SET", "kind": "bundle", "parts": parts}, format="json")
    assert (made.status_code, made.json()["parts"]) == (201, parts), made.content
    changed = caller.patch(f"/api/v1/products/{made.json()['id']}", {"parts": parts[:1]}, format="json").json()
    assert changed == made.json() | {"parts": parts[:1]}
    with counted() as few:
        assert len(caller.get("/api/v1/products?limit=1").json()["items"]) == 1
    with counted() as many:
        assert len(caller.get("/api/v1/products").json()["items"]) == 3
    assert many.count <= few.count + 1
    assert [item["sku"] for item in caller.get("/api/v1/products?category=tableware").json()["items"]] == ["MUG"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "bundle"}, "/parts"),
        ({"kind": "bundle", "parts": [{"sku": "NOPE", "quantity": "1"}]}, "/parts/0/sku"),
        ({"kind": "bundle", "parts": [{"sku": "POT", "quantity": "1.5"}]}, "/parts/0/quantity"),
        ({"kind": "bundle", "parts": [{"sku": "POT", "quantity": "0"}]}, "/parts/0/quantity"),
        ({"parts": [{"sku": "POT", "quantity": "1"}]}, None),
        ({"kind": "bundle", "parts": [{"sku": "POT", "quantity": "1"}] * 2}, None),
        ({"units": [{"unit": "stone", "factor": "2"}]}, "/units/0/unit"),
        ({"units": [{"unit": "piece", "factor": "1"}]}, None),
        ({"units": [{"unit": "box", "factor": "0"}]}, "/units/0/factor"),
    ],
)
def test_parts_and_units_that_make_no_sense_are_refused_and_nothing_is_kept(
    body: dict[str, Any], pointer: str | None
) -> None:
    a_unit("box")
    a_product("POT")
    answer = client(CHANGE_PRODUCTS).post("/api/v1/products", {"sku": "NEW"} | body, format="json")
    assert answer.status_code == 422, answer.content
    assert Product.objects.count() == 1
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_lists_are_walked_by_key() -> None:
    for number in range(5):
        a_customer(f"C-{number}")
    caller = client(VIEW_CUSTOMERS)
    seen, url = [], "/api/v1/customers?limit=2"
    while url:
        page = caller.get(url).json()
        seen += [item["code"] for item in page["items"]]
        url = page["next"]
    assert seen == [f"C-{number}" for number in range(5)]


def test_small_tables_are_open_to_everybody_who_signed_in() -> None:
    an_entity("UK01")
    caller = client()
    assert [item["code"] for item in caller.get("/api/v1/legal-entities").json()["items"]] == ["UK01"]
    assert caller.get("/api/v1/units").json()["currencies"] == {"GBP": 2}
    assert caller.get("/api/v1/channels").json() == {"items": []}
    assert APIClient().get("/api/v1/legal-entities").status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"code": ""}, "/code"),
        ({"code": "x" * 41}, "/code"),
        ({"name": "a\u0000b"}, None),
        ({"name": "line\nbreak"}, "/name"),
        ({"currency": "pounds"}, "/currency"),
        ({"country": "England"}, "/country"),
        ({"email": "not an address"}, "/email"),
        ({"payment_terms_days": -1}, "/payment_terms_days"),
        ({"invoicing": "yearly"}, "/invoicing"),
        ({"is_blocked": True}, "/is_blocked"),
        ({"group": "nobody"}, "/group"),
        ({"currency": "XTS"}, "/currency"),
        ({"vat_id": "DE123456789"}, "/vat_id"),
        ({"vat_id": "GB12", "country": "GB"}, "/vat_id"),
    ],
)
def test_a_wrong_value_is_told_with_its_pointer(change: dict[str, Any], pointer: str | None) -> None:
    a_currency()
    answer = client(CHANGE_CUSTOMERS).post("/api/v1/customers", CUSTOMER | change, format="json")
    assert answer.status_code == (422 if pointer else 400), answer.content
    assert not Customer.objects.exists()
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE masterdata_customer; --", "{{ 7*7 }}", "%s %(x)s", "٣ \u202e‮"]
)
def test_any_text_is_kept_as_it_is(text: str) -> None:
    a_currency()
    caller = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    made = caller.post("/api/v1/customers", CUSTOMER | {"name": text}, format="json")
    assert made.json()["name"] == text
    assert caller.get("/api/v1/customers", {"q": text}).json()["items"][0]["name"] == text


@pytest.mark.parametrize("query", ["is_blocked=maybe", "limit=0", "limit=9999", "cursor=abc"])
def test_a_wrong_filter_is_told(query: str) -> None:
    assert client(VIEW_CUSTOMERS).get(f"/api/v1/customers?{query}").status_code == 400


def test_filters_that_find_nothing_find_nothing() -> None:
    a_customer()
    assert client(VIEW_CUSTOMERS).get("/api/v1/customers", {"q": "\x00"}).json()["items"] == []


def test_what_does_not_exist_is_404() -> None:
    caller = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS, VIEW_PRODUCTS, SET_CREDIT_LIMITS)
    answers = [
        caller.get(f"/api/v1/customers/{new_id()}"),
        caller.patch(f"/api/v1/customers/{new_id()}", {}, format="json"),
        caller.get(f"/api/v1/customers/{new_id()}/addresses"),
        caller.post(f"/api/v1/customers/{new_id()}/addresses", {"kind": "bill"}, format="json"),
        caller.put(f"/api/v1/customers/{new_id()}/credit-limit", {"credit_limit": None}, format="json"),
        caller.delete(f"/api/v1/addresses/{new_id()}"),
        caller.get(f"/api/v1/products/{new_id()}"),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_a_vat_id_is_kept_in_one_spelling_and_one_from_before_stays() -> None:
    customer = a_customer(vat_id="OLD 1")
    caller = client(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    address = f"/api/v1/customers/{customer.pk}"
    assert caller.patch(address, {"name": "Renamed", "vat_id": "OLD 1"}, format="json").json()["vat_id"] == "OLD 1"
    refused = caller.patch(address, {"vat_id": "GB980780685"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "vat_id_invalid")
    assert caller.patch(address, {"vat_id": "980 7806 84"}, format="json").json()["vat_id"] == "GB980780684"
