"""The Idempotency-Key of a request (IETF draft, "The Idempotency-Key HTTP Header Field")."""

import hashlib
from typing import Final

from rest_framework.request import Request

from ordercash.kernel.errors import DomainError
from ordercash.web.api.parsers import raw_body

LONGEST: Final = 150


class KeyMissing(DomainError):
    """A request that makes something must name itself, so that it can be repeated safely."""

    code, title, status = "idempotency_key_missing", "The header Idempotency-Key is missing", 400


class KeyMalformed(DomainError):
    """The key cannot be used."""

    code, title, status = "idempotency_key_malformed", "The header Idempotency-Key cannot be used", 400


def idempotency_key(request: Request) -> str:
    """Return the request's key, with or without the quotes of a structured header; raises KeyMissing or KeyMalformed."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key:
        raise KeyMissing("Send a unique Idempotency-Key, such as a UUID, and the same one when you repeat the request.")
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise KeyMalformed(f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters.")
    return key


def body_hash(request: Request) -> bytes:
    """Return the SHA-256 of what is asked: method, path and body."""
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + raw_body(request)).digest()
