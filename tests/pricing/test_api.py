"""Price lists over the API, and who may."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.permissions import CHANGE_PRICES, VIEW_PRICES
from tests.factories.masterdata import a_currency, a_product, a_user
from tests.factories.pricing import SINCE, a_price, a_price_list

pytestmark = pytest.mark.django_db(transaction=True)

LIST = {"code": "GBP-2026", "currency": "GBP", "valid_from_at": "2026-01-01T00:00:00Z"}


def client(*permissions: str) -> APIClient:
    caller = APIClient()
    caller.force_authenticate(a_user(*permissions))
    return caller


def test_a_list_and_its_prices_are_made_read_and_ended() -> None:
    a_currency()
    a_product("MUG")
    caller = client(VIEW_PRICES, CHANGE_PRICES)
    made = caller.post("/api/v1/price-lists", LIST, format="json")
    assert made.status_code == 201, made.content
    prices = f"/api/v1/price-lists/{made.json()['id']}/prices"
    body = {"prices": [{"sku": "MUG", "unit_price": "6.50", "valid_from_at": "2026-01-01T00:00:00Z"}]}
    added = caller.post(prices, body, format="json")
    assert added.status_code == 201, added.content
    shown = caller.get(prices).json()["items"]
    assert [(item["sku"], item["unit_price"]) for item in shown] == [("MUG", "6.5")]
    price = f"/api/v1/prices/{added.json()['ids'][0]}"
    ended = caller.patch(price, {"valid_until_at": "2026-02-01T00:00:00Z"}, format="json")
    assert ended.json()["valid_until_at"] == "2026-02-01T00:00:00Z"
    assert caller.post(prices, body, format="json").json()["code"] == "price_overlap"


def test_whoever_may_only_look_changes_nothing() -> None:
    a_currency()
    prices = a_price_list()
    record = a_price(prices, a_product("MUG"), "1.00")
    caller = client(VIEW_PRICES)
    body = {"prices": [{"sku": "MUG", "unit_price": "1", "min_quantity": "9", "valid_from_at": "2026-01-01T00:00:00Z"}]}
    refused = [
        caller.post("/api/v1/price-lists", LIST, format="json"),
        caller.post(f"/api/v1/price-lists/{prices.pk}/prices", body, format="json"),
        caller.patch(f"/api/v1/prices/{record.pk}", {"valid_until_at": "2027-01-01T00:00:00Z"}, format="json"),
        caller.patch(f"/api/v1/price-lists/{prices.pk}", {"valid_until_at": "2027-01-01T00:00:00Z"}, format="json"),
    ]
    assert {answer.status_code for answer in refused} == {403}
    record.refresh_from_db()
    prices.refresh_from_db()
    assert (record.valid_until_at, prices.valid_until_at) == (None, None)
    assert (PriceList.objects.count(), PriceRecord.objects.count()) == (1, 1)


def test_without_permission_nothing_is_shown() -> None:
    assert client().get("/api/v1/price-lists").status_code == 403
    assert APIClient().get("/api/v1/price-lists").status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"unit_price": "-1"}, "/prices/0/unit_price"),
        ({"unit_price": "1.1234567"}, "/prices/0/unit_price"),
        ({"unit_price": "NaN"}, "/prices/0/unit_price"),
        ({"min_quantity": "0.00001"}, "/prices/0/min_quantity"),
        ({"valid_from_at": "2026-01-01T00:00:00"}, "/prices/0/valid_from_at"),
        ({"valid_from_at": "0001-01-01T00:00:00+14:00"}, "/prices/0/valid_from_at"),
        ({"valid_until_at": "9999-12-31T23:59:59-14:00"}, "/prices/0/valid_until_at"),
        ({"sku": ""}, "/prices/0/sku"),
        ({"colour": "red"}, "/prices/0/colour"),
    ],
)
def test_a_wrong_value_is_told_with_its_pointer(change: dict[str, Any], pointer: str) -> None:
    prices = a_price_list()
    price = {"sku": "MUG", "unit_price": "6.50", "valid_from_at": SINCE.isoformat()} | change
    answer = client(VIEW_PRICES, CHANGE_PRICES).post(
        f"/api/v1/price-lists/{prices.pk}/prices", {"prices": [price]}, format="json"
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
