"""Requests that name themselves with an Idempotency-Key: carried out once, and answered with the same bytes whenever they come back.

What remembers the answers registers itself; endpoints only say what is to be done.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from ordercash.kernel.errors import Conflict, DomainError
from ordercash.web.api.keys import body_hash, idempotency_key
from ordercash.web.api.renderers import encode

# The codes with which a keeper refuses a name: in use at this moment, or used for something else.
IN_FLIGHT: Final = "idempotency_key_in_flight"
REUSED: Final = "idempotency_key_reused"

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


class FormSent(Conflict):
    """A form was sent a second time while the first is under way, or with other values after the first was carried out."""

    code, title = "form_sent", "This form was sent before"


class _NotYet(Exception):
    """Nothing was carried out under this name."""


def carry_out_form(request: HttpRequest, attempt: UUID, work: Callable[[], None]) -> None:
    """Carry out what a form of a page asks for, once however often it is sent: the `attempt` that was made with it names it.

    Raises FormSent.
    """

    def carry_out() -> tuple[int, bytes]:
        work()
        return 303, b""

    try:
        _keepers[0](_named_form(request, attempt), carry_out)
    except DomainError as error:
        if error.code == IN_FLIGHT:
            raise FormSent("It is being carried out at this moment; look at the page again.") from error
        if error.code == REUSED:
            raise FormSent("What it asked for then is done; open the form again to ask for more.") from error
        raise


def form_is_done(request: HttpRequest, attempt: UUID) -> bool:
    """Say whether the same form was carried out before: what it asks for may no longer be possible, because it is done."""

    def carry_out() -> tuple[int, bytes]:
        raise _NotYet

    try:
        _keepers[0](_named_form(request, attempt), carry_out)
    except (_NotYet, DomainError):
        return False
    return True


def _named_form(request: HttpRequest, attempt: UUID) -> NamedRequest:
    user: Any = request.user
    values = sorted((name, given) for name, given in request.POST.lists() if name != "csrfmiddlewaretoken")
    asked = hashlib.sha256(f"{request.path}\n{values}".encode()).digest()
    return NamedRequest(user.pk, f"page:{attempt}", asked, str(request.method), request.path)
