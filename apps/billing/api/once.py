"""Requests that make something name themselves (IETF draft, "The Idempotency-Key HTTP Header Field")."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from apps.audit.contract import RequestClaim
from apps.billing.services.requests import Answer, answer_once
from apps.masterdata.contract import actor_of
from ordercash.kernel.errors import DomainError
from ordercash.web.api.parsers import raw_body

LONGEST = 100


class KeyMissing(DomainError):
    """A request that makes something must name itself, so that it can be repeated safely."""

    code, title, status = "idempotency_key_missing", "The header Idempotency-Key is missing", 400


class KeyMalformed(DomainError):
    """The key cannot be used."""

    code, title, status = "idempotency_key_malformed", "The header Idempotency-Key cannot be used", 400


def respond_once(request: Request, work: Callable[[str], tuple[int, Any]]) -> HttpResponse:
    """Answer with what `work(source_ref)` returns, a status and a JSON value; a repeated request gets the same bytes.

    The source_ref is made of the caller and its key, so that what the request makes is unique behind the edge too.
    """
    key, actor = idempotency_key(request), actor_of(request.user)

    def carry_out() -> Answer:
        status, value = work(f"api:{actor.id}:{key}")
        return Answer(status, orjson.dumps(value, default=str))

    claim = RequestClaim(actor.id, key, body_hash(request))
    answer = answer_once(claim=claim, method=str(request.method), path=request.path, carry_out=carry_out)
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def idempotency_key(request: Request) -> str:
    """Return the request's key; raises KeyMissing or KeyMalformed."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key:
        raise KeyMissing("Send a unique Idempotency-Key, such as a UUID, and the same one when you repeat the request.")
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise KeyMalformed(f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters.")
    return key


def body_hash(request: Request) -> bytes:
    """Return the SHA-256 of what is asked: method, path and body."""
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + raw_body(request)).digest()
