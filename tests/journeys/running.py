"""Real processes of the site on the test's database: a web server as the Procfile starts it, and processes made to be killed."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import orjson
from django.conf import settings
from django.db import connection

FULL = os.environ.get("ORDERCASH_FULL") == "1"
START_SECONDS = 60.0


def environment(**values: str) -> dict[str, str]:
    """Return an environment whose processes work on the database of this test."""
    known = connection.settings_dict
    address = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@"
    place = f"?host={quote(known['HOST'])}" if known["HOST"].startswith("/") else ""
    host = "" if place else known["HOST"]
    port = f":{known['PORT']}" if known["PORT"] else ""
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{address}{host}{port}/{quote(known['NAME'])}{place}",
        "DJANGO_SETTINGS_MODULE": "ordercash.settings",
        "ORDERCASH_SECRET_KEY": settings.SECRET_KEY,
        "PYTHONWARNINGS": "ignore",
        **values,
    }


class Victims:
    """The process that forks what is killed; see tests/journeys/victims.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.victims"],
            cwd=settings.BASE_DIR,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._answer())

    def run(self, *command: str, kill_after: float | None = None) -> int:
        """Carry a command out and return its exit status, -9 when it was killed first."""
        self.start(*command, kill_after=3600 if kill_after is None else kill_after)
        return self.ended()

    def start(self, *command: str, kill_after: float | None = None) -> None:
        """Start a command; without `kill_after` it is killed when the next one starts."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"run": command, "kill_after": kill_after}) + "\n")
        self._process.stdin.flush()

    def ended(self) -> int:
        """Wait for the end of what was started."""
        return int(self._answer())

    def close(self) -> None:
        """End the process and the fork that it waits for."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process ended by itself"
        return line


@contextmanager
def web_server(**values: str) -> Iterator[int]:
    """Serve the site with granian, two workers of sixteen threads, and yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "ordercash.serve", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "16", "--no-access-log", "--log-level", "error"),
            "ordercash.wsgi:application",
        ],
        cwd=settings.BASE_DIR,
        env=environment(**values),
    )
    try:
        _wait_for(lambda: ask(port, "GET", "/healthz")[0] == 200)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if ready():
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


def ask(port: int, method: str, path: str, body: Any = None, *, secret: str = "", key: str = "") -> tuple[int, bytes]:
    """Send one request on a connection of its own; raises OSError or HTTPException when the server goes away."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"} if secret else {}
    try:
        wire.request(
            method,
            path,
            None if body is None else orjson.dumps(body, default=str),
            headers | {"Idempotency-Key": key or str(uuid4())},
        )
        answer = wire.getresponse()
        return answer.status, answer.read()
    finally:
        wire.close()


def insist(port: int, method: str, path: str, body: Any = None, *, secret: str, key: str = "") -> Any:
    """Send a request again and again under one key, as a careful program does, until it is answered for good."""
    key = key or str(uuid4())
    for _ in range(200):
        try:
            status, said = ask(port, method, path, body, secret=secret, key=key)
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
            continue
        if status == 409 and b"in_flight" in said:
            time.sleep(0.05)
            continue
        assert status in (200, 201), (status, said)
        return orjson.loads(said)
    raise AssertionError(f"{method} {path} was never answered")


def together(count: int, work: Callable[[int], Any], *, threads: int | None = None) -> list[Any]:
    """Do numbered pieces of work in threads, each thread with its own connection, and return what they gave."""

    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads or count) as pool:
        return list(pool.map(one, range(count)))
