"""Where a warehouse system may be: a public host over https; anything else only where the installation names it.

Whoever may enter an address could otherwise make this server ask things inside its own network. The host is looked at when the
address is entered, and what it resolves to is looked at whenever it is called.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 200


def address_fault(base_url: str, allowed_hosts: Collection[str]) -> str | None:
    """Return why an address cannot be taken, None for a good one.

    `allowed_hosts` are those that the installation names, as "host" or "host:port": they may be private and speak plain http.
    """
    parts = _parts(base_url)
    if parts is None:
        return "Write an address such as https://wms.example/api, without user, query or fragment."
    if is_named(parts, allowed_hosts):
        return None
    if parts.scheme != "https":
        return "Only https is spoken with hosts that the installation does not name (ORDERCASH_WMS_HOSTS)."
    literal = _literal(parts.hostname or "")
    if literal is not None and not is_public(literal):
        return "A private address has to be named by the installation (ORDERCASH_WMS_HOSTS)."
    return None


def is_named(parts: SplitResult, allowed_hosts: Collection[str]) -> bool:
    """Say whether the installation names this host."""
    host = (parts.hostname or "").lower()
    return host in allowed_hosts or f"{host}:{port_of(parts)}" in allowed_hosts


def port_of(parts: SplitResult) -> int:
    """Return the port of an address."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an IP address belongs to the public Internet: not this machine, not its network, not a cloud's metadata."""
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast


def _parts(base_url: str) -> SplitResult | None:
    try:
        parts = urlsplit(base_url)
        port_of(parts)
    except ValueError:
        return None
    odd = parts.username is not None or parts.password is not None or parts.query or parts.fragment or "\\" in base_url
    if odd or parts.scheme not in ("http", "https") or not parts.hostname or len(base_url) > LONGEST:
        return None
    return parts if base_url.isascii() and base_url.isprintable() and " " not in base_url else None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
