"""Requests that make something name themselves and are carried out once."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from apps.audit.contract import OnceAnswered, RequestClaim, answer_once
from apps.masterdata.contract import actor_of
from ordercash.web.api.keys import body_hash, idempotency_key
from ordercash.web.api.renderers import encode


def respond_once(request: Request, work: Callable[[str], tuple[int, Any]]) -> HttpResponse:
    """Answer with what `work(source_ref)` returns, a status and a JSON value; a repeated request gets the same bytes.

    The source_ref is made of the caller and its key, so that what the request makes is unique behind the edge too.
    """
    key, actor = idempotency_key(request), actor_of(request.user)

    def carry_out() -> OnceAnswered:
        status, value = work(f"api:{actor.id}:{key}")
        return OnceAnswered(status, encode(value))

    claim = RequestClaim(actor.id, key, body_hash(request))
    answer = answer_once(claim=claim, method=str(request.method), path=request.path, carry_out=carry_out)
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")
