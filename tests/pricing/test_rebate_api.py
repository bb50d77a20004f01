"""Rebate agreements over the API, and who may."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.billing.models import Invoice
from apps.pricing.models import RebateAgreement
from apps.pricing.permissions import APPROVE_REBATES, DRAFT_REBATES, SETTLE_REBATES, VIEW_REBATES
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import World, make_world
from tests.factories.counting import counted
from tests.factories.masterdata import a_user
from tests.factories.rebates import an_agreement, bought, deliver, given_back

pytestmark = pytest.mark.django_db(transaction=True)

BODY = {
    "code": "RB-1", "name": "Bonus", "legal_entity": "DE1", "customer": "C-DE1", "currency": "EUR", "from_date": "2026-01-01",
    "until_date": "2027-01-01", "tiers": [{"least": "100", "rate": "1"}, {"least": "500", "rate": "2.5"}], "settlement": "at_end",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    world = make_world()
    forget_everything()
    return world


def client(*permissions: str) -> APIClient:
    caller = APIClient()
    caller.force_authenticate(a_user(*permissions))
    return caller


def test_drafted_approved_counted_settled_and_ended(world: World) -> None:
    analyst, approver = client(VIEW_REBATES, DRAFT_REBATES), client(VIEW_REBATES, APPROVE_REBATES, SETTLE_REBATES)
    made = analyst.post("/api/v1/rebates", BODY, format="json")
    assert made.status_code == 201, made.content
    address = f"/api/v1/rebates/{made.json()['id']}"
    assert made.json()["tiers"] == [{"least": "100", "rate": "1"}, {"least": "500", "rate": "2.5"}]
    assert (made.json()["state"], made.json()["customer"], made.json()["skus"]) == ("draft", "C-DE1", [])

    approved = approver.post(f"{address}/approval")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    issued = bought(world, 60_000, quantity=4)
    deliver(issued.id, given_back(issued.id, Decimal(1)).id)
    rows = analyst.get(f"{address}/accruals").json()["items"]
    assert [(row["kind"], row["amount"], row["rate"]) for row in rows] == [
        ("accrual", "15.00", "2.5"), ("reversal", "-3.75", "2.5"), ("true_up", "-6.75", "1"),
    ]  # fmt: skip
    (shown,) = analyst.get("/api/v1/rebates/exposure?agreement=RB-1&customer=C-DE1").json()["items"]
    assert (shown["base"], shown["reached"], shown["ahead"], shown["missing"]) == ("450.00", "100", "500", "50")
    assert (shown["accrued"], shown["settled"], shown["open"]) == ("4.50", "0.00", "4.50")

    settled = approver.post(f"{address}/settlement")
    assert settled.status_code == 200, settled.content
    (note,) = settled.json()["credit_notes"]
    assert (note["net"], Invoice.objects.get(pk=note["id"]).number) == ("4.50", note["number"])
    assert approver.post(f"{address}/settlement").json()["code"] == "nothing_to_settle"
    ended = approver.post(f"{address}/end", {"until_date": "2026-12-31", "reason": "They left"}, format="json")
    assert (ended.json()["state"], ended.json()["end_reason"]) == ("ended", "They left")
    assert analyst.delete(address).json()["code"] == "wrong_state"
    assert [row["code"] for row in analyst.get("/api/v1/rebates?state=ended").json()["items"]] == ["RB-1"]


def test_a_draft_is_discarded(world: World) -> None:
    caller = client(VIEW_REBATES, DRAFT_REBATES)
    made = caller.post("/api/v1/rebates", BODY, format="json").json()
    assert caller.delete(f"/api/v1/rebates/{made['id']}").status_code == 204
    assert caller.get(f"/api/v1/rebates/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"legal_entity": "NONE"}, "/legal_entity"), ({"customer": "NONE"}, "/customer"), ({"customer_group": "NONE"}, "/customer_group"),
        ({"tiers": []}, "/tiers"), ({"tiers": [{"least": "x", "rate": 1}]}, "/tiers/0/least"), ({"settlement": "daily"}, "/settlement"),
        ({"skus": ["NONE"]}, "/0/skus/0"), ({"from_date": "1.1.2026"}, "/from_date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(world: World, change: dict[str, Any], pointer: str) -> None:
    answer = client(VIEW_REBATES, DRAFT_REBATES).post("/api/v1/rebates", {**BODY, **change}, format="json")
    assert answer.status_code == 422, answer.content
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}
    assert not RebateAgreement.objects.exists()


def test_whoever_may_only_look_changes_nothing(world: World) -> None:
    row = an_agreement(world)
    deliver(bought(world, 60_000).id)
    caller, address = client(VIEW_REBATES), f"/api/v1/rebates/{row.id}"
    refused = [
        caller.post("/api/v1/rebates", {**BODY, "code": "RB-2"}, format="json"),
        caller.delete(address),
        caller.post(f"{address}/approval"),
        caller.post(f"{address}/settlement"),
        caller.post(f"{address}/end", {"until_date": "2026-12-31", "reason": "x"}, format="json"),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert RebateAgreement.objects.get().state == "approved"
    assert not Invoice.objects.filter(kind="credit_note").exists()
    stranger = client("orders.view_orders")
    for path in ("", "/exposure", f"/{row.id}", f"/{row.id}/accruals"):
        assert stranger.get(f"/api/v1/rebates{path}").status_code == 403


def test_the_author_does_not_approve(world: World) -> None:
    caller = client(VIEW_REBATES, DRAFT_REBATES, APPROVE_REBATES)
    made = caller.post("/api/v1/rebates", BODY, format="json").json()
    answer = caller.post(f"/api/v1/rebates/{made['id']}/approval")
    assert (answer.status_code, answer.json()["code"]) == (403, "self_approval")
    assert RebateAgreement.objects.get().state == "draft"


def test_lists_cost_the_same_however_long(world: World) -> None:
    caller = client(VIEW_REBATES)

    def statements(address: str) -> int:
        caller.get(address)  # what the process remembers is no part of it
        with counted() as seen:
            assert caller.get(address).status_code == 200
        return seen.count

    an_agreement(world, skus=["A-1"])
    deliver(bought(world, 60_000).id)
    before = [statements(address) for address in ("/api/v1/rebates", "/api/v1/rebates/exposure")]
    for number in range(5):
        an_agreement(world, code=f"RB-X{number}", skus=["A-1"])
    deliver(bought(world, 60_000).id)
    assert [statements(address) for address in ("/api/v1/rebates", "/api/v1/rebates/exposure")] == before
    assert caller.get(f"/api/v1/rebates/{new_id()}").status_code == 404
