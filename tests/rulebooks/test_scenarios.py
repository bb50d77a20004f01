"""Scenarios: how they are written, what they say of versions, and the gate that they are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.core.management import CommandError, call_command

from apps.audit.models import ChangeRecord
from apps.rulebooks.decisions.canonical import FloatRefused
from apps.rulebooks.decisions.scenarios import ScenarioDraft, ScenarioUnusable
from apps.rulebooks.decisions.trying import NotDecided
from apps.rulebooks.models import Activation, RulebookVersion, Scenario
from apps.rulebooks.selectors.scenarios import run_matrix, scenarios_of
from apps.rulebooks.services import activations, gates, scenarios, versions
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from tests.factories.audit import count_statements
from tests.factories.decisions import log_decisions
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ANALYST = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")


@pytest.fixture
def version() -> RulebookVersion:
    return put_in_force(KIND, {"factor": 2})


def add(version: RulebookVersion, name: str = "four", number: Any = 4, result: Any = 8, **more: Any) -> Scenario:
    draft = ScenarioDraft(name, {"number": number}, None if result is None else {"result": result}, **more)
    return scenarios.add_scenario(rulebook_id=version.rulebook_id, draft=draft, actor=ANALYST, now=NOW)


def approved(factor: int) -> RulebookVersion:
    made = versions.save_draft(kind=KIND, name=KIND, document={"factor": factor}, actor=ANALYST, now=NOW)
    versions.submit_version(version_id=made.pk, actor=ANALYST, now=NOW)
    return versions.approve_version(version_id=made.pk, actor=APPROVER, now=NOW)


def activate(version: RulebookVersion) -> Activation:
    return activations.activate_version(version_id=version.pk, from_at=NOW, actor=APPROVER, now=NOW)


def test_a_scenario_is_kept_as_it_was_written(version: RulebookVersion) -> None:
    made = add(version, " four ", note="The least")
    assert (made.name, made.facts, made.expected, made.note) == ("four", '{"number":4}', '{"result":8}', "The least")
    assert made.author_id == ANALYST.id
    (change,) = ChangeRecord.objects.filter(table_name="rulebooks_scenario")
    assert change.actor_id == ANALYST.id


def test_without_an_expectation_it_expects_what_is_decided_today(version: RulebookVersion) -> None:
    assert add(version, result=None).expected == '{"result":8}'


def test_a_logged_decision_becomes_a_scenario(version: RulebookVersion) -> None:
    (decision_id,) = log_decisions(version, [{"number": 7}])
    made = scenarios.add_scenario_from_decision(decision_id=decision_id, name="seven", actor=ANALYST, now=NOW)
    assert (made.rulebook_id, made.facts, made.expected) == (version.rulebook_id, '{"number":7}', '{"result":14}')
    with pytest.raises(NotFound):
        scenarios.add_scenario_from_decision(decision_id=new_id(), name="none", actor=ANALYST, now=NOW)
    other = put_in_force("test.rules", {"rules": []})
    with pytest.raises(ScenarioUnusable):
        scenarios.add_scenario_from_decision(
            decision_id=decision_id, name="x", rulebook_id=other.rulebook_id, actor=ANALYST, now=NOW
        )


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (ScenarioDraft("", {"number": 1}), ScenarioUnusable),
        (ScenarioDraft("a\nb", {"number": 1}), ScenarioUnusable),
        (ScenarioDraft("x" * 121, {"number": 1}), ScenarioUnusable),
        (ScenarioDraft("a", {"number": 1}, note="x" * 301), ScenarioUnusable),
        (ScenarioDraft("a", {"other": 1}), ScenarioUnusable),
        (ScenarioDraft("a", [1, 2]), ScenarioUnusable),
        (ScenarioDraft("a", {"number": object()}), ScenarioUnusable),
        (ScenarioDraft("a", {"number": 1.5}), FloatRefused),
        (ScenarioDraft("a", {"number": 1}, {"result": 1.5}), FloatRefused),
    ],
    ids=["no name", "two lines", "long", "note", "facts", "list", "no JSON", "float", "float expected"],
)
def test_what_cannot_be_decided_is_refused(version: RulebookVersion, draft: ScenarioDraft, refusal: Any) -> None:
    with pytest.raises(refusal):
        scenarios.add_scenario(rulebook_id=version.rulebook_id, draft=draft, actor=ANALYST, now=NOW)
    assert not Scenario.objects.exists()


def test_a_kind_that_decides_nothing_has_no_scenarios() -> None:
    rules = put_in_force("test.rules", {"rules": []})
    with pytest.raises(NotDecided):
        add(rules)


def test_a_name_is_taken_until_its_scenario_is_retired(version: RulebookVersion) -> None:
    first = add(version)
    with pytest.raises(scenarios.ScenarioNameTaken):
        add(version)
    scenarios.retire_scenario(scenario_id=first.pk, actor=ANALYST, now=NOW)
    add(version)
    with pytest.raises(scenarios.ScenarioRetired):
        scenarios.retire_scenario(scenario_id=first.pk, actor=ANALYST, now=NOW)
    assert scenarios_of(version.rulebook_id).count() == 1
    assert scenarios_of(version.rulebook_id, with_retired=True).count() == 2


def test_a_scenario_is_replaced(version: RulebookVersion) -> None:
    first = add(version)
    draft = ScenarioDraft("four", {"number": 4}, {"result": 9})
    made = scenarios.replace_scenario(scenario_id=first.pk, draft=draft, actor=APPROVER, now=NOW)
    first.refresh_from_db()
    assert (first.retired_at, made.expected, made.author_id) == (NOW, '{"result":9}', APPROVER.id)
    with pytest.raises(scenarios.ScenarioRetired):
        scenarios.replace_scenario(scenario_id=first.pk, draft=draft, actor=APPROVER, now=NOW)
    with pytest.raises(NotFound):
        scenarios.replace_scenario(scenario_id=new_id(), draft=draft, actor=APPROVER, now=NOW)


def test_a_version_that_fails_is_not_put_in_force(version: RulebookVersion) -> None:
    add(version), add(version, "zero", 0, 0), add(version, "five", 5, 10)
    triple = approved(3)
    with pytest.raises(gates.ScenarioFailed) as refused:
        activate(triple)
    assert (refused.value.code, refused.value.status) == ("scenario_failed", 409)
    assert [fault.pointer for fault in refused.value.faults] == ["/scenarios/five", "/scenarios/four"]
    assert refused.value.faults[1].detail == 'four: expected {"result":8}, got {"result":12}'
    assert [told["got"] for told in refused.value.extra["scenarios"]] == ['{"result":15}', '{"result":12}']
    assert not triple.activations.exists()
    assert activate(approved(2)).until_at is None


def test_a_retired_scenario_is_no_gate(version: RulebookVersion) -> None:
    made = add(version)
    triple = approved(3)
    scenarios.retire_scenario(scenario_id=made.pk, actor=ANALYST, now=NOW)
    assert activate(triple).version_id == triple.pk


def test_a_rollback_passes_the_gate(version: RulebookVersion) -> None:
    triple = approved(3)
    activate(triple)
    later = NOW + timedelta(hours=1)
    draft = ScenarioDraft("four", {"number": 4})
    scenarios.add_scenario(rulebook_id=version.rulebook_id, draft=draft, actor=ANALYST, now=later)
    made = activations.roll_back(rulebook_id=version.rulebook_id, reason="Wrong", actor=APPROVER, now=later)
    assert made.version_id == version.pk


def test_the_matrix_holds_expected_beside_got(version: RulebookVersion) -> None:
    made = add(version)
    (row,) = run_matrix(KIND, [made], [version, approved(3)])
    assert [(ran.passed, ran.got) for ran in row.ran] == [(True, '{"result":8}'), (False, '{"result":12}')]


def test_facts_that_a_version_cannot_read_fail_with_the_reason(version: RulebookVersion) -> None:
    odd = Scenario(name="odd", facts='{"other":1}', expected="{}")
    (row,) = run_matrix(KIND, [odd], [version])
    assert (row.ran[0].passed, row.ran[0].got) == (False, "")
    assert "there is no member" in row.ran[0].refusal


def test_the_gate_is_one_statement_however_many_there_are(version: RulebookVersion) -> None:
    def statements(hours: int) -> int:
        at, next_one = NOW + timedelta(hours=hours), approved(2)
        return count_statements(
            lambda: activations.activate_version(version_id=next_one.pk, from_at=at, actor=APPROVER, now=at)
        )

    add(version)
    one = statements(1)
    for number in range(20):
        add(version, f"more {number}", number, None)
    assert statements(2) == one


def file_of(folder: Path, factor: int = 2, result: int = 8) -> str:
    path = folder / "factor.yaml"
    path.write_text(
        f"kind: {KIND}\nname: Factors\ndocument:\n  factor: {factor}\n"
        f"scenarios:\n- name: four\n  facts: {{number: 4}}\n  expected: {{result: {result}}}\n"
    )
    return str(path)


def test_scenarios_travel_beside_the_rulebook_and_leave_its_hash(tmp_path: Path) -> None:
    call_command("rulebooks", "import", file_of(tmp_path), "--activate")
    before = bytes(RulebookVersion.objects.get().sha256)
    call_command("rulebooks", "export", "--kind", KIND, "--out", str(tmp_path / "out"))
    (path,) = (tmp_path / "out").glob("*.yaml")
    assert yaml.safe_load(path.read_text())["scenarios"] == [
        {"name": "four", "facts": {"number": 4}, "expected": {"result": 8}}
    ]
    call_command("rulebooks", "import", str(path))
    assert bytes(RulebookVersion.objects.get().sha256) == before
    assert Scenario.objects.count() == 1


def test_an_installation_runs_them(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="four: expected"):
        call_command("rulebooks", "import", file_of(tmp_path, 3), "--activate")
    assert not RulebookVersion.objects.exists()
    call_command("rulebooks", "import", file_of(tmp_path, 3, result=12), "--activate")
    # The file's scenario takes the place of the one with its name.
    call_command("rulebooks", "import", file_of(tmp_path, 4, result=16), "--activate")
    assert list(Scenario.objects.order_by("recorded_at").values_list("expected", flat=True)) == [
        '{"result":12}', '{"result":16}',
    ]  # fmt: skip
    assert scenarios_of(RulebookVersion.objects.first().rulebook_id).get().expected == '{"result":16}'


@pytest.mark.parametrize("members", ["4", "[4]", "[{name: a}]", "[{name: a, facts: {}, expected: {}, more: 1}]"])
def test_a_file_with_something_else_is_refused(tmp_path: Path, members: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(f"kind: {KIND}\nname: Factors\ndocument: {{factor: 2}}\nscenarios: {members}\n")
    with pytest.raises(CommandError, match=r"[Ss]cenario"):
        call_command("rulebooks", "import", str(path))
    assert not RulebookVersion.objects.exists()
