"""Writing rulebooks over the API: drafts, their examination, differences and comments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of, entities_by_code
from apps.rulebooks.api.answers import (
    CommentShown,
    DifferencesShown,
    ExaminedShown,
    KindShown,
    VersionSaved,
    VersionShown,
)
from apps.rulebooks.api.bodies import ChangedDraft, CommentGiven, NewDraft, TextToExamine
from apps.rulebooks.api.shapes import shown_findings, shown_version
from apps.rulebooks.decisions.documents import findings_of
from apps.rulebooks.decisions.drafting import examine_text
from apps.rulebooks.decisions.kinds import Finding, kind_of, known_kinds
from apps.rulebooks.models import RulebookVersion, VersionComment
from apps.rulebooks.permissions import COMMENT_VERSION, DRAFT_VERSION, VIEW_RULEBOOKS
from apps.rulebooks.selectors.comparing import base_of, comments_on, differences_between, findings_in
from apps.rulebooks.selectors.versions import version_of
from apps.rulebooks.services.comments import comment_version
from apps.rulebooks.services.versions import save_draft
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.problems import InvalidInput


class Kinds(APIView):
    """GET the kinds of rulebooks that are known."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {"GET": Shape(answer=KindShown, listed=True)}

    def get(self, request: Request) -> Response:
        kinds = [kind_of(name) for name in known_kinds()]
        return Response(
            {"items": [{"name": k.name, "title": k.title, "takes_decisions": k.decide is not None} for k in kinds]}
        )


class Examine(APIView):
    """POST a text or a document to hear what is wrong with it and what is worth knowing; nothing is kept."""

    permissions = {"POST": DRAFT_VERSION}
    shapes = {"POST": Shape(request=TextToExamine, answer=ExaminedShown)}

    def post(self, request: Request) -> Response:
        found = _findings(read_body(TextToExamine, request.data))
        can_be_saved = not any(finding.severity == "error" for finding in found)
        return Response({"can_be_saved": can_be_saved, "findings": shown_findings(found)})


class Drafts(APIView):
    """POST a document as a new draft."""

    permissions = {"POST": DRAFT_VERSION}
    shapes = {"POST": Shape(request=NewDraft, answer=VersionSaved, status=201)}

    def post(self, request: Request) -> Response:
        body, now = read_body(NewDraft, request.data), clock.now()
        version = save_draft(
            kind=body.kind, name=body.name, document=body.document, legal_entity_id=_entity_id(body.legal_entity),
            note=body.note, actor=actor_of(request.user), now=now,
        )  # fmt: skip
        return Response(_saved(version, now), status=201)


class VersionDetail(APIView):
    """GET one version with its document; PUT a new text over one's own draft."""

    permissions = {"GET": VIEW_RULEBOOKS, "PUT": DRAFT_VERSION}
    shapes = {"GET": Shape(answer=VersionShown), "PUT": Shape(request=ChangedDraft, answer=VersionSaved)}

    def get(self, request: Request, version_id: UUID) -> Response:
        return Response(shown_version(version_of(version_id), clock.now()))

    def put(self, request: Request, version_id: UUID) -> Response:
        body, now, found = read_body(ChangedDraft, request.data), clock.now(), version_of(version_id)
        version = save_draft(
            kind=found.rulebook.kind, name=found.rulebook.name, document=body.document, version_id=version_id,
            note=body.note, actor=actor_of(request.user), now=now,
        )  # fmt: skip
        return Response(_saved(version, now))


class Differences(APIView):
    """GET what differs from another version, in words: from the active one unless `since` names one."""

    permissions = {"GET": VIEW_RULEBOOKS}
    shapes = {
        "GET": Shape(answer=DifferencesShown, query={"since": Query("Id of the version to compare with", UUID)}),
    }

    def get(self, request: Request, version_id: UUID) -> Response:
        version = version_of(version_id)
        base = _since(request) or base_of(version, clock.now())
        if base is None:
            return Response({"since": None, "items": []})
        found = differences_between(base, version)
        return Response({"since": base.pk, "items": [_difference(each) for each in found]})


class Comments(APIView):
    """GET what was said about a version; POST a comment, which stays."""

    permissions = {"GET": VIEW_RULEBOOKS, "POST": COMMENT_VERSION}
    shapes = {
        "GET": Shape(answer=CommentShown, listed=True),
        "POST": Shape(request=CommentGiven, answer=CommentShown, status=201),
    }

    def get(self, request: Request, version_id: UUID) -> Response:
        return Response({"items": [_comment(each) for each in comments_on(version_of(version_id))]})

    def post(self, request: Request, version_id: UUID) -> Response:
        body = read_body(CommentGiven, request.data)
        made = comment_version(version_id=version_id, text=body.text, actor=actor_of(request.user), now=clock.now())
        return Response(_comment(made), status=201)


def _findings(body: TextToExamine) -> Sequence[Finding]:
    if body.text is not None:
        return examine_text(body.text).findings
    return findings_of(kind_of(body.kind or ""), body.document)


def _entity_id(code: str) -> UUID | None:
    if not code:
        return None
    found = entities_by_code().get(code)
    if found is None:
        raise InvalidInput(faults=[Fault("/legal_entity", "unknown", f"There is no legal entity {code!r}.")])
    return found.id


def _since(request: Request) -> RulebookVersion | None:
    asked = request.query_params.get("since", "")
    if not asked:
        return None
    try:
        return version_of(UUID(asked))
    except ValueError:
        raise InvalidInput(faults=[Fault("?since", "invalid_id", "Give the id of a version.")]) from None


def _saved(version: RulebookVersion, now: datetime) -> dict[str, Any]:
    return {**shown_version(version, now), "findings": shown_findings(findings_in(version))}


def _difference(found: Any) -> dict[str, Any]:
    changes = [{"what": each.what, "before": each.before, "after": each.after} for each in found.changes]
    return {"rule": found.rule, "title": found.title, "how": found.how, "changes": changes}


def _comment(found: VersionComment) -> dict[str, Any]:
    return {"id": found.pk, "author_id": found.author_id, "text": found.text, "recorded_at": found.recorded_at}
