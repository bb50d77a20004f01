"""The pages of the log and of the jobs: who sees them, what they show, what can be done there."""

import time
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from apps.audit.contract import JobContext, Subscription, register_job
from apps.audit.models import EventRecord, Job, JobSchedule
from apps.audit.permissions import MANAGE_JOBS, VIEW_EVENTS, VIEW_JOBS
from apps.audit.ports import jobs
from apps.audit.services.jobs import run_due_jobs
from apps.audit.services.relay import relay_until_idle
from ordercash.kernel.ids import new_id
from tests.factories.audit import NOW, make_event, tell, tell_numbers
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A registered job that fails as long as it is told to."""
    behaviour: dict[str, Any] = {"broken": False}

    def work(context: JobContext) -> dict[str, Any]:
        if behaviour["broken"]:
            raise ValueError("no paper")
        return {"pages": 3}

    monkeypatch.setitem(jobs, "tests.report", None)
    register_job("tests.report", work, every_seconds=3600, title="Print the report")
    return behaviour


@pytest.mark.parametrize("address", ["/events/", "/events/subscribers/", "/jobs/", "/jobs/schedules/"])
def test_pages_are_closed_without_their_permission(address: str) -> None:
    assert Client().get(address).status_code == 302
    assert signed_in("orders.view_orders").get(address).status_code == 403


def test_the_log_shows_what_was_told_by_whom() -> None:
    order_id, clerk = new_id(), make_user(username="ar.clerk")
    tell(make_event(name="orders.order_placed", aggregate="order", aggregate_id=order_id, actor_id=clerk.pk))
    tell(make_event(name="orders.order_closed"))
    client = signed_in(VIEW_EVENTS)
    page = client.get("/events/").content.decode()
    assert "Order placed" in page
    assert "Order closed" in page
    assert "ar.clerk" in page
    narrowed = client.get("/events/", {"about": str(order_id)})
    assert [row.cells[0][1] for row in narrowed.context["rows"]]
    assert len(narrowed.context["rows"]) == 1
    assert len(client.get("/events/", {"name": "orders.order_closed"}).context["rows"]) == 1
    assert client.get("/events/", {"about": "no id"}).context["rows"] == []
    assert (
        len(client.get("/events/", {"recorded_from": "2026-01-01", "recorded_until": "2099-01-01"}).context["rows"])
        == 2
    )
    assert client.get("/events/", {"recorded_until": "2020-01-01"}).context["rows"] == []


def test_the_log_is_walked_by_keyset() -> None:
    tell_numbers(range(7))
    client, seen, address = signed_in(VIEW_EVENTS), [], "/events/?limit=3"
    while address:
        context = client.get(address).context
        seen += [row.id for row in context["rows"]]
        address = context["next_url"]
    assert seen == list(EventRecord.objects.order_by("-id").values_list("id", flat=True))


def test_an_event_shows_everything_that_was_told_and_no_markup_of_it() -> None:
    tell(make_event(payload={"note": "<script>alert(1)</script>", "amount_minor": 1200}))
    event = EventRecord.objects.get()
    page = signed_in(VIEW_EVENTS).get(f"/events/{event.id}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "1200" in page
    assert signed_in(VIEW_EVENTS).get(f"/events/{new_id()}/").status_code == 404


def test_a_failing_subscriber_is_seen() -> None:
    def fail(events: list[Any]) -> None:
        raise ValueError("no connection to the moon")

    tell_numbers([1])
    subscription = Subscription("moon", frozenset({"tests.thing_done"}), fail)
    relay_until_idle([subscription], clock=lambda: NOW, pause=time.sleep)
    client = signed_in(VIEW_EVENTS)
    assert "no connection to the moon" in client.get("/events/subscribers/").content.decode()
    assert "moon" in client.get("/events/").content.decode()


def test_a_job_is_run_now_from_the_page(report: dict[str, Any]) -> None:
    client = signed_in(VIEW_JOBS, MANAGE_JOBS)
    answer = client.post("/jobs/", {"verb": "run", "run-job": "tests.report"})
    assert answer.status_code == 303
    assert told(answer) == ["Print the report: it is due now; a worker takes it within seconds."]
    job = Job.objects.get(job="tests.report")
    assert job.state == "due"
    assert client.post("/jobs/", {"verb": "run", "run-job": "tests.unknown"}).status_code == 422
    assert Job.objects.count() == 1


def test_who_only_looks_runs_nothing(report: dict[str, Any]) -> None:
    client = signed_in(VIEW_JOBS)
    assert "Run a job now" not in client.get("/jobs/").content.decode()
    assert client.post("/jobs/", {"verb": "run", "run-job": "tests.report"}).status_code == 403
    assert client.post("/jobs/schedules/", {"verb": "change", "change-job": "tests.report"}).status_code == 403
    assert Job.objects.count() == 0


def test_a_failed_job_shows_its_error_and_is_repeated(report: dict[str, Any]) -> None:
    report["broken"] = True
    run_due_jobs(clock=lambda: NOW)
    job = Job.objects.get(job="tests.report")
    client = signed_in(VIEW_JOBS, MANAGE_JOBS)
    assert "no paper" in client.get(f"/jobs/{job.id}/").content.decode()
    report["broken"] = False
    assert told(client.post(f"/jobs/{job.id}/", {"verb": "retry"})) == ["It is due again."]
    run_due_jobs(clock=lambda: NOW)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"pages": 3})
    progress = client.get(f"/jobs/{job.id}/progress/", headers={"HX-Request": "true"}).content.decode()
    assert "oc-job-done" in progress
    assert "<html" not in progress


def test_a_job_is_shown_to_who_asked_for_it() -> None:
    asker, other = make_user(), make_user()
    job = Job.objects.create(job="orders.export", due_at=NOW, requested_by=asker.pk)
    for user, status in ((asker, 200), (other, 403)):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/jobs/{job.id}/").status_code == status


def test_a_schedule_is_changed_on_its_page(report: dict[str, Any]) -> None:
    run_due_jobs(clock=lambda: NOW)
    client = signed_in(VIEW_JOBS, MANAGE_JOBS)
    wanted = {"verb": "change", "change-job": "tests.report", "change-every": "2", "change-unit": "60"}
    assert client.post("/jobs/schedules/", wanted).status_code == 303
    schedule = JobSchedule.objects.get(job="tests.report")
    assert (schedule.every_seconds, schedule.enabled) == (120, False)


@pytest.mark.parametrize("every, unit", [("4", "1"), ("367", "86400"), ("0", "60"), ("", "60"), ("5", "7"), ("5", "")])
def test_a_period_out_of_reach_is_refused(report: dict[str, Any], every: str, unit: str) -> None:
    run_due_jobs(clock=lambda: NOW)
    wanted = {"verb": "change", "change-job": "tests.report", "change-every": every, "change-unit": unit}
    assert signed_in(VIEW_JOBS, MANAGE_JOBS).post("/jobs/schedules/", wanted).status_code == 422
    assert JobSchedule.objects.get(job="tests.report").every_seconds == 3600


def test_jobs_and_periods_read_as_people_say_them(report: dict[str, Any]) -> None:
    run_due_jobs(clock=lambda: NOW)
    client = signed_in(VIEW_JOBS, MANAGE_JOBS)
    schedules = client.get("/jobs/schedules/").content.decode()
    assert "Print the report" in schedules
    assert "1 hour" in schedules
    assert "Print the report</a>" in client.get("/jobs/").content.decode()
    job = client.get(f"/jobs/{Job.objects.get(job='tests.report').id}/").content.decode()
    assert job.count("Print the report") >= 2
    assert "tests.report" in job


def test_every_registered_job_has_a_title() -> None:
    assert [name for name, kind in jobs.items() if not kind.title] == []
