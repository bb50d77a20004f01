"""Back-tests and scenarios over the API."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.audit.services.jobs import run_due_jobs
from apps.rulebooks.models import BackTest, RulebookVersion, Scenario
from apps.rulebooks.services import versions
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.decisions import log_decisions
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ANALYST = Actor(id=UUID(int=11), name="pricing.analyst")
SOME_ID = "019530d9-0000-7000-8000-000000000001"
VIEW, DRAFT, RUN, DECISIONS = (
    f"rulebooks.{name}" for name in ("view_rulebooks", "draft_version", "run_back_tests", "view_decisions")
)
READS = (
    f"rulebook-versions/{SOME_ID}/back-tests", f"rulebook-versions/{SOME_ID}/scenario-runs", f"back-tests/{SOME_ID}",
    f"back-tests/{SOME_ID}/figures", f"back-tests/{SOME_ID}/changes", f"rulebooks/{SOME_ID}/scenarios", f"scenarios/{SOME_ID}",
    f"back-tests/{SOME_ID}/changes/{SOME_ID}",
)  # fmt: skip
WRITES = (
    f"rulebook-versions/{SOME_ID}/back-tests", f"back-tests/{SOME_ID}/stop", f"back-tests/{SOME_ID}/resume",
    f"rulebooks/{SOME_ID}/scenarios", f"scenarios/{SOME_ID}/replace", f"scenarios/{SOME_ID}/retire",
)  # fmt: skip


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def get(client: Client, address: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == status, answer.content
    return answer.json()


def post(client: Client, address: str, body: Any = None, status: int = 200) -> Any:
    answer = client.post(f"/api/v1/{address}", body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def version() -> RulebookVersion:
    """A version in force that decided five things, which a draft would decide otherwise from three on."""
    found = put_in_force(KIND, {"factor": 2})
    log_decisions(found, [{"number": number, "customer": f"C{number}"} for number in range(5)])
    return found


@pytest.fixture
def draft(version: RulebookVersion) -> RulebookVersion:
    document = {"factor": 2, "large_from": 3, "large_factor": 2}
    return versions.save_draft(kind=KIND, name=KIND, document=document, actor=ANALYST, now=NOW)


@pytest.mark.parametrize("address", READS)
def test_reading_is_closed_to_others(address: str) -> None:
    assert Client().get(f"/api/v1/{address}").status_code == 401
    get(signed_in("orders.view_orders", DRAFT, RUN), address, 403)
    get(signed_in(VIEW, DECISIONS), address, 404)


@pytest.mark.parametrize("address", WRITES)
def test_writing_is_closed_to_readers(address: str) -> None:
    post(signed_in(VIEW, DECISIONS), address, {"name": "a", "facts": {}}, 403)
    assert not BackTest.objects.exists()
    assert not Scenario.objects.exists()


def test_a_back_test_from_its_request_to_its_report(draft: RulebookVersion) -> None:
    client = signed_in(VIEW, RUN, DECISIONS)
    made = post(client, f"rulebook-versions/{draft.pk}/back-tests", {"most": 100}, 201)
    assert (made["state"], made["seen"], made["total"], made["most"]) == ("waiting", 0, None, 100)
    again = post(client, f"rulebook-versions/{draft.pk}/back-tests", {}, 409)
    assert again["code"] == "back_test_under_way"
    assert post(client, f"back-tests/{made['id']}/stop")["state"] == "stopped"
    assert post(client, f"back-tests/{made['id']}/stop", status=409)["code"] == "wrong_state"
    assert post(client, f"back-tests/{made['id']}/resume")["state"] == "waiting"
    run_due_jobs(clock=clock.now)
    report = get(client, f"back-tests/{made['id']}")
    assert (report["state"], report["seen"], report["changed"], report["total"]) == ("done", 5, 2, 5)
    assert report["is_of_present_text"]
    (total,) = report["totals"]
    assert (total["before_minor"], total["after_minor"], total["delta_minor"]) == (20, 34, 14)
    assert report["shifted"] == [{"currency": "EUR", "shifted_minor": 14}]
    assert [row["key"] for row in report["customers"]] == ["C4", "C3"]
    assert [(row["key"], row["title"]) for row in report["rules"]] == [("small", "")]
    (listed,) = get(client, f"rulebook-versions/{draft.pk}/back-tests")["items"]
    assert listed["id"] == made["id"]


def test_figures_and_changes_are_paged(draft: RulebookVersion) -> None:
    client = signed_in(VIEW, RUN, DECISIONS)
    made = post(client, f"rulebook-versions/{draft.pk}/back-tests", {}, 201)
    run_due_jobs(clock=clock.now)
    address = f"back-tests/{made['id']}"
    figures = get(client, f"{address}/figures?dimension=customer&currency=EUR&limit=3")
    assert [row["key"] for row in figures["items"]] == ["C0", "C1", "C2"]
    assert [row["key"] for row in client.get(figures["next"]).json()["items"]] == ["C3", "C4"]
    get(client, f"{address}/figures?dimension=moon", 422)
    most = get(client, f"{address}/changes?sort=-delta_minor")["items"]
    assert [(row["before_minor"], row["after_minor"], row["delta_minor"]) for row in most] == [(8, 16, 8), (6, 12, 6)]
    get(client, f"{address}/changes?sort=subject_id", 422)
    first = get(client, f"{address}/changes?limit=1")
    assert len(first["items"]) == 1
    assert len(client.get(first["next"]).json()["items"]) == 1
    shown = get(client, f"{address}/changes/{most[0]['decision_id']}")
    assert (shown["facts"]["number"], shown["before"]["outcome"], shown["after"]["outcome"]) == (
        4,
        {"result": 8},
        {"result": 16},
    )
    assert shown["after"]["trace"] == ["4 x 4"]
    assert shown["before"]["lines"][0]["amount_minor"] == 8
    get(client, f"{address}/changes/{new_id()}", 404)
    get(signed_in(VIEW), f"{address}/changes/{most[0]['decision_id']}", 403)


@pytest.mark.parametrize(
    "body", [{"most": 0}, {"most": "x"}, {"since_at": "yesterday"}, {"until_at": "2026-01-01"}, {"more": 1}]
)
def test_a_back_test_is_asked_for_in_words_that_exist(draft: RulebookVersion, body: Any) -> None:
    post(signed_in(RUN), f"rulebook-versions/{draft.pk}/back-tests", body, 422)
    assert not BackTest.objects.exists()


def test_a_scenario_over_the_api(version: RulebookVersion) -> None:
    client = signed_in(VIEW, DRAFT, DECISIONS)
    address = f"rulebooks/{version.rulebook_id}/scenarios"
    made = post(client, address, {"name": "four", "facts": {"number": 4}, "expected": {"result": 8}, "note": "n"}, 201)
    assert (made["expected"], made["note"], made["retired_at"]) == ({"result": 8}, "n", None)
    assert post(client, address, {"name": "four", "facts": {"number": 4}}, 409)["code"] == "scenario_name_taken"
    assert post(client, address, {"name": "five", "facts": {"number": 5}}, 201)["expected"] == {"result": 10}
    (decision_id,) = log_decisions(version, [{"number": 9}])
    kept = post(client, address, {"name": "nine", "decision_id": str(decision_id)}, 201)
    assert kept["expected"] == {"result": 18}
    changed = post(
        client, f"scenarios/{made['id']}/replace", {"name": "four", "facts": {"number": 4}, "expected": {}}, 201
    )
    assert changed["id"] != made["id"]
    assert get(client, f"scenarios/{made['id']}")["retired_at"] is not None
    runs = get(client, f"rulebook-versions/{version.pk}/scenario-runs")["items"]
    assert [(row["name"], row["passed"]) for row in runs] == [("five", True), ("four", False), ("nine", True)]
    assert (runs[1]["expected"], runs[1]["got"]) == ({}, {"result": 8})
    assert post(client, f"scenarios/{changed['id']}/retire")["retired_at"] is not None
    assert post(client, f"scenarios/{changed['id']}/retire", status=409)["code"] == "scenario_retired"
    assert len(get(client, address)["items"]) == 2
    assert len(get(client, f"{address}?retired=true")["items"]) == 4


def test_a_decision_is_kept_by_those_who_may_read_it(version: RulebookVersion) -> None:
    (decision_id,) = log_decisions(version, [{"number": 9}])
    body = {"name": "nine", "decision_id": str(decision_id)}
    post(signed_in(VIEW, DRAFT), f"rulebooks/{version.rulebook_id}/scenarios", body, 403)
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a"},
        {"name": "", "facts": {"number": 1}},
        {"name": "a", "facts": {"number": 1}, "decision_id": SOME_ID},
        {"name": "a", "decision_id": SOME_ID, "expected": {}},
        {"name": "a", "facts": {"other": 1}},
        {"name": "a", "facts": {"number": 1}, "more": 1},
    ],
)
def test_a_scenario_has_facts_or_a_decision(version: RulebookVersion, body: Any) -> None:
    post(signed_in(DRAFT, DECISIONS), f"rulebooks/{version.rulebook_id}/scenarios", body, 422)
    assert not Scenario.objects.exists()


def test_an_activation_that_fails_a_scenario_names_it(version: RulebookVersion) -> None:
    client = signed_in(VIEW, DRAFT, "rulebooks.activate_version")
    address = f"rulebooks/{version.rulebook_id}/scenarios"
    post(client, address, {"name": "four", "facts": {"number": 4}}, 201)
    made = versions.save_draft(kind=KIND, name=KIND, document={"factor": 3}, actor=ANALYST, now=NOW)
    versions.submit_version(version_id=made.pk, actor=ANALYST, now=NOW)
    versions.approve_version(version_id=made.pk, actor=Actor(id=UUID(int=12), name="pricing.approver"), now=NOW)
    refused = post(client, f"rulebook-versions/{made.pk}/activate", {}, 409)
    assert refused["code"] == "scenario_failed"
    assert refused["errors"][0]["pointer"] == "/scenarios/four"
    assert refused["scenarios"][0]["got"] == '{"result":12}'
