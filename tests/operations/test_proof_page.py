"""The proof as a page, as a job and over the API."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from apps.audit.models import Job
from apps.audit.services.jobs import run_due_jobs
from apps.masterdata.models import Customer
from apps.operations.selectors.prove import FOLDER
from apps.operations.services.proof import PROOF_JOB
from apps.orders.models import Order
from ordercash.kernel import clock
from ordercash.roles import ROLES
from tests.factories.masterdata import a_key
from tests.factories.orders import bill, place, ship
from tests.factories.pages import shown, signed_in, told, words
from tests.factories.web import make_user

pytestmark = pytest.mark.usefixtures("company")

VIEW, RUN = "operations.view_proof", "operations.run_proof"
EQUALITIES = len(list(FOLDER.glob("*.sql")))


def jobs() -> list[Job]:
    return list(Job.objects.filter(job=PROOF_JOB).order_by("due_at"))


def work() -> None:
    """Be the worker."""
    run_due_jobs(clock=clock.now)


def shipped() -> Order:
    order = place()
    ship(order)
    bill(order)
    return order


def break_it(order: Order) -> None:
    """Let an order say that it is open although everything of it is invoiced, past every verb."""
    Order.objects.filter(pk=order.pk).update(state="confirmed")


def test_it_is_closed_to_others() -> None:
    assert Client().get("/proof/").status_code == 302
    for address in ("/proof/", "/proof/progress/"):
        shown(signed_in("orders.view_orders"), address, 403)


def test_roles_hold_it_sensibly() -> None:
    seers = {role for role, may in ROLES.items() if VIEW in may}
    runners = {role for role, may in ROLES.items() if RUN in may}
    assert {"auditor", "finance_controller", "platform_operator"} <= seers
    assert runners == {"finance_controller", "platform_operator"}


def test_who_only_looks_cannot_run_it() -> None:
    client = signed_in(VIEW)
    assert "has not been run yet" in shown(client, "/proof/")
    assert "Run the proof" not in shown(client, "/proof/")
    assert client.post("/proof/", {"verb": "run"}).status_code == 403
    assert jobs() == []


def test_it_runs_as_a_job_with_progress_and_its_verdict_stays() -> None:
    shipped()
    client = signed_in(VIEW, RUN)
    assert "a worker takes it within seconds" in told(client, "/proof/", verb="run")
    waiting = shown(client, "/proof/")
    assert "waiting for a worker" in words(waiting)
    assert "/proof/progress/" in waiting
    assert "waiting for a worker" in words(shown(client, "/proof/progress/", **{"HX-Request": "true"}))
    assert "A proof is under way already" in told(client, "/proof/", verb="run")
    assert len(jobs()) == 1
    work()
    (job,) = jobs()
    assert (job.state, job.error, job.done, job.total) == ("done", "", EQUALITIES, EQUALITIES)
    finished = client.get("/proof/progress/", headers={"HX-Request": "true"})
    assert (finished.status_code, finished["HX-Refresh"]) == (204, "true")
    text = words(shown(client, "/proof/"))
    assert "Everything agrees" in text
    assert f"{EQUALITIES} of {EQUALITIES}" in text
    assert "Proof Holds" in words(shown(client, "/"))


def test_what_is_broken_is_named_with_a_link_to_it() -> None:
    order = shipped()
    break_it(order)
    client = signed_in(VIEW, RUN, "orders.view_orders")
    told(client, "/proof/", verb="run")
    work()
    html = shown(client, "/proof/")
    assert "Something is broken" in words(html)
    assert f'href="/orders/{order.pk}/"' in html
    assert order.number in html
    assert "Proof Broken" in words(shown(client, "/"))


def test_a_row_that_breaks_it_is_shown_as_text() -> None:
    shipped()
    Customer.objects.filter(code="C-1001").update(code="<script>alert(1)")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_creditexposure SET invoices_minor = invoices_minor + 1")
    client = signed_in(VIEW, RUN)
    told(client, "/proof/", verb="run")
    work()
    html = shown(client, "/proof/")
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html


def test_a_run_that_failed_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(VIEW, RUN)
    told(client, "/proof/", verb="run")
    monkeypatch.setattr("apps.operations.services.proof.prove", lambda told: 1 / 0)
    work()
    assert "ZeroDivisionError" in shown(client, "/proof/")
    assert "Run the proof" in shown(client, "/proof/")


def bearer(*permissions: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {a_key(make_user(*permissions))}"})


def test_it_is_asked_for_and_read_over_the_api() -> None:
    shipped()
    client = bearer(VIEW, RUN)
    assert client.get("/api/v1/proof").json() == {"run": None, "proof": None, "under_way": None}
    answer = client.post("/api/v1/proof")
    assert answer.status_code == 202
    assert client.get("/api/v1/proof").json()["under_way"]["job"] == answer.json()["job"]
    assert client.post("/api/v1/proof").status_code == 409
    work()
    found = client.get("/api/v1/proof").json()
    assert found["run"]["verdict"] == "holds"
    assert found["proof"]["holds"] is True
    assert len(found["proof"]["equalities"]) == EQUALITIES
    assert found["under_way"] is None


def test_the_api_is_closed_to_others() -> None:
    assert Client().get("/api/v1/proof").status_code == 401
    assert bearer("orders.view_orders").get("/api/v1/proof").status_code == 403
    assert bearer(VIEW).post("/api/v1/proof").status_code == 403
    assert jobs() == []


def test_only_the_latest_runs_are_read() -> None:
    for day in range(1, 29):
        Job.objects.create(
            job=PROOF_JOB, due_at=datetime(2026, 2, day, tzinfo=UTC), state="failed", requested_by=uuid4()
        )
    assert shown(signed_in(VIEW), "/proof/").count("oc-tone-bad") <= 15
