"""Rulebooks and decisions over the API."""

import json
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel.ids import new_id
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
# The same in every process: tests run in parallel are named by their parameters.
SOME_ID = "019530d9-0000-7000-8000-000000000001"


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("address", ["rulebooks", f"rulebooks/{SOME_ID}", f"rulebook-versions/{SOME_ID}", "decisions"])
def test_they_are_closed_to_others(address: str) -> None:
    assert Client().get(f"/api/v1/{address}").status_code == 401
    assert signed_in("orders.view_orders").get(f"/api/v1/{address}").status_code == 403


def test_rulebooks_with_their_versions() -> None:
    version = put_in_force(KIND, {"factor": 2})
    reader = signed_in("rulebooks.view_rulebooks")
    (found,) = reader.get("/api/v1/rulebooks").json()["items"]
    assert (found["kind"], found["versions"][0]["phase"]) == (KIND, "active")
    assert reader.get(f"/api/v1/rulebooks/{found['id']}").json() == found
    shown = reader.get(f"/api/v1/rulebook-versions/{version.pk}").json()
    assert (shown["document"], shown["sha256"]) == ({"factor": 2}, bytes(version.sha256).hex())
    assert reader.get("/api/v1/rulebooks?kind=other").json() == {"items": []}
    assert reader.get(f"/api/v1/rulebooks/{new_id()}").status_code == 404
    assert reader.get(f"/api/v1/rulebook-versions/{new_id()}").status_code == 404


def test_decisions_about_a_subject() -> None:
    subject_id, reader = new_id(), signed_in("rulebooks.view_decisions")
    facts, trace = {"number": 2}, ["2 x 2"]
    with transaction.atomic():
        record_decisions(
            [DecisionDraft(KIND, "order", subject_id, b"1" * 32, json.dumps(facts), "4", json.dumps(trace), NOW)]
        )
    (found,) = reader.get(f"/api/v1/decisions?subject={subject_id}").json()["items"]
    assert (found["facts"], found["outcome"], found["trace"]) == (facts, 4, trace)
    assert found["subject"] == {"kind": "order", "id": str(subject_id)}
    assert reader.get(f"/api/v1/decisions?subject={new_id()}").json() == {"items": []}


@pytest.mark.parametrize("query", ["", "?subject=", "?subject=12", "?subject=%00"])
def test_a_subject_is_an_id(query: str) -> None:
    answer = signed_in("rulebooks.view_decisions").get(f"/api/v1/decisions{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?subject"
