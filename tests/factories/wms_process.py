"""The reference warehouse system as a process of its own with storage of its own, over loopback HTTP."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import urllib3
from django.conf import settings

from examples.reference_wms.signing import HEADER, sign

SECRET = "only-between-two-processes"


class Process:
    """The reference warehouse system, running."""

    def __init__(self, store: Path) -> None:
        self.store, self.process, self.address = store, None, ""

    def start(self, callback: str, **faults: Any) -> None:
        """Start it on what it keeps, with these faults; it finds a port of its own."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "examples.reference_wms", "--port", "0", "--store", str(self.store), "--faults",
             "--seed", "3", "--callback", callback, "--begin", orjson.dumps(faults).decode()],
            cwd=settings.BASE_DIR, env={**os.environ, "REFERENCE_WMS_SECRET": SECRET}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.address = self.process.stdout.readline().split()[-1]

    def ask(self, method: str, path: str, given: Any = None) -> Any:
        """Ask it something, signed; asserts that it answers."""
        body = orjson.dumps(given) if given is not None else b""
        headers = {HEADER: sign(SECRET, int(time.time()), method, path, body)}
        reply = urllib3.request(method, self.address + path, body=body, headers=headers, timeout=10)
        assert reply.status == 200, reply.data
        return reply.json()

    def floor(self, verb: str, **given: Any) -> Any:
        """Let something happen in the warehouse."""
        return self.ask("POST", f"/floor/{verb}", given)["answer"]

    def stop(self) -> None:
        """Kill it: it forgets nothing but what it was about to do."""
        if self.process:
            self.process.kill()
            self.process.wait(10)
