"""Cases over the API: list, detail, verbs; each refusal leaves everything as it was."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apps.exceptions.models import Case
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, RESOLVE_CASE, VIEW_CASES
from ordercash.kernel.ids import new_id
from tests.factories.exceptions import RELEASE, Owner, make_draft, open_all, open_case
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def caller(*permissions: str) -> APIClient:
    client = APIClient()
    client.user = make_user(*permissions)  # type: ignore[attr-defined]
    client.force_authenticate(client.user)  # type: ignore[attr-defined]
    return client


def post(client: APIClient, address: str, body: Any = None) -> Any:
    return client.post(f"/api/v1/{address}", body or {}, format="json")


def ids(client: APIClient, **query: str) -> list[UUID]:
    return [UUID(item["id"]) for item in client.get("/api/v1/cases", query).json()["items"]]


def test_the_api_is_closed_without_its_permissions(owner: Owner) -> None:
    case_id = open_case()
    outsider, viewer = caller("orders.view_orders"), caller(VIEW_CASES)
    assert APIClient().get("/api/v1/cases").status_code == 401
    assert outsider.get("/api/v1/cases").status_code == 403
    assert outsider.get(f"/api/v1/cases/{case_id}").status_code == 403
    for verb in ("claim", "release", "assign", "resolve"):
        assert post(viewer, f"cases/{case_id}/{verb}").status_code == 403
        assert post(viewer, f"cases:{verb}", {"ids": [str(case_id)]}).status_code == 403
    assert Case.objects.get().state == "open"
    assert owner.calls == []


def test_cases_are_listed_by_money_and_filtered() -> None:
    low, high, other = open_all(
        [
            make_draft(money_at_risk_minor=5, title="Order SO-5"),
            make_draft(money_at_risk_minor=900),
            make_draft("address_incomplete", money_at_risk_minor=50, subject_kind="row"),
        ]
    )
    client = caller(VIEW_CASES, CLAIM_CASE)
    assert ids(client) == [high, other, low]
    assert ids(client, q="so-5") == [low]
    assert ids(client, subject_kind="row") == [other]
    assert ids(client, reason="address_incomplete") == [other]
    post(client, f"cases/{low}/claim")
    assert ids(client, assignee="me") == [low]
    assert ids(client, assignee="none") == [high, other]
    assert ids(client, state="claimed") == [low]
    assert client.get("/api/v1/cases?assignee=x").status_code == 400
    assert client.get("/api/v1/cases?state=lost").status_code == 400
    assert ids(client, overdue="true") == [high, other, low]
    assert client.get("/api/v1/queues").json()["items"][0]["code"]


def test_a_case_shows_its_reasons_and_what_the_caller_may_do(owner: Owner) -> None:
    case_id = open_case("price_missing")
    shown = caller(VIEW_CASES, RELEASE).get(f"/api/v1/cases/{case_id}").json()
    assert [reason["code"] for reason in shown["reasons"]] == ["price_missing"]
    assert shown["resolutions"] == [
        {"verb": "release", "label": "Release", "needs_note": False, "allowed": True},
        {"verb": "scrap", "label": "Scrap", "needs_note": True, "allowed": True},
    ]
    assert caller(VIEW_CASES).get(f"/api/v1/cases/{case_id}").json()["resolutions"][0]["allowed"] is False
    assert caller(VIEW_CASES).get(f"/api/v1/cases/{new_id()}").status_code == 404


def test_a_case_is_claimed_given_back_and_resolved(owner: Owner) -> None:
    case_id = open_case()
    client, other = caller(CLAIM_CASE, RESOLVE_CASE, RELEASE), caller(CLAIM_CASE)
    assert post(client, f"cases/{case_id}/claim").json()["state"] == "claimed"
    refused = post(other, f"cases/{case_id}/claim")
    assert (refused.status_code, refused.json()["reason"]) == (409, "taken")
    assert post(client, f"cases/{case_id}/release").json()["state"] == "open"
    done = post(client, f"cases/{case_id}/resolve", {"verb": "release"}).json()
    assert (done["state"], done["outcome"]) == ("resolved", "Released.")
    assert post(client, f"cases/{new_id()}/claim").status_code == 404


def test_a_case_is_assigned_to_a_colleague() -> None:
    case_id, colleague = open_case(), make_user(CLAIM_CASE)
    client = caller(ASSIGN_CASE)
    assert post(client, f"cases/{case_id}/assign", {"assignee_id": str(colleague.pk)}).status_code == 200
    assert Case.objects.get().assignee_id == colleague.pk
    assert post(client, f"cases/{case_id}/assign", {"assignee_id": str(make_user().pk)}).status_code == 422
    assert post(client, f"cases/{case_id}/assign", {}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"verb": "explode"}, 422),
        ({"verb": "scrap"}, 409),
        ({"verb": "release", "more": 1}, 422),
        ({"verb": "release", "note": "x" * 2001}, 422),
    ],
)
def test_a_resolution_that_cannot_be_changes_nothing(owner: Owner, body: Any, status: int) -> None:
    case_id = open_case()
    assert post(caller(RESOLVE_CASE, RELEASE), f"cases/{case_id}/resolve", body).status_code == status
    assert Case.objects.get().state == "open"
    assert owner.calls == []


def test_a_resolution_needs_its_own_right_too(owner: Owner) -> None:
    case_id = open_case()
    assert post(caller(RESOLVE_CASE), f"cases/{case_id}/resolve", {"verb": "release"}).status_code == 403
    assert owner.calls == []


def test_of_many_cases_each_has_its_own_outcome(owner: Owner) -> None:
    drafts = [make_draft() for _ in range(3)]
    case_ids = open_all(drafts)
    owner.left = {drafts[1].subject_id}
    client = caller(CLAIM_CASE, RESOLVE_CASE, ASSIGN_CASE, RELEASE)
    wanted = {"ids": [str(case_id) for case_id in case_ids]}
    assert post(client, "cases:claim", wanted).json()["done"] == 3
    assert post(client, "cases:release", wanted).json()["done"] == 3
    colleague = make_user(CLAIM_CASE)
    assert post(client, "cases:assign", {**wanted, "assignee_id": str(colleague.pk)}).json()["done"] == 3
    answer = post(client, "cases:resolve", {**wanted, "verb": "release"}).json()
    assert [outcome["done"] for outcome in answer["outcomes"]] == [True, False, True]
    assert answer["outcomes"][1]["text"] == "Still has no price."


@pytest.mark.parametrize("wrong", [[], ["x"], "x", [str(new_id())] * 201, None])
def test_a_bulk_verb_names_its_cases(wrong: Any) -> None:
    assert post(caller(CLAIM_CASE), "cases:claim", {"ids": wrong}).status_code == 422
