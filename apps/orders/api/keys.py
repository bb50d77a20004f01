"""The Idempotency-Key of a request (IETF draft, "The Idempotency-Key HTTP Header Field")."""

import hashlib
from typing import ClassVar

from rest_framework.request import Request

from ordercash.kernel.errors import DomainError
from ordercash.web.api.parsers import raw_body

LONGEST = 200


class KeyMissing(DomainError):
    """A request that makes something must name itself, so that it can be repeated safely."""

    code: ClassVar[str] = "idempotency_key_missing"
    title: ClassVar[str] = "The header Idempotency-Key is missing"
    status: ClassVar[int] = 400


class KeyMalformed(KeyMissing):
    """The key cannot be used."""

    code, title = "idempotency_key_malformed", "The header Idempotency-Key cannot be used"


def idempotency_key(request: Request) -> str:
    """Return the request's key; raises KeyMissing or KeyMalformed (400)."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key:
        raise KeyMissing("Send a unique Idempotency-Key, such as a UUID, and the same one when you repeat the request.")
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise KeyMalformed(f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters.")
    return key


def body_hash(request: Request) -> bytes:
    """Return the SHA-256 of what is asked: method, path and body."""
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + raw_body(request)).digest()
