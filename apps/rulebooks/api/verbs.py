"""The verbs of rulebooks over the API. Each answers the version or the rulebook as it stands then."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.rulebooks.api.answers import RulebookShown, VersionShown
from apps.rulebooks.api.bodies import ActivationWanted, RejectionGiven, RetirementWanted, RollBackWanted
from apps.rulebooks.api.shapes import shown_rulebook, shown_version
from apps.rulebooks.permissions import ACTIVATE_VERSION, APPROVE_VERSION, DRAFT_VERSION, ROLL_BACK
from apps.rulebooks.selectors.versions import rulebook, version_of
from apps.rulebooks.services import activations, versions
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape


def _carried_out(request: Request, version_id: UUID, verb: Callable[..., Any], **given: Any) -> Response:
    now = clock.now()
    verb(version_id=version_id, actor=actor_of(request.user), now=now, **given)
    return Response(shown_version(version_of(version_id), now))


class Submit(APIView):
    """POST to hand one's draft in for review; its text is frozen from then on."""

    permissions = {"POST": DRAFT_VERSION}
    shapes = {"POST": Shape(answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        return _carried_out(request, version_id, versions.submit_version)


class Approve(APIView):
    """POST to approve a version that somebody else wrote, within the limits of one's roles."""

    permissions = {"POST": APPROVE_VERSION}
    shapes = {"POST": Shape(answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        return _carried_out(request, version_id, versions.approve_version)


class Reject(APIView):
    """POST to give a version in review back to its author."""

    permissions = {"POST": APPROVE_VERSION}
    shapes = {"POST": Shape(request=RejectionGiven, answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        body = read_body(RejectionGiven, request.data)
        return _carried_out(request, version_id, versions.reject_version, note=body.note)


class Activate(APIView):
    """POST to put an approved version in force, now or from an instant on."""

    permissions = {"POST": ACTIVATE_VERSION}
    shapes = {"POST": Shape(request=ActivationWanted, answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        body, now = read_body(ActivationWanted, request.data), clock.now()
        activations.activate_version(
            version_id=version_id, from_at=body.from_at or now, actor=actor_of(request.user), now=now
        )
        return Response(shown_version(version_of(version_id), now))


class Withdraw(APIView):
    """POST to let a scheduled version not begin; the one before it goes on."""

    permissions = {"POST": ACTIVATE_VERSION}
    shapes = {"POST": Shape(answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        return _carried_out(request, version_id, activations.withdraw_version)


class Retire(APIView):
    """POST to end a version; where nothing takes its place that has to be said, with a reason."""

    permissions = {"POST": ACTIVATE_VERSION}
    shapes = {"POST": Shape(request=RetirementWanted, answer=VersionShown)}

    def post(self, request: Request, version_id: UUID) -> Response:
        body = read_body(RetirementWanted, request.data)
        return _carried_out(request, version_id, activations.retire_version, **body.model_dump())


class RollBack(APIView):
    """POST to return to the version before the active one, at once and with a reason."""

    permissions = {"POST": ROLL_BACK}
    shapes = {"POST": Shape(request=RollBackWanted, answer=RulebookShown)}

    def post(self, request: Request, rulebook_id: UUID) -> Response:
        body, now = read_body(RollBackWanted, request.data), clock.now()
        activations.roll_back(rulebook_id=rulebook_id, actor=actor_of(request.user), now=now, **body.model_dump())
        return Response(shown_rulebook(rulebook(rulebook_id), now))
