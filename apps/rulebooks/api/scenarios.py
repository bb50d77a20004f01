"""Scenarios over the API: written, kept from decisions, replaced, retired, and run against a version."""

from typing import Any
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.rulebooks.api.shapes import shown_gate
from apps.rulebooks.api.trial_answers import GateShown, ScenarioRun, ScenarioShown
from apps.rulebooks.api.trial_bodies import NewScenario, ScenarioWanted
from apps.rulebooks.decisions.scenarios import ScenarioDraft
from apps.rulebooks.models import Scenario
from apps.rulebooks.permissions import DRAFT_VERSION, RUN_BACK_TESTS, VIEW_DECISIONS, VIEW_RULEBOOKS
from apps.rulebooks.selectors.scenarios import MatrixRow, gate_runs_of, run_matrix, scenario_of, scenarios_of
from apps.rulebooks.selectors.versions import rulebook, version_of
from apps.rulebooks.services import scenarios as verbs
from apps.rulebooks.services.gates import run_gate
from ordercash.kernel import clock
from ordercash.kernel.errors import Forbidden
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.wanted import flag_wanted


class RulebookScenarios(APIView):
    """GET the scenarios of a rulebook; POST one by its facts, or kept from a logged decision, which one may read then."""

    permissions = {"GET": VIEW_RULEBOOKS, "POST": DRAFT_VERSION}
    shapes = {
        "GET": Shape(
            answer=ScenarioShown, query={"retired": Query("Those that are retired as well", bool)}, paged=True
        ),
        "POST": Shape(request=NewScenario, answer=ScenarioShown, status=201),
    }

    def get(self, request: Request, rulebook_id: UUID) -> Response:
        found = scenarios_of(rulebook(rulebook_id).id, with_retired=flag_wanted(request, "retired"))
        return page_response(request, found, sort="name", show=lambda rows: [_shown(row) for row in rows])

    def post(self, request: Request, rulebook_id: UUID) -> Response:
        body, actor, now = read_body(NewScenario, request.data), actor_of(request.user), clock.now()
        if body.decision_id is None:
            draft = ScenarioDraft(body.name, body.facts, body.expected, body.note)
            made = verbs.add_scenario(rulebook_id=rulebook_id, draft=draft, actor=actor, now=now)
            return Response(_shown(made), status=201)
        if not request.user.has_perm(VIEW_DECISIONS):
            raise Forbidden("You may not read decisions.")
        made = verbs.add_scenario_from_decision(
            decision_id=body.decision_id, name=body.name, note=body.note, rulebook_id=rulebook_id, actor=actor, now=now
        )
        return Response(_shown(made), status=201)


class ScenarioDetail(APIView):
    """GET one scenario."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=ScenarioShown)}

    def get(self, request: Request, scenario_id: UUID) -> Response:
        return Response(_shown(scenario_of(scenario_id)))


class ReplaceScenario(APIView):
    """POST another scenario in the place of one, which is retired."""

    permissions = {"POST": DRAFT_VERSION}
    shapes = {"POST": Shape(request=ScenarioWanted, answer=ScenarioShown, status=201)}

    def post(self, request: Request, scenario_id: UUID) -> Response:
        body = read_body(ScenarioWanted, request.data)
        draft = ScenarioDraft(**body.model_dump())
        made = verbs.replace_scenario(
            scenario_id=scenario_id, draft=draft, actor=actor_of(request.user), now=clock.now()
        )
        return Response(_shown(made), status=201)


class RetireScenario(APIView):
    """POST to retire a scenario: it is kept, and no version is tried on it any more."""

    permissions = {"POST": DRAFT_VERSION}
    shapes = {"POST": Shape(answer=ScenarioShown)}

    def post(self, request: Request, scenario_id: UUID) -> Response:
        made = verbs.retire_scenario(scenario_id=scenario_id, actor=actor_of(request.user), now=clock.now())
        return Response(_shown(made))


class ScenarioRuns(APIView):
    """GET what a version makes of the scenarios of its rulebook, as its activation would see it; POST to keep that, with who asked."""

    permissions = {"GET": VIEW_RULEBOOKS, "POST": RUN_BACK_TESTS}
    shapes = {"GET": Shape(answer=ScenarioRun, listed=True), "POST": Shape(answer=GateShown, status=201)}

    def get(self, request: Request, version_id: UUID) -> Response:
        version = version_of(version_id)
        scenarios = list(scenarios_of(version.rulebook_id).order_by("name"))
        ran = run_matrix(version.rulebook.kind, scenarios, [version]) if scenarios else []
        return Response({"items": [_ran(row) for row in ran]})

    def post(self, request: Request, version_id: UUID) -> Response:
        made = run_gate(version_id=version_id, actor=actor_of(request.user), now=clock.now())
        return Response(shown_gate(made), status=201)


class GateRuns(APIView):
    """GET what a version made of its scenarios each time that it was to be activated or somebody asked, the newest first."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=GateShown, paged=True)}

    def get(self, request: Request, version_id: UUID) -> Response:
        found = gate_runs_of(version_of(version_id).pk)
        return page_response(request, found, sort="-id", show=lambda rows: [shown_gate(row) for row in rows])


def _shown(found: Scenario) -> dict[str, Any]:
    return {
        "id": found.pk,
        "rulebook_id": found.rulebook_id,
        "name": found.name,
        "facts": orjson.loads(found.facts),
        "expected": orjson.loads(found.expected),
        "note": found.note,
        "author_id": found.author_id,
        "recorded_at": found.recorded_at,
        "retired_at": found.retired_at,
    }


def _ran(row: MatrixRow) -> dict[str, Any]:
    (ran,) = row.ran
    return {
        "scenario_id": row.scenario.pk,
        "name": row.scenario.name,
        "passed": ran.passed,
        "expected": orjson.loads(ran.expected),
        "got": orjson.loads(ran.got) if ran.got else None,
        "refusal": ran.refusal,
    }
