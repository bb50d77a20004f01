"""Tax rates over the API, and who may."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.compliance.models import TaxRate
from apps.compliance.permissions import CHANGE_TAX_RATES, VIEW_TAX_RATES
from tests.factories.compliance import a_tax_rate
from tests.factories.masterdata import a_user

pytestmark = pytest.mark.django_db(transaction=True)

RATE = {
    "seller_country": "GB", "destination": "GB", "tax_class": "standard", "category": "S", "rate": "20",
    "from_date": "2011-01-04",
}  # fmt: skip


def client(*permissions: str) -> APIClient:
    caller = APIClient()
    caller.force_authenticate(a_user(*permissions))
    return caller


def test_a_rate_is_made_read_and_ended() -> None:
    caller = client(VIEW_TAX_RATES, CHANGE_TAX_RATES)
    made = caller.post("/api/v1/tax-rates", RATE, format="json")
    assert made.status_code == 201, made.content
    ended = caller.patch(f"/api/v1/tax-rates/{made.json()['id']}", {"until_date": "2030-01-01"}, format="json")
    assert ended.json() == made.json() | {"until_date": "2030-01-01"}
    assert caller.get("/api/v1/tax-rates?seller_country=GB").json()["items"] == [ended.json()]
    assert caller.get("/api/v1/tax-rates?seller_country=DE").json()["items"] == []
    again = caller.post("/api/v1/tax-rates", RATE, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "tax_rate_overlap")


def test_whoever_may_only_look_changes_nothing() -> None:
    row, caller = a_tax_rate(), client(VIEW_TAX_RATES)
    refused = [
        caller.post("/api/v1/tax-rates", RATE, format="json"),
        caller.patch(f"/api/v1/tax-rates/{row.pk}", {"until_date": "2030-01-01"}, format="json"),
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert list(TaxRate.objects.values_list("until_date", flat=True)) == [None]


def test_without_permission_nothing_is_shown() -> None:
    assert client().get("/api/v1/tax-rates").status_code == 403
    assert APIClient().get("/api/v1/tax-rates").status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"rate": "100"}, "/rate"),
        ({"rate": "17.55555"}, "/rate"),
        ({"category": "K"}, "/category"),
        ({"seller_country": "gb"}, "/seller_country"),
        ({"from_date": "2011-02-30"}, "/from_date"),
        ({"from_date": "0001-01-01"}, "/from_date"),
        ({"exemption_reason": "a\u0007b"}, "/exemption_reason"),
    ],
)
def test_a_wrong_value_is_told_with_its_pointer(change: dict[str, Any], pointer: str) -> None:
    answer = client(VIEW_TAX_RATES, CHANGE_TAX_RATES).post("/api/v1/tax-rates", RATE | change, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not TaxRate.objects.exists()
