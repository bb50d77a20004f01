"""The pages of back-tests, decisions and scenarios."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.audit.services.jobs import run_due_jobs
from apps.masterdata.models import User
from apps.rulebooks.models import BackTest, RulebookVersion, Scenario
from apps.rulebooks.services import versions
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.audit import count_statements
from tests.factories.decisions import log_decisions
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ANALYST = Actor(id=UUID(int=11), name="pricing.analyst")
VIEW, DRAFT, RUN, DECISIONS = (
    f"rulebooks.{name}" for name in ("view_rulebooks", "draft_version", "run_back_tests", "view_decisions")
)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def analyst(db: Any) -> Client:
    return signed_in(make_user(VIEW, DRAFT, RUN, DECISIONS))


def text_of(client: Client, address: str, status: int = 200, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def version() -> RulebookVersion:
    found = put_in_force(KIND, {"factor": 2})
    log_decisions(found, [{"number": number, "customer": f"C{number}"} for number in range(12)])
    return found


@pytest.fixture
def draft(version: RulebookVersion) -> RulebookVersion:
    document = {"factor": 2, "large_from": 10, "large_factor": 2}
    return versions.save_draft(kind=KIND, name=KIND, document=document, actor=ANALYST, now=NOW)


def asked(client: Client, version: RulebookVersion) -> str:
    posted = {"verb": "back_test", "back_test-most": "1000", "back_test-since_at": "", "back_test-until_at": ""}
    answer = client.post(f"/rulebooks/versions/{version.pk}/", posted)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_back_test_is_asked_for_watched_and_read(analyst: Client, draft: RulebookVersion) -> None:
    address = asked(analyst, draft)
    waiting = text_of(analyst, address)
    assert f'hx-get="{address}progress/"' in waiting
    assert "HX-Refresh" not in analyst.get(f"{address}progress/", headers={"HX-Request": "true"}).headers
    run_due_jobs(clock=clock.now)
    assert analyst.get(f"{address}progress/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    report = text_of(analyst, address)
    assert "data-oc-chart" in report
    assert "Change by customer" in report
    assert "C11" in report
    assert "Side by side" in report
    assert "uPlot" in report
    changes = text_of(analyst, f"{address}changes/")
    assert changes.count("Side by side") == 2
    found = BackTest.objects.get()
    decision_id = found.changes.order_by("-delta_minor").first().decision_id
    shown = text_of(analyst, f"{address}changes/{decision_id}/")
    assert "&quot;result&quot;: 44" in shown
    assert "11 x 4" in shown
    assert "<html" not in text_of(analyst, f"{address}changes/{decision_id}/", **{"HX-Request": "true"})
    assert address in text_of(analyst, f"/rulebooks/versions/{draft.pk}/")


def test_a_report_calls_rules_by_the_titles_of_what_is_tried_or_in_force(analyst: Client) -> None:
    version = put_in_force(KIND, {"factor": 2, "words": {"small": "Few of them", "large": "As it was called before"}})
    log_decisions(version, [{"number": 5}, {"number": 11}])
    document = {"factor": 3, "words": {"large": "Many of them"}}
    address = asked(analyst, versions.save_draft(kind=KIND, name=KIND, document=document, actor=ANALYST, now=NOW))
    run_due_jobs(clock=clock.now)
    report = text_of(analyst, address)
    assert "Many of them" in report
    assert "Few of them" in report
    assert "As it was called before" not in report
    decision_id = BackTest.objects.get().changes.order_by("-delta_minor").first().decision_id
    assert text_of(analyst, f"{address}changes/{decision_id}/").count("Many of them") == 1


def test_a_report_of_nothing_tells_what_it_cannot_see(analyst: Client, version: RulebookVersion) -> None:
    same = versions.save_draft(kind=KIND, name=KIND, document={"factor": 2}, actor=ANALYST, now=NOW)
    address = asked(analyst, same)
    run_due_jobs(clock=clock.now)
    for page in (address, f"{address}changes/"):
        assert "at an instant of that period" in text_of(analyst, page)


def test_it_is_stopped_and_goes_on_by_those_who_may(analyst: Client, draft: RulebookVersion) -> None:
    address = asked(analyst, draft)
    reader = signed_in(make_user(VIEW))
    assert reader.post(address, {"verb": "stop"}).status_code == 403
    assert BackTest.objects.get().state == "waiting"
    assert analyst.post(address, {"verb": "stop"}).status_code == 303
    assert BackTest.objects.get().state == "stopped"
    assert "Go on" in text_of(analyst, address)
    analyst.post(address, {"verb": "resume"})
    assert BackTest.objects.get().state == "waiting"
    assert reader.post(f"/rulebooks/versions/{draft.pk}/", {"verb": "back_test"}).status_code == 403
    assert BackTest.objects.count() == 1


def test_a_report_of_another_text_says_so(analyst: Client, draft: RulebookVersion) -> None:
    address = asked(analyst, draft)
    assert "another text by now" not in text_of(analyst, address)
    versions.save_draft(
        kind=KIND, name=KIND, document={"factor": 9}, version_id=draft.pk, actor=ANALYST, now=NOW
    )  # fmt: skip
    run_due_jobs(clock=clock.now)
    assert "another text by now" in text_of(analyst, address)


def test_who_may_not_read_decisions_sees_the_report_without_them(analyst: Client, draft: RulebookVersion) -> None:
    address = asked(analyst, draft)
    run_due_jobs(clock=clock.now)
    reader = signed_in(make_user(VIEW))
    assert "Side by side" not in text_of(reader, address)
    decision_id = BackTest.objects.get().changes.first().decision_id
    text_of(reader, f"{address}changes/{decision_id}/", 403)
    text_of(reader, f"/rulebooks/decisions/{decision_id}/", 403)


def test_a_report_costs_the_same_statements_however_much_it_holds(analyst: Client, draft: RulebookVersion) -> None:
    address = asked(analyst, draft)
    run_due_jobs(clock=clock.now)
    few = count_statements(lambda: text_of(analyst, address))
    log_decisions(draft, [{"number": number, "customer": str(new_id())} for number in range(10, 40)])
    again = versions.save_draft(kind=KIND, name=KIND, document={"factor": 7}, actor=ANALYST, now=NOW)
    more = asked(analyst, again)
    run_due_jobs(clock=clock.now)
    # One more for the names of customers, whose keys are ids here.
    assert count_statements(lambda: text_of(analyst, more)) <= few + 2


def test_a_decision_is_read_and_kept_as_a_scenario(analyst: Client, version: RulebookVersion) -> None:
    (decision_id,) = log_decisions(version, [{"number": 21}])
    address = f"/rulebooks/decisions/{decision_id}/"
    shown = text_of(analyst, address)
    assert f"/rulebooks/versions/{version.pk}/" in shown
    assert "&quot;result&quot;: 42" in shown
    answer = analyst.post(address, {"verb": "keep", "keep-name": "twenty-one", "keep-note": ""})
    made = Scenario.objects.get()
    assert answer.headers["Location"] == f"/rulebooks/scenarios/{made.pk}/"
    assert made.expected == '{"result":42}'
    reader = signed_in(make_user(VIEW, DECISIONS))
    assert reader.post(address, {"verb": "keep", "keep-name": "x"}).status_code == 403
    text_of(analyst, f"/rulebooks/decisions/{new_id()}/", 404)


def test_the_matrix_shows_every_scenario_against_the_versions(analyst: Client, draft: RulebookVersion) -> None:
    address = f"/rulebooks/{draft.rulebook_id}/scenarios/"
    assert "No scenarios yet" in text_of(analyst, address)
    new = {"verb": "add", "add-name": "eleven", "add-facts": '{"number": 11}', "add-expected": "", "add-note": "Large"}
    assert analyst.post(address, new).status_code == 303
    made = Scenario.objects.get()
    shown = text_of(analyst, address)
    assert "Passed" in shown
    assert "Failed" in shown
    assert "expected" in shown and "0.22" in shown and "0.44" in shown
    one = text_of(analyst, f"/rulebooks/scenarios/{made.pk}/?version={draft.pk}")
    assert "Expected beside what came" in one
    assert "Got</th>" in one
    broken = analyst.post(address, {**new, "add-name": "x", "add-facts": "{"})
    assert broken.status_code == 422
    assert b"This is not JSON" in broken.content


def test_a_scenario_is_changed_and_retired(analyst: Client, version: RulebookVersion) -> None:
    address = f"/rulebooks/{version.rulebook_id}/scenarios/"
    analyst.post(address, {"verb": "add", "add-name": "one", "add-facts": '{"number": 1}'})
    first = Scenario.objects.get()
    changed = {"verb": "replace", "replace-name": "one", "replace-facts": '{"number": 1}', "replace-expected": "{}"}
    answer = analyst.post(f"/rulebooks/scenarios/{first.pk}/", changed)
    second = Scenario.objects.get(retired_at__isnull=True)
    assert answer.headers["Location"] == f"/rulebooks/scenarios/{second.pk}/"
    assert second.expected == "{}"
    reader = signed_in(make_user(VIEW))
    assert reader.post(f"/rulebooks/scenarios/{second.pk}/", {"verb": "retire"}).status_code == 403
    analyst.post(f"/rulebooks/scenarios/{second.pk}/", {"verb": "retire"})
    assert not Scenario.objects.filter(retired_at__isnull=True).exists()
    assert "It is retired" in text_of(analyst, f"/rulebooks/scenarios/{second.pk}/")


def test_they_are_closed_to_others(draft: RulebookVersion) -> None:
    other = signed_in(make_user("orders.view_orders"))
    some = "019530d9-0000-7000-8000-000000000001"
    for address in (
        f"back-tests/{some}/", f"back-tests/{some}/progress/", f"back-tests/{some}/changes/",
        f"back-tests/{some}/changes/{some}/", f"{some}/scenarios/", f"scenarios/{some}/", f"decisions/{some}/",
    ):  # fmt: skip
        assert Client().get(f"/rulebooks/{address}").status_code == 302
        text_of(other, f"/rulebooks/{address}", 403)
        text_of(signed_in(make_user(VIEW, DECISIONS)), f"/rulebooks/{address}", 404)
