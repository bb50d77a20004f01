"""The scenarios as a gate: refused over the verb, the API, the page and the command when one fails; what came is kept and shown."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from apps.rulebooks.contract import ScenarioDraft
from apps.rulebooks.models import Activation, GateRun, RulebookVersion, Scenario
from apps.rulebooks.selectors.versions import phase_of
from apps.rulebooks.services import activations, gates, scenarios, versions
from ordercash.kernel import clock, sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.pages import signed_in
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
AUTHOR = Actor(id=new_id(), name="pricing.analyst")
APPROVER = Actor(id=new_id(), name="pricing.approver")
ALLOWED = ("rulebooks.view_rulebooks", "rulebooks.activate_version", "rulebooks.run_back_tests")


def approved(factor: int) -> RulebookVersion:
    now = clock.now()
    version = versions.save_draft(kind=KIND, name=KIND, document={"factor": factor}, actor=AUTHOR, now=now)
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=now)
    return versions.approve_version(version_id=version.id, actor=APPROVER, now=now)


def activate(version: RulebookVersion) -> Activation:
    now = clock.now()
    return activations.activate_version(version_id=version.id, from_at=now, actor=APPROVER, now=now)


@pytest.fixture
def four() -> Scenario:
    """A version in force that doubles, and a scenario: four becomes eight."""
    book = put_in_force(KIND, {"factor": 2}).rulebook
    return scenarios.add_scenario(
        rulebook_id=book.pk, draft=ScenarioDraft("four", {"number": 4}), actor=AUTHOR, now=clock.now()
    )


def by_verb(version: RulebookVersion) -> str:
    with pytest.raises(gates.ScenarioFailed) as refused:
        activate(version)
    return refused.value.detail


def by_api(version: RulebookVersion) -> str:
    answer = signed_in(*ALLOWED).post(
        f"/api/v1/rulebook-versions/{version.id}/activate", {}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "scenario_failed")
    return str(answer.json()["detail"])


def by_page(version: RulebookVersion) -> str:
    answer = signed_in(*ALLOWED).post(f"/rulebooks/versions/{version.id}/", {"verb": "activate"}, follow=True)
    return answer.content.decode()


def by_command(version: RulebookVersion) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("rulebooks", "activate", KIND, str(version.number))
    return str(refused.value)


@pytest.mark.parametrize("way", [by_verb, by_api, by_page, by_command])
def test_a_version_that_fails_is_not_put_in_force(four: Scenario, way: Callable[[RulebookVersion], str]) -> None:
    triple = approved(3)
    assert "1 of 1 scenarios fail: four." in way(triple)
    assert (phase_of(triple, clock.now()), triple.activations.count()) == ("approved", 0)
    kept = GateRun.objects.get()
    assert (kept.version_id, kept.occasion, kept.scenarios, kept.passed) == (triple.pk, "activation", 1, False)
    assert [(each["name"], each["expected"], each["got"]) for each in kept.failed] == [
        ("four", '{"result":8}', '{"result":12}'),
    ]  # fmt: skip


def test_one_that_passes_is_and_that_is_kept(four: Scenario) -> None:
    version = approved(2)
    made = activate(version)
    kept = GateRun.objects.get()
    assert (kept.passed, kept.failed, kept.ran_by, kept.version_id) == (True, [], APPROVER.id, made.version_id)
    assert bytes(kept.sha256) == bytes(version.sha256)


def page_of(client: Client, version: RulebookVersion) -> str:
    return client.get(f"/rulebooks/versions/{version.id}/").content.decode()


def test_the_page_of_a_version_shows_its_gate(four: Scenario) -> None:
    client, triple = signed_in(*ALLOWED), approved(3)
    before = page_of(client, triple)
    assert "Scenario gate" in before
    assert "not run yet" in before
    assert f'href="/rulebooks/scenarios/{four.pk}/?version={triple.pk}"' in before
    client.post(f"/rulebooks/versions/{triple.id}/", {"verb": "run_gate"})
    after = page_of(client, triple)
    assert "when asked" in after
    assert f'href="/rulebooks/{triple.rulebook_id}/scenarios/"' in after
    assert GateRun.objects.get().occasion == "asked"
    scenarios.retire_scenario(scenario_id=four.pk, actor=AUTHOR, now=clock.now())
    assert "No scenarios hold it back." in page_of(client, triple)


def test_over_the_api_runs_are_kept_and_listed(four: Scenario) -> None:
    client, triple = signed_in(*ALLOWED), approved(3)
    address = f"/api/v1/rulebook-versions/{triple.id}"
    made = client.post(f"{address}/scenario-runs", {}, content_type="application/json")
    assert (made.status_code, made.json()["passed"], made.json()["failed"][0]["name"]) == (201, False, "four")
    listed: dict[str, Any] = client.get(f"{address}/gate-runs").json()
    assert [each["id"] for each in listed["items"]] == [made.json()["id"]]
    reader = signed_in("rulebooks.view_rulebooks")
    assert reader.post(f"{address}/scenario-runs", {}, content_type="application/json").status_code == 403
    scenarios.retire_scenario(scenario_id=four.pk, actor=AUTHOR, now=clock.now())
    none = client.post(f"{address}/scenario-runs", {}, content_type="application/json")
    assert (none.status_code, none.json()["code"]) == (409, "no_scenarios")


def test_what_was_kept_stays(four: Scenario) -> None:
    activate(approved(2))
    for statement in (
        "UPDATE rulebooks_gaterun SET failed = '[1]'", "DELETE FROM rulebooks_gaterun", "TRUNCATE rulebooks_gaterun",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
            sql.run(statement)
    plain = {
        "version_id": four.rulebook.versions.get(number=1).pk,
        "sha256": b"1" * 32,
        "ran_by": new_id(),
        "ran_at": clock.now(),
    }
    for wrong, says in (
        ({"occasion": "other", "scenarios": 1}, "gate_occasion_known"), ({"occasion": "asked", "scenarios": 0}, "gate_tries_something"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=says), transaction.atomic():
            GateRun.objects.create(**plain, **wrong)
