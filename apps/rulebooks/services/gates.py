"""The gate before an activation: what a version makes of the scenarios of its rulebook, kept with who asked and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.rulebooks.models import GateRun, RulebookVersion
from apps.rulebooks.selectors.scenarios import MatrixRow, run_matrix, scenarios_of
from apps.rulebooks.selectors.versions import version_of
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, Fault
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes

TOLD_LETTERS = 300


class ScenarioFailed(Conflict):
    """A version decides otherwise than the scenarios of its rulebook demand."""

    code, title = "scenario_failed", "The version fails scenarios of its rulebook"


class NoScenarios(Conflict):
    """Without scenarios nothing is tried."""

    code, title = "no_scenarios", "The rulebook has no scenarios"


@writes
def run_gate(*, version_id: UUID, actor: Actor, now: datetime) -> GateRun:
    """Try a version on the scenarios of its rulebook and keep what came of it; nothing else changes. Raises NotFound, NoScenarios."""
    version = version_of(version_id)
    rows = _rows(version)
    if not rows:
        raise NoScenarios("A scenario says what every version has to decide from some facts; write one first.")
    return _keep(version, rows, GateRun.Occasion.ASKED, actor, now)


@joins
def pass_gate(version: RulebookVersion, *, actor: Actor, now: datetime) -> None:
    """Try a version before its activation, and keep that it passed. Raises ScenarioFailed naming each that fails."""
    rows = _rows(version)
    failing = [row for row in rows if not row.ran[0].passed]
    if failing:
        names = ", ".join(row.scenario.name for row in failing)
        raise ScenarioFailed(
            f"{len(failing)} of {len(rows)} scenarios fail: {names}.",
            faults=[_fault(row) for row in failing],
            extra={"scenarios": [_told(row) for row in failing]},
        )
    if rows:
        _keep(version, rows, GateRun.Occasion.ACTIVATION, actor, now)


@writes
def keep_failed_gate(*, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep that an activation was refused by its scenarios; the refusal itself took back what the activation had written."""
    version = version_of(version_id)
    rows = _rows(version)
    if rows:
        _keep(version, rows, GateRun.Occasion.ACTIVATION, actor, now)


def _rows(version: RulebookVersion) -> list[MatrixRow]:
    scenarios = list(scenarios_of(version.rulebook_id).order_by("name"))
    return run_matrix(version.rulebook.kind, scenarios, [version]) if scenarios else []


@joins
def _keep(
    version: RulebookVersion, rows: Sequence[MatrixRow], occasion: GateRun.Occasion, actor: Actor, now: datetime
) -> GateRun:
    return GateRun.objects.create(
        id=new_id(), version=version, sha256=version.sha256, occasion=occasion, scenarios=len(rows),
        failed=[_told(row, TOLD_LETTERS) for row in rows if not row.ran[0].passed], ran_by=actor.id, ran_at=now,
    )  # fmt: skip


def _fault(row: MatrixRow) -> Fault:
    ran = row.ran[0]
    got = ran.refusal or ran.got[:TOLD_LETTERS]
    return Fault(
        f"/scenarios/{row.scenario.name.replace('~', '~0').replace('/', '~1')}", ScenarioFailed.code,
        f"{row.scenario.name}: expected {ran.expected[:TOLD_LETTERS]}, got {got}",
    )  # fmt: skip


def _told(row: MatrixRow, letters: int | None = None) -> dict[str, Any]:
    ran = row.ran[0]
    return {
        "id": str(row.scenario.pk), "name": row.scenario.name, "expected": ran.expected[:letters], "got": ran.got[:letters],
        "refusal": ran.refusal,
    }  # fmt: skip
