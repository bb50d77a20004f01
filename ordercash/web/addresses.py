"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's address: what the outermost trusted proxy saw, the connection's own without one.

    Every proxy appends the address that it saw to X-Forwarded-For, so only the last entries, one per trusted proxy, can be
    believed; what stands before them is whatever the caller claimed. A list that is too short did not pass the proxies.
    """
    own = str(request.META.get("REMOTE_ADDR", ""))
    trusted: int = settings.ORDERCASH_TRUSTED_PROXIES
    passed = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    if not trusted or len(passed) < trusted:
        return own
    return _address(passed[-trusted]) or own


def _address(text: str) -> str:
    """Return an address in its one spelling, "" for what is none; an IPv4 address may come with a port."""
    host = text.rpartition(":")[0] if text.count(":") == 1 else text.strip("[]")
    try:
        return str(ip_address(host))
    except ValueError:
        return ""
