"""Reading scenarios, and running them against versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.decisions.scenarios import Ran, run_scenario
from apps.rulebooks.models import GateRun, RulebookVersion, Scenario
from ordercash.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One scenario with what each version made of it, in the order of the versions."""

    scenario: Scenario
    ran: tuple[Ran, ...]


def scenarios_of(rulebook_id: UUID, *, with_retired: bool = False) -> QuerySet[Scenario]:
    """Return the scenarios of a rulebook; those that are retired only when asked for."""
    found = Scenario.objects.filter(rulebook_id=rulebook_id)
    return found if with_retired else found.filter(retired_at__isnull=True)


def scenario_of(scenario_id: UUID) -> Scenario:
    """Return one scenario with its rulebook. Raises NotFound."""
    found = Scenario.objects.select_related("rulebook").filter(pk=scenario_id).first()
    if found is None:
        raise NotFound("There is no such scenario.")
    return found


def run_matrix(kind: str, scenarios: Iterable[Scenario], versions: Sequence[RulebookVersion]) -> list[MatrixRow]:
    """Run scenarios against versions of one kind; no statement. Raises NotDecided for a kind that decides nothing."""
    known = kind_of(kind)
    ready = [known.ready(version.document) for version in versions]
    return [
        MatrixRow(each, tuple(run_scenario(known, one, facts=each.facts, expected=each.expected) for one in ready))
        for each in scenarios
    ]


def gate_runs_of(version_id: UUID) -> QuerySet[GateRun]:
    """Return what a version made of its scenarios, each time that it was asked."""
    return GateRun.objects.filter(version_id=version_id)


def last_gate_run(version_id: UUID) -> GateRun | None:
    """Return what a version made of its scenarios the last time that it was asked."""
    return gate_runs_of(version_id).order_by("-id").first()


def as_member(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as it stands in a rulebook file."""
    member = {"name": scenario.name, "facts": orjson.loads(scenario.facts), "expected": orjson.loads(scenario.expected)}
    return member | ({"note": scenario.note} if scenario.note else {})


def members_of(rulebook_id: UUID) -> list[dict[str, Any]]:
    """Return the scenarios of a rulebook as they stand in its file, by name."""
    return [as_member(scenario) for scenario in scenarios_of(rulebook_id).order_by("name")]
