"""Valkey on this machine: broker and cache. It holds nothing of record; a snapshot spares a warm-up."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ordercash.embedded.account import Account
from ordercash.embedded.binaries import Binaries
from ordercash.embedded.children import StopRequest, end_child, start_child
from ordercash.embedded.home import Home, log_tail, open_log
from ordercash.embedded.refusal import Refusal

START_SECONDS = 30.0
STOP_STEPS = [(signal.SIGTERM, 10.0)]


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server and how it is run."""

    home: Home
    account: Account
    binaries: Binaries
    socket_folder: Path

    @property
    def socket(self) -> Path:
        return self.socket_folder / "valkey.sock"

    @property
    def cache_url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=1"

    def options(self) -> list[str]:
        """Memory is bounded, and only what has an expiry (the cache, never a queue) is given up for it."""
        return [
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--save", "300 1", "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"),
        ]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in its folder; `wait_ready` says when it can be used."""
        self.home.valkey.mkdir(mode=0o700, exist_ok=True)
        self.account.take(self.home.valkey)
        log = open_log(self.home, "valkey")
        try:
            program: list[str | Path] = [self.binaries.valkey_server, *self.options()]
            return start_child(program, account=self.account, cwd=self.home.valkey, stdout=log, stderr=log)
        finally:
            os.close(log)

    def wait_ready(self, server: subprocess.Popen[bytes], stop: StopRequest) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            stop.check()
            if server.poll() is not None or time.monotonic() > deadline:
                raise Refusal(
                    f'Valkey did not start; if "{self.home.valkey}" is damaged, delete it (it holds nothing of '
                    f'record). The end of "{self.home.log("valkey")}" says:\n{log_tail(self.home, "valkey")}'
                )
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2.0)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False

    def end(self, server: subprocess.Popen[bytes]) -> None:
        end_child(server, STOP_STEPS)
