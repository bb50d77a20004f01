"""The log and the jobs over the API."""

import time
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.audit.contract import register_job
from apps.audit.models import EventRecord, Job
from apps.audit.permissions import MANAGE_JOBS, VIEW_EVENTS, VIEW_JOBS
from apps.audit.ports import jobs
from apps.audit.services.jobs import run_due_jobs
from apps.audit.services.relay import relay_until_idle
from ordercash.kernel.ids import new_id
from tests.factories.audit import NOW, make_event, tell, tell_numbers
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def caller(*permissions: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(*permissions))
    return client


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs, "tests.report", None)
    register_job("tests.report", lambda context: {"pages": 3}, every_seconds=3600)


@pytest.mark.parametrize("address", ["events", "events/feed", "subscribers", "jobs", "schedules"])
def test_the_api_is_closed_without_its_permission(address: str) -> None:
    assert APIClient().get(f"/api/v1/{address}").status_code == 401
    assert caller("orders.view_orders").get(f"/api/v1/{address}").status_code == 403


def test_events_are_listed_newest_first_page_by_page() -> None:
    tell_numbers(range(5))
    client, seen, address = caller(VIEW_EVENTS), [], "/api/v1/events?limit=2"
    while address:
        body = client.get(address).json()
        seen += [item["payload"]["number"] for item in body["items"]]
        address = body["next"]
    assert seen == [4, 3, 2, 1, 0]


def test_events_are_filtered_by_name_and_subject() -> None:
    order_id = new_id()
    tell(make_event(name="a.one", related={"order": order_id}), make_event(name="a.two"))
    client = caller(VIEW_EVENTS)

    def names(**query: str) -> list[str]:
        return [item["name"] for item in client.get("/api/v1/events", query).json()["items"]]

    assert names(about=str(order_id)) == ["a.one"]
    assert names(name="a.two") == ["a.two"]
    assert sorted(names(name="a.two,a.one")) == ["a.one", "a.two"]
    refused = client.get("/api/v1/events", {"about": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "?about")
    event = EventRecord.objects.get(name="a.two")
    assert client.get(f"/api/v1/events/{event.id}").json()["name"] == "a.two"
    assert client.get(f"/api/v1/events/{new_id()}").status_code == 404


def test_the_feed_is_followed_by_position() -> None:
    tell_numbers(range(5))
    relay_until_idle([], clock=lambda: NOW, pause=time.sleep)
    client = caller(VIEW_EVENTS)
    first = client.get("/api/v1/events/feed?limit=3").json()
    rest = client.get(f"/api/v1/events/feed?limit=3&after={first['last']}").json()
    assert [item["position"] for item in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]
    assert client.get("/api/v1/events/feed?after=5").json() == {"items": [], "last": 5}
    for wrong in ("-1", "x", "1.5", "9" * 30):
        assert client.get(f"/api/v1/events/feed?after={wrong}").status_code == 400


def test_a_job_is_run_watched_and_repeated(report: None) -> None:
    client = caller(VIEW_JOBS, MANAGE_JOBS)
    asked = client.post("/api/v1/jobs", {"job": "tests.report"}, format="json")
    assert asked.status_code == 202
    run_due_jobs(clock=lambda: NOW.replace(year=2099))
    shown = client.get(f"/api/v1/jobs/{asked.json()['id']}").json()
    assert (shown["state"], shown["result"]) == ("done", {"pages": 3})
    again = client.post(f"/api/v1/jobs/{asked.json()['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    listed = client.get("/api/v1/jobs?state=done&job=tests.report").json()["items"]
    assert asked.json()["id"] in {item["id"] for item in listed}
    assert client.get("/api/v1/jobs?state=lost").status_code == 400


@pytest.mark.parametrize(
    ("body", "status"), [({"job": "tests.unknown"}, 404), ({}, 422), ({"job": "x", "more": 1}, 422), ([], 422)]
)
def test_a_request_for_a_job_that_cannot_be_is_refused(body: Any, status: int) -> None:
    assert caller(MANAGE_JOBS).post("/api/v1/jobs", body, format="json").status_code == status
    assert Job.objects.count() == 0


def test_who_only_looks_steers_nothing(report: None) -> None:
    client = caller(VIEW_JOBS)
    assert client.post("/api/v1/jobs", {"job": "tests.report"}, format="json").status_code == 403
    assert client.put("/api/v1/schedules/tests.report", {"every_seconds": 60}, format="json").status_code == 403
    assert Job.objects.count() == 0


def test_a_schedule_is_changed(report: None) -> None:
    run_due_jobs(clock=lambda: NOW)
    client = caller(VIEW_JOBS, MANAGE_JOBS)
    changed = client.put("/api/v1/schedules/tests.report", {"every_seconds": 60, "enabled": False}, format="json")
    assert (changed.status_code, changed.json()["every_seconds"], changed.json()["enabled"]) == (200, 60, False)
    assert client.put("/api/v1/schedules/tests.report", {"every_seconds": 1}, format="json").status_code == 422
    assert client.put("/api/v1/schedules/tests.unknown", {"every_seconds": 60}, format="json").status_code == 404
