"""Verbs that name themselves with an Idempotency-Key: carried out once, and only as they were asked the first time."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from apps.audit.contract import OnceAnswered, RequestClaim, answer_once
from apps.masterdata.contract import actor_of
from ordercash.web.api.keys import body_hash, idempotency_key
from ordercash.web.api.renderers import encode


def respond_once(request: Request, work: Callable[[], object]) -> HttpResponse:
    """Answer 200 with what `work()` returns, in one transaction with it; a repeated request gets the same bytes."""
    claim = RequestClaim(actor_of(request.user).id, idempotency_key(request), body_hash(request))
    answer = answer_once(
        claim=claim,
        method=str(request.method),
        path=request.path,
        carry_out=lambda: OnceAnswered(200, encode(work())),
    )
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def source_ref(request: Request, verb: str, order_id: UUID) -> str:
    """Return the second net: what the same caller asks of an order with the same key is the same thing for ever."""
    named = actor_of(request.user).id.bytes + idempotency_key(request).encode()
    return f"{verb}:{order_id}:{hashlib.sha256(named).hexdigest()}"
