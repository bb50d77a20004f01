"""Back-tests over the API: asked for, stopped, resumed, and their reports."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.rulebooks.api.trial_answers import BackTestShown, ChangedDecision, FigureShown, ReportShown, SideBySideShown
from apps.rulebooks.api.trial_bodies import BackTestWanted
from apps.rulebooks.decisions.kinds import Weight
from apps.rulebooks.decisions.weighing import CUSTOMER, PRODUCT, RULE
from apps.rulebooks.models import BackTest, BackTestChange, BackTestFigure
from apps.rulebooks.permissions import RUN_BACK_TESTS, VIEW_DECISIONS, VIEW_RULEBOOKS
from apps.rulebooks.selectors import back_tests as read
from apps.rulebooks.selectors.versions import version_of
from apps.rulebooks.services import back_tests as verbs
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.wanted import text_wanted, wrong

DIMENSIONS = tuple(BackTestFigure.Dimension.values)
ORDERS = ("id", "delta_minor", "-delta_minor")


class VersionBackTests(APIView):
    """GET the back-tests of a version, the newest first; POST to ask for one, which a worker carries out."""

    permissions = {"GET": VIEW_RULEBOOKS, "POST": RUN_BACK_TESTS}
    shapes = {
        "GET": Shape(answer=BackTestShown, paged=True),
        "POST": Shape(request=BackTestWanted, answer=BackTestShown, status=201),
    }

    def get(self, request: Request, version_id: UUID) -> Response:
        found = read.back_tests_of(version_of(version_id).pk)
        return page_response(request, found, sort="-id", show=lambda rows: [_shown(row) for row in rows])

    def post(self, request: Request, version_id: UUID) -> Response:
        body = read_body(BackTestWanted, request.data)
        made = verbs.request_back_test(
            version_id=version_id, actor=actor_of(request.user), now=clock.now(), **body.model_dump()
        )
        return Response(_shown(read.back_test_of(made.pk)), status=201)


class BackTestDetail(APIView):
    """GET a back-test: how far it is, and what it found until now."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=ReportShown)}

    def get(self, request: Request, back_test_id: UUID) -> Response:
        return Response(_report(read.back_test_of(back_test_id)))


class StopBackTest(APIView):
    """POST to stop a back-test; it can go on from there."""

    permissions = {"POST": RUN_BACK_TESTS}
    shapes = {"POST": Shape(answer=BackTestShown)}

    def post(self, request: Request, back_test_id: UUID) -> Response:
        verbs.stop_back_test(back_test_id=back_test_id, actor=actor_of(request.user), now=clock.now())
        return Response(_shown(read.back_test_of(back_test_id)))


class ResumeBackTest(APIView):
    """POST to let a stopped or failed back-test go on where it stood."""

    permissions = {"POST": RUN_BACK_TESTS}
    shapes = {"POST": Shape(answer=BackTestShown)}

    def post(self, request: Request, back_test_id: UUID) -> Response:
        verbs.resume_back_test(back_test_id=back_test_id, actor=actor_of(request.user), now=clock.now())
        return Response(_shown(read.back_test_of(back_test_id)))


class BackTestFigures(APIView):
    """GET every figure of a back-test, also of what does not move."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {
        "GET": Shape(
            answer=FigureShown,
            query={"dimension": Query("Figures of one dimension", words=DIMENSIONS), "currency": "In one currency"},
            paged=True,
        )
    }

    def get(self, request: Request, back_test_id: UUID) -> Response:
        dimension = text_wanted(request, "dimension")
        if "dimension" in request.query_params and dimension not in DIMENSIONS:
            raise wrong("dimension", f"Write one of: {', '.join(DIMENSIONS)}.")
        back_test = read.back_test_of(back_test_id)
        titles = read.titles_of(back_test)
        found = read.figures_of(back_test.pk, dimension=dimension, currency=text_wanted(request, "currency"))
        return page_response(request, found, sort="key", show=lambda rows: _figures(rows, titles))


class BackTestChanges(APIView):
    """GET the decisions that come out otherwise, in the order of the log or by what they move."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {
        "GET": Shape(answer=ChangedDecision, query={"sort": Query("Their order", words=ORDERS)}, paged=True),
    }

    def get(self, request: Request, back_test_id: UUID) -> Response:
        sort = text_wanted(request, "sort") if "sort" in request.query_params else "id"
        if sort not in ORDERS:
            raise wrong("sort", f"Write one of: {', '.join(ORDERS)}.")
        found = read.changes_of(read.back_test_of(back_test_id).pk)
        return page_response(request, found, sort=sort, show=lambda rows: [_change(row) for row in rows])


class BackTestDecision(APIView):
    """GET one decision of a back-test beside what the tried version says, with both traces."""

    permissions = {"GET": VIEW_DECISIONS}
    shapes = {"GET": Shape(answer=SideBySideShown)}

    def get(self, request: Request, back_test_id: UUID, decision_id: UUID) -> Response:
        found = read.side_by_side(read.back_test_of(back_test_id), decision_id)
        logged = found.logged
        return Response(
            {
                "decision_id": logged.id,
                "subject_kind": logged.subject_kind,
                "subject_id": logged.subject_id,
                "facts": orjson.loads(logged.facts),
                "before": _side(logged.outcome, logged.trace, found.before),
                "after": _side(found.outcome, found.trace, found.after),
            }
        )


def _shown(found: BackTest) -> dict[str, Any]:
    return {
        "id": found.pk,
        "version_id": found.version_id,
        "rulebook_id": found.version.rulebook_id,
        "sha256": bytes(found.sha256).hex(),
        "is_of_present_text": read.is_of_present_text(found),
        "since_at": found.since_at,
        "until_at": found.until_at,
        "most": found.most,
        "state": found.state,
        "seen": found.seen,
        "changed": found.changed,
        "total": found.total,
        "requested_by": found.requested_by,
        "requested_at": found.requested_at,
        "finished_at": found.finished_at,
        "job_id": found.job_id,
        "error": found.error,
    }


def _report(found: BackTest) -> dict[str, Any]:
    totals = read.totals_of(found.pk)
    shifted, titles = read.shifted_of(found.pk), read.titles_of(found)

    def most_moved(dimension: str) -> list[dict[str, Any]]:
        return [
            row for total in totals for row in _figures(read.most_moved(found.pk, dimension, total.currency), titles)
        ]

    return {
        **_shown(found),
        "totals": _figures(totals, titles),
        "shifted": [{"currency": currency, "shifted_minor": minor} for currency, minor in shifted.items()],
        "customers": most_moved(CUSTOMER),
        "products": most_moved(PRODUCT),
        "rules": most_moved(RULE),
    }


def _figures(rows: Sequence[BackTestFigure], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    same = FigureShown.model_fields.keys() - {"title"}
    return [
        {name: getattr(row, name) for name in same}
        | {"title": titles.get(row.key, "") if row.dimension == RULE else ""}
        for row in rows
    ]


def _change(row: BackTestChange) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ChangedDecision.model_fields}


def _side(outcome: str, trace: str, lines: Sequence[Weight]) -> dict[str, Any]:
    told = [line._asdict() for line in lines]
    return {"outcome": orjson.loads(outcome), "trace": orjson.loads(trace), "lines": told}
