"""The verbs of cases over the API. All may be repeated; of many cases each has its own outcome."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.exceptions.api.answers import CaseChanged, CaseOutcomes
from apps.exceptions.api.cases import shown_case
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, RESOLVE_CASE
from apps.exceptions.selectors import case_by_id
from apps.exceptions.services.holding import assign_cases, claim_cases, release_claims
from apps.exceptions.services.outcomes import CaseOutcome, the_only
from apps.exceptions.services.resolving import resolve_cases
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.values import STRICT, Text, strict

MOST_CASES = 200

# A note may have several lines.
Note = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=MOST_CASES)]


class CaseBody(BaseModel):
    """Nothing but what is named is accepted."""

    model_config = STRICT


class ManyBody(CaseBody):
    """The cases of a bulk verb."""

    ids: Ids


class AssignBody(CaseBody):
    """Who gets the case."""

    assignee_id: UUID


class AssignManyBody(AssignBody, ManyBody):
    """Who gets the cases."""


class ResolveBody(CaseBody):
    """Which of the case's resolutions, and why."""

    model_config = strict(verb="release", note="The limit was raised")

    verb: Annotated[Text, Field(min_length=1, max_length=60)]
    note: Annotated[Note, Field(max_length=2000)] = ""


class ResolveManyBody(ResolveBody, ManyBody):
    """Which resolution for all of the cases, and why."""


class Claim(APIView):
    """POST to take a case to work on."""

    permissions = {"POST": CLAIM_CASE}
    shapes = {"POST": Shape(answer=CaseChanged)}

    def post(self, request: Request, case_id: UUID) -> Response:
        return _one(request, claim_cases(case_ids=[case_id], actor=actor_of(request.user), now=clock.now()))


class Release(APIView):
    """POST to give a case back to its queue."""

    permissions = {"POST": CLAIM_CASE}
    shapes = {"POST": Shape(answer=CaseChanged)}

    def post(self, request: Request, case_id: UUID) -> Response:
        return _one(request, release_claims(case_ids=[case_id], actor=actor_of(request.user), now=clock.now()))


class Assign(APIView):
    """POST to give a case to a colleague."""

    permissions = {"POST": ASSIGN_CASE}
    shapes = {"POST": Shape(request=AssignBody, answer=CaseChanged)}

    def post(self, request: Request, case_id: UUID) -> Response:
        body = read_body(AssignBody, request.data)
        actor = actor_of(request.user)
        return _one(
            request, assign_cases(case_ids=[case_id], assignee_id=body.assignee_id, actor=actor, now=clock.now())
        )


class Resolve(APIView):
    """POST to carry out one of the case's resolutions."""

    permissions = {"POST": RESOLVE_CASE}
    shapes = {"POST": Shape(request=ResolveBody, answer=CaseChanged)}

    def post(self, request: Request, case_id: UUID) -> Response:
        body = read_body(ResolveBody, request.data)
        actor = actor_of(request.user)
        return _one(
            request, resolve_cases(case_ids=[case_id], verb=body.verb, note=body.note, actor=actor, now=clock.now())
        )


class ClaimMany(APIView):
    """POST to take cases to work on."""

    permissions = {"POST": CLAIM_CASE}
    shapes = {"POST": Shape(request=ManyBody, answer=CaseOutcomes)}

    def post(self, request: Request) -> Response:
        body = read_body(ManyBody, request.data)
        return _many(claim_cases(case_ids=body.ids, actor=actor_of(request.user), now=clock.now()))


class ReleaseMany(APIView):
    """POST to give cases back to their queues."""

    permissions = {"POST": CLAIM_CASE}
    shapes = {"POST": Shape(request=ManyBody, answer=CaseOutcomes)}

    def post(self, request: Request) -> Response:
        body = read_body(ManyBody, request.data)
        return _many(release_claims(case_ids=body.ids, actor=actor_of(request.user), now=clock.now()))


class AssignMany(APIView):
    """POST to give cases to a colleague."""

    permissions = {"POST": ASSIGN_CASE}
    shapes = {"POST": Shape(request=AssignManyBody, answer=CaseOutcomes)}

    def post(self, request: Request) -> Response:
        body = read_body(AssignManyBody, request.data)
        actor = actor_of(request.user)
        return _many(assign_cases(case_ids=body.ids, assignee_id=body.assignee_id, actor=actor, now=clock.now()))


class ResolveMany(APIView):
    """POST to carry out one resolution for many cases."""

    permissions = {"POST": RESOLVE_CASE}
    shapes = {"POST": Shape(request=ResolveManyBody, answer=CaseOutcomes)}

    def post(self, request: Request) -> Response:
        body = read_body(ResolveManyBody, request.data)
        actor = actor_of(request.user)
        return _many(resolve_cases(case_ids=body.ids, verb=body.verb, note=body.note, actor=actor, now=clock.now()))


def _one(request: Request, outcomes: list[CaseOutcome]) -> Response:
    """Answer the case as it is now; raises the problem that says why the verb was not carried out."""
    outcome = the_only(outcomes)
    return Response({**shown_case(case_by_id(outcome.case_id), actor_of(request.user)), "outcome": outcome.text})


def _many(outcomes: list[CaseOutcome]) -> Response:
    return Response({"outcomes": outcomes, "done": sum(outcome.done for outcome in outcomes)})
