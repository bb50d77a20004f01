"""Rulebooks, their versions and what they decided, to be read."""

from typing import Any
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.rulebooks.api.answers import DecisionShown, RulebookShown
from apps.rulebooks.api.shapes import shown_rulebook
from apps.rulebooks.permissions import VIEW_DECISIONS, VIEW_RULEBOOKS
from apps.rulebooks.selectors.decision_log import DecisionFacts, decisions_of
from apps.rulebooks.selectors.versions import rulebook, rulebooks
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.problems import InvalidInput


class Rulebooks(APIView):
    """GET every rulebook with its versions, without their texts."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=RulebookShown, query={"kind": "Rulebooks of one kind"}, listed=True)}

    def get(self, request: Request) -> Response:
        kind, now = str(request.query_params.get("kind", "")).replace("\x00", "\ufffd"), clock.now()
        return Response({"items": [shown_rulebook(found, now) for found in rulebooks(kind)]})


class RulebookDetail(APIView):
    """GET one rulebook with its versions."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=RulebookShown)}

    def get(self, request: Request, rulebook_id: UUID) -> Response:
        return Response(shown_rulebook(rulebook(rulebook_id), clock.now()))


class Decisions(APIView):
    """GET what was decided about a subject: facts, outcome, trace and the hash of the version that decided."""

    permissions = {"GET": VIEW_DECISIONS}
    shapes = {
        "GET": Shape(
            answer=DecisionShown,
            query={"subject": Query("Id of what was decided about, such as an order", UUID, required=True)},
            listed=True,
        )
    }

    def get(self, request: Request) -> Response:
        return Response({"items": [_decision(found) for found in decisions_of(_subject(request))]})


def _subject(request: Request) -> UUID:
    try:
        return UUID(request.query_params.get("subject", ""))
    except ValueError:
        fault = Fault("?subject", "invalid_subject", "Give the id of an order or of what else was decided about.")
        raise InvalidInput(faults=[fault]) from None


def _decision(found: DecisionFacts) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "subject": {"kind": found.subject_kind, "id": found.subject_id},
        "version_sha256": found.version_sha256.hex(),
        "facts": orjson.loads(found.facts),
        "outcome": orjson.loads(found.outcome),
        "trace": orjson.loads(found.trace),
        "taken_at": found.taken_at,
    }
