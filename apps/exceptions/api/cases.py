"""Cases over the API: the list that people work through, one case with its reasons and its ways out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.exceptions.api.answers import CaseRow, CaseShown, QueueShown
from apps.exceptions.models import Case, CaseState, Queue
from apps.exceptions.permissions import VIEW_CASES
from apps.exceptions.selectors import BY_MONEY, CaseFacts, case_by_id, case_facts, cases
from apps.exceptions.services.resolving import resolutions_of
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.wanted import flag_wanted


class BadFilter(DomainError):
    """A query parameter cannot be read."""

    code, title, status = "bad_filter", "The filter cannot be used", 400


class Cases(APIView):
    """GET cases, the most money at risk first.

    `state` and `queue` (several with commas; without a state those that wait), `reason`, `subject_kind`,
    `assignee` ("me", "none" or an id), `overdue=true`, `q` (words of the title, or the id of the case or its subject).
    """

    permissions = {"GET": VIEW_CASES}
    shapes = {
        "GET": Shape(
            answer=CaseRow,
            query={
                "state": f"Several with commas: {', '.join(CaseState.values)}; without it those that wait",
                "queue": "Codes of queues, several with commas",
                "reason": "Code of a reason",
                "subject_kind": "What cases are about, such as order",
                "assignee": "me, none, or the id of a user",
                "overdue": Query("true: past their deadline", bool),
                "q": "Words of the title, or the id of the case or its subject",
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        found = cases(**_filters(request)).prefetch_related("reasons")
        return page_response(request, found, sort=BY_MONEY, show=_shown_rows)


class CaseDetail(APIView):
    """GET one case with its reasons and the resolutions that it offers; `allowed` says which the caller may use."""

    permissions = {"GET": VIEW_CASES}
    shapes = {"GET": Shape(answer=CaseShown)}

    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(shown_case(case_by_id(case_id), actor_of(request.user)))


class Queues(APIView):
    """GET the queues with their deadlines."""

    permissions = {"GET": VIEW_CASES}
    shapes = {"GET": Shape(answer=QueueShown, listed=True)}

    def get(self, request: Request) -> Response:
        found = Queue.objects.order_by("code").values("code", "name", "sla_hours", "resolve_permission")
        return Response({"items": list(found)})


def shown_case(case: CaseFacts, actor: Actor) -> dict[str, Any]:
    """Return a case with its ways out."""
    offered = [
        {
            "verb": verb,
            "label": resolution.label,
            "needs_note": resolution.needs_note,
            "allowed": actor.may(resolution.permission),
        }
        for verb, resolution in resolutions_of(case.subject_kind).items()
    ]
    return {**_fields(case), "resolutions": offered}


def _shown_rows(rows: Sequence[Case]) -> list[Any]:
    return [_fields(case_facts(case)) for case in rows]


def _fields(case: CaseFacts) -> dict[str, Any]:
    return {field: getattr(case, field) for field in CaseFacts.__slots__}


def _filters(request: Request) -> dict[str, Any]:
    wanted = {name: str(value).replace("\x00", "") for name, value in request.query_params.items()}
    states = [state for state in wanted.get("state", "").split(",") if state]
    if not set(states) <= set(CaseState.values):
        raise BadFilter(faults=[Fault("?state", "bad_filter", f"One of {', '.join(CaseState.values)}.")])
    assignee = wanted.get("assignee", "")
    return {
        "states": states,
        "queues": [queue for queue in wanted.get("queue", "").split(",") if queue],
        "reason": wanted.get("reason", ""),
        "subject_kind": wanted.get("subject_kind", ""),
        "unclaimed": assignee == "none",
        "assignee_id": request.user.pk if assignee == "me" else _id(assignee),
        "overdue_at": clock.now() if flag_wanted(request, "overdue") else None,
        "text": wanted.get("q", "").strip(),
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text not in {"", "none"} else None
    except ValueError:
        raise BadFilter(faults=[Fault("?assignee", "bad_filter", "me, none, or the id of a user.")]) from None
