"""Lists of every scope, costs and coupons over the API, and who may."""

from typing import Any

import pytest

from apps.pricing.models import CostRecord, Coupon, CouponCampaign, PriceList
from apps.pricing.permissions import (
    CHANGE_COSTS,
    CHANGE_COUPONS,
    CHANGE_PRICES,
    VIEW_COSTS,
    VIEW_COUPONS,
    VIEW_PRICES,
)
from apps.pricing.services.coupons import CouponClaim, redeem_coupons
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.masterdata import NOW, a_currency, a_customer, a_group, a_product, an_entity, sold_by
from tests.factories.pricing import a_coupon, a_price_list
from tests.pricing.test_api import LIST, client

pytestmark = pytest.mark.django_db(transaction=True)

SINCE = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ({}, {"scope": "everybody", "customer": None, "customer_group": None, "zone": None}),
        ({"customer": "BUYER"}, {"scope": "customer", "customer": "BUYER"}),
        ({"customer_group": "trade"}, {"scope": "customer_group", "customer_group": "trade"}),
        (
            {"zone": {"country": "GB", "postal_prefix": "sw 1"}},
            {"scope": "zone", "zone": {"country": "GB", "state": "", "postal_prefix": "SW1"}},
        ),
    ],
)
def test_a_list_is_made_for_each_scope(scope: dict[str, Any], told: dict[str, Any]) -> None:
    a_currency()
    a_customer("BUYER")
    a_group("trade")
    caller = client(VIEW_PRICES, CHANGE_PRICES)
    made = caller.post("/api/v1/price-lists", LIST | scope, format="json")
    assert made.status_code == 201, made.content
    assert told.items() <= made.json().items()
    assert caller.get("/api/v1/price-lists").json()["items"] == [made.json()]


@pytest.mark.parametrize(
    ("scope", "pointer"),
    [
        ({"customer": "NOBODY"}, "/customer"),
        ({"zone": {"country": "Germany"}}, "/zone/country"),
        ({"zone": {"country": "DE", "postal_prefix": "8%"}}, "/zone/postal_prefix"),
        ({"customer_group": "trade", "zone": {"country": "DE"}}, None),
        ({"zone": {"country": "DE", "state": "BY", "postal_prefix": "80"}}, None),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(scope: dict[str, Any], pointer: str | None) -> None:
    a_currency()
    a_group("trade")
    answer = client(CHANGE_PRICES).post("/api/v1/price-lists", LIST | scope, format="json")
    assert answer.status_code == 422, answer.content
    assert not PriceList.objects.exists()
    if pointer:
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_prices_are_told_with_their_unit_and_what_they_are_for() -> None:
    sold_by(a_product("MUG"), "box", "12")
    prices = f"/api/v1/price-lists/{a_price_list().pk}/prices"
    caller = client(VIEW_PRICES, CHANGE_PRICES)
    price = {"sku": "MUG", "unit": "box", "unit_price": "144", "per": "2", "valid_from_at": SINCE}
    assert caller.post(prices, {"prices": [price]}, format="json").status_code == 201
    shown = caller.get(prices).json()["items"][0]
    assert {name: shown[name] for name in ("unit", "per", "unit_price")} == {
        "unit": "box",
        "per": "2",
        "unit_price": "144",
    }
    refused = caller.post(prices, {"prices": [price | {"unit": "crate"}]}, format="json")
    assert refused.json()["errors"][0]["code"] == "unknown_unit"


def test_costs_are_for_those_who_may_see_them() -> None:
    an_entity("UK01")
    a_product("MUG")
    body = {
        "costs": [
            {"sku": "MUG", "currency": "GBP", "unit_cost": "1.25", "legal_entity": "UK01", "valid_from_at": SINCE}
        ]
    }
    assert client(VIEW_PRICES, CHANGE_PRICES).get("/api/v1/costs").status_code == 403
    assert client(VIEW_COSTS).post("/api/v1/costs", body, format="json").status_code == 403
    assert not CostRecord.objects.exists()
    caller = client(VIEW_COSTS, CHANGE_COSTS)
    made = caller.post("/api/v1/costs", body, format="json")
    assert made.status_code == 201, made.content
    shown = caller.get("/api/v1/costs?sku=MUG").json()["items"]
    assert [(item["unit_cost"], item["legal_entity"]) for item in shown] == [("1.25", "UK01")]
    ended = caller.patch(
        f"/api/v1/costs/{made.json()['ids'][0]}", {"valid_until_at": "2026-02-01T00:00:00Z"}, format="json"
    )
    assert ended.json()["valid_until_at"] == "2026-02-01T00:00:00Z"
    assert (
        caller.post("/api/v1/costs", {"costs": [body["costs"][0] | {"legal_entity": "XX"}]}, format="json").status_code
        == 422
    )
    assert caller.post("/api/v1/costs", body, format="json").json()["code"] == "cost_overlap"


def test_campaigns_and_coupons_are_made_changed_and_followed() -> None:
    caller = client(VIEW_COUPONS, CHANGE_COUPONS)
    campaign = caller.post("/api/v1/coupon-campaigns", {"code": "spring", "name": "Spring"}, format="json")
    assert (campaign.status_code, campaign.json()["code"]) == (201, "SPRING")
    coupon = {"code": "welcome", "campaign": "SPRING", "valid_from_at": SINCE, "most_total": 2}
    made = caller.post("/api/v1/coupons", {"coupons": [coupon]}, format="json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/coupons/{made.json()['ids'][0]}"
    buyer = a_customer("BUYER")
    writes(redeem_coupons)([CouponClaim(new_id(), buyer.pk, "WELCOME", NOW)])
    assert caller.get(url).json()["used_total"] == 1
    used = caller.get(f"{url}/redemptions?customer=BUYER").json()["items"]
    assert [(item["customer"], item["state"]) for item in used] == [("BUYER", "redeemed")]
    assert caller.get(f"{url}/redemptions?customer=NOBODY").json()["items"] == []
    assert caller.patch(url, {"most_total": 0}, format="json").json()["code"] == "coupon_refused"
    assert caller.patch(url, {"most_per_customer": 1}, format="json").json()["most_per_customer"] == 1
    assert [item["code"] for item in caller.get("/api/v1/coupons?campaign=SPRING&code=wel").json()["items"]] == [
        "WELCOME"
    ]
    assert [item["code"] for item in caller.get("/api/v1/coupon-campaigns").json()["items"]] == ["SPRING"]


def test_whoever_may_only_look_makes_no_coupon() -> None:
    coupon = a_coupon(most_total=1)
    caller = client(VIEW_COUPONS)
    body = {"coupons": [{"code": "MINE", "campaign": "CAMPAIGN", "valid_from_at": SINCE}]}
    refused = [
        caller.post("/api/v1/coupon-campaigns", {"code": "MINE"}, format="json"),
        caller.post("/api/v1/coupons", body, format="json"),
        caller.patch(f"/api/v1/coupons/{coupon.pk}", {"most_total": None}, format="json"),
    ]
    assert {answer.status_code for answer in refused} == {403}
    coupon.refresh_from_db()
    assert (Coupon.objects.count(), CouponCampaign.objects.count(), coupon.most_total) == (1, 1, 1)
    assert client(VIEW_PRICES).get("/api/v1/coupons").status_code == 403
