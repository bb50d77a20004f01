"""The way over HTTP: signed, with a declared time-out, without redirects, to the address that was looked at and no other."""

import socket
from collections.abc import Callable
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import urllib3
from django.conf import settings

from apps.integrations.decisions.wms.addresses import address_fault, is_named, is_public, port_of
from apps.integrations.decisions.wms.sending import Reply
from apps.integrations.decisions.wms.signing import HEADER, sign
from apps.integrations.ports import Transport
from apps.integrations.selectors.connections import Connection, connection_of

MOST_BYTES: Final = 2_000_000


class Unreachable(Exception):
    """The address cannot be called, and why."""


def over_http(clock: Callable[[], datetime]) -> Transport:
    """Return the way over HTTP; the clock dates the signatures."""
    return partial(_send, clock)


def _send(clock: Callable[[], datetime], connection_id: UUID, method: str, path: str, body: bytes) -> Reply:
    connection = connection_of(connection_id)
    if connection is None or not connection.secrets:
        return Reply(None, error="The environment names no secret for this connection.")
    try:
        return _ask(connection, clock(), method, path, body)
    except Unreachable as error:
        return Reply(None, error=str(error))
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        return Reply(None, error=f"{type(error).__name__}: {error}"[:300])


def _ask(connection: Connection, now: datetime, method: str, path: str, body: bytes) -> Reply:
    parts = urlsplit(connection.base_url)
    fault = address_fault(connection.base_url, settings.ORDERCASH_WMS_HOSTS)
    if fault:
        raise Unreachable(fault)
    target = parts.path.rstrip("/") + path
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Accept": "application/json",
        HEADER: sign(connection.secrets[0], now, method, target, body),
    }
    seconds = connection.timeout_ms / 1000
    with _pool(parts, seconds) as pool:
        reply = pool.request(
            method, target, body=body, headers=headers, redirect=False, retries=False, preload_content=False
        )
        try:
            return Reply(reply.status, reply.read(MOST_BYTES, decode_content=False))
        finally:
            reply.close()


def _pool(parts: SplitResult, seconds: float) -> urllib3.HTTPConnectionPool:
    """Return a connection to the very address that was looked at, so that a name cannot mean another one a moment later."""
    host, port, timeout = parts.hostname or "", port_of(parts), urllib3.Timeout(total=seconds)
    address = _looked_up(host, port, allowed=is_named(parts, settings.ORDERCASH_WMS_HOSTS))
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=timeout, maxsize=1, server_hostname=host, assert_hostname=host, cert_reqs="REQUIRED"
    )


def _looked_up(host: str, port: int, *, allowed: bool) -> str:
    """Return the address that a host has now; raises Unreachable for one that is not public, unless the installation names the host."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allowed and not all(is_public(ip_address(address.partition("%")[0])) for address in found):
        raise Unreachable("The host resolves to a private address, and the installation does not name it.")
    return found[0]
