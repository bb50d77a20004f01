"""The one TCP port that OrderCash opens."""

import socket
import time
from collections.abc import Mapping

from ordercash.embedded.refusal import Refusal

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8000


def wanted_port(env: Mapping[str, str]) -> int:
    """PORT from the environment, or 8000."""
    word = env.get("PORT") or str(DEFAULT_PORT)
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= 65535):
        raise Refusal(f"PORT must be a whole number from 1 to 65535, not {word!r}: start it with, say, PORT=8001.")
    return int(word)


def check_port(port: int, *, host: str = LOOPBACK, patience_seconds: float = 0.0) -> None:
    """Refuse a port that another program holds; wait a little where the last run may still be ending."""
    deadline = time.monotonic() + patience_seconds
    while (problem := _problem(host, port)) is not None:
        if time.monotonic() >= deadline:
            raise Refusal(problem)
        time.sleep(0.2)


def _problem(host: str, port: int) -> str | None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"Port {port} is reserved for root: choose one above 1023, for example PORT=8001."
        except OSError as error:
            return (
                f"Port {port} on {host} cannot be used ({error.strerror}): stop the program that holds it, "
                f"or choose another port, for example PORT={port + 1 if port < 65535 else DEFAULT_PORT}."
            )
    return None


def answers(port: int, *, host: str = LOOPBACK) -> bool:
    """Whether a web server on the port gives an answer, whatever it says."""
    target = f"[{host}]" if ":" in host else host
    request = f"GET /healthz HTTP/1.1\r\nHost: {target}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, port), timeout=2.0) as connection:
            connection.sendall(request.encode())
            return connection.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False
