"""Signatures: HMAC-SHA256 over the moment, the method, the path and the body, compared in constant time."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

HEADER: Final = "X-OrderCash-Signature"
TOLERANCE_SECONDS: Final = 300
SHORTEST_SECRET: Final = 16

_WRITTEN = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign(secret: str, moment: datetime, method: str, path: str, body: bytes) -> str:
    """Return the value of the header: the moment in Unix seconds and the signature in hexadecimal digits."""
    seconds = int(moment.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, method, path, body)}"


def is_signed(secrets: Sequence[str], header: str, method: str, path: str, body: bytes, *, now: datetime) -> bool:
    """Say whether one of the secrets signed this request, at most five minutes from now.

    Several secrets are valid while one takes the place of another. Every one is tried, so that the time taken tells nothing.
    """
    written = _WRITTEN.fullmatch(header)
    if written is None or abs(now.timestamp() - int(written[1])) > TOLERANCE_SECONDS:
        return False
    digests = [_digest(secret, int(written[1]), method, path, body) for secret in secrets]
    return sum(hmac.compare_digest(digest, written[2]) for digest in digests) > 0


def _digest(secret: str, seconds: int, method: str, path: str, body: bytes) -> str:
    signed = f"{seconds}.{method}.{path}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
