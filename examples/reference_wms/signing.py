"""Signatures of the protocol: HMAC-SHA256 over the moment, the method, the path and the body."""

import hashlib
import hmac

HEADER = "X-OrderCash-Signature"
TOLERANCE_SECONDS = 300


def sign(secret: str, moment: int, method: str, path: str, body: bytes) -> str:
    """Return the header's value."""
    text = f"{moment}.{method}.{path}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"


def is_signed(secret: str, header: str, method: str, path: str, body: bytes, *, now: float) -> bool:
    """Say whether the header is right and not older or younger than the tolerance; compared in constant time."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    moment = parts.get("t", "")
    if not (moment.isascii() and moment.isdigit()) or abs(now - int(moment)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(secret, int(moment), method, path, body).encode(), header.encode())
