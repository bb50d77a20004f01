"""Rulebooks, their versions and what they decided, to be read."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.rulebooks.api.answers import DecisionShown, RulebookShown, VersionShown
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.permissions import VIEW_DECISIONS, VIEW_RULEBOOKS
from apps.rulebooks.selectors.decision_log import DecisionFacts, decisions_of
from apps.rulebooks.selectors.versions import RulebookFacts, document_of, phase_of, rulebook, rulebooks, version_of
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
        return Response({"items": [_rulebook(found, now) for found in rulebooks(kind)]})


class RulebookDetail(APIView):
    """GET one rulebook with its versions."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=RulebookShown)}

    def get(self, request: Request, rulebook_id: UUID) -> Response:
        return Response(_rulebook(rulebook(rulebook_id), clock.now()))


class VersionDetail(APIView):
    """GET one version with its document."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=VersionShown)}

    def get(self, request: Request, version_id: UUID) -> Response:
        version = version_of(version_id)
        return Response({**_version(version, clock.now()), "document": document_of(version)})


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


def _rulebook(found: RulebookFacts, now: datetime) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "name": found.name,
        "legal_entity": found.legal_entity or None,
        "versions": [_version(version, now) for version in found.versions],
        "activations": [_activation(each, number) for each, number in found.activations],
    }


def _activation(found: Activation, number: int) -> dict[str, Any]:
    return {
        "id": found.pk,
        "version_id": found.version_id,
        "number": number,
        "kind": found.kind,
        "from_at": found.from_at,
        "until_at": found.until_at,
        "reason": found.reason,
        "activated_by": found.activated_by,
        "recorded_at": found.recorded_at,
    }


def _version(version: RulebookVersion, now: datetime) -> dict[str, Any]:
    return {
        "id": version.pk,
        "number": version.number,
        "sha256": bytes(version.sha256).hex(),
        "state": version.state,
        "phase": phase_of(version, now),
        "author_id": version.author_id,
        "approver_id": version.approver_id,
        "note": version.note,
    }


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
