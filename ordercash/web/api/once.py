"""Requests that name themselves with an Idempotency-Key: carried out once, and answered with the same bytes whenever they come back.

What remembers the answers registers itself; endpoints only say what is to be done.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from ordercash.web.api.keys import body_hash, idempotency_key
from ordercash.web.api.renderers import encode

# What is asked for, given a reference that stays the same whenever the request is sent again; answers a status and a JSON value.
Work = Callable[[str], tuple[int, Any]]


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request with the caller and the key that name it, and the SHA-256 of what is asked."""

    caller_id: UUID
    key: str
    body_hash: bytes
    method: str
    path: str

    @property
    def source_ref(self) -> str:
        """The second net: what the request makes is unique by this, also when its answer is forgotten."""
        return f"api:{self.caller_id}:{self.key}"

    @property
    def digest(self) -> str:
        """Caller and key in 64 characters, where a reference has little room."""
        return hashlib.sha256(self.caller_id.bytes + self.key.encode()).hexdigest()


# Carries out in one transaction with the answer that it keeps, or returns the answer kept: (status, bytes).
Keeper = Callable[[NamedRequest, Callable[[], tuple[int, bytes]]], tuple[int, bytes]]

_keepers: list[Keeper] = []


def register_keeper(keeper: Keeper) -> None:
    """Say who remembers the answers."""
    _keepers[:] = [keeper]


def named_request(request: Request) -> NamedRequest:
    """Return the request with its name. Raises KeyMissing, KeyMalformed."""
    key = idempotency_key(request)
    user: Any = request.user
    return NamedRequest(user.pk, key, body_hash(request), str(request.method), request.path)


def respond_once(request: Request, work: Work) -> HttpResponse:
    """Answer with what `work(source_ref)` returns, a status and a JSON value, in one transaction with it."""
    named = named_request(request)

    def carry_out() -> tuple[int, bytes]:
        status, value = work(named.source_ref)
        return status, encode(value)

    status, body = _keepers[0](named, carry_out)
    return HttpResponse(body, status=status, content_type="application/json")


def carry_out_form(request: HttpRequest, attempt: UUID, work: Callable[[], None]) -> None:
    """Carry out what a form of a page asks for, once however often it is sent: the `attempt` that was made with it names it."""
    user: Any = request.user
    asked = hashlib.sha256(f"{request.path}\n".encode() + request.POST.urlencode().encode()).digest()

    def carry_out() -> tuple[int, bytes]:
        work()
        return 303, b""

    _keepers[0](NamedRequest(user.pk, f"page:{attempt}", asked, str(request.method), request.path), carry_out)
