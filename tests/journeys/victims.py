"""A process that is made to be killed: `python -m tests.journeys.victims`.

It loads the site once. Every line on its input is a JSON order, `{"run": ["import_orders", …], "kill_after": 0.3}`: a fork carries
the command out and is killed with SIGKILL after so many seconds, or, when none are given, at the next line. The answer on the output
is the fork's exit status, negative for a signal. `["serve"]` answers HTTP on the address that is told in the first line of the output.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from io import StringIO
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

import django
from django.core.management import call_command

LOOK_SECONDS = 0.005


class _Server(ThreadingMixIn, WSGIServer):
    """One thread per request, on a socket that outlives this process."""

    daemon_threads = True

    def server_bind(self) -> None:
        """Keep what the name of the host would be looked up for."""
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    """Says nothing about the requests it answers."""

    def log_message(self, *args: Any) -> None:
        """Keep nothing."""


ServerHandler.http_version = "1.0"


def serve(listening: socket.socket) -> None:
    """Answer requests until the process is killed."""
    from ordercash.wsgi import application  # noqa: PLC0415 - only forks that serve need it

    server = _Server(listening.getsockname(), _Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_bind()
    server.set_app(application)
    server.serve_forever(poll_interval=1)


def carry_out(command: list[str], listening: socket.socket) -> None:
    """Run one command in a fork; never returns."""
    status = 1
    try:
        if command == ["serve"]:
            serve(listening)
        else:
            call_command(*command, stdout=StringIO())
            status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def watch(pid: int, kill_after: float | None) -> int:
    """Kill the fork when its time has come, and return how it ended."""
    deadline = None if kill_after is None else time.monotonic() + kill_after
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        late = deadline is not None and time.monotonic() >= deadline
        if late or (deadline is None and select.select([sys.stdin], [], [], 0)[0]):
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 3600
        time.sleep(LOOK_SECONDS)


def say(number: int) -> None:
    """Answer with one number on a line."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    django.setup()
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    say(listening.getsockname()[1])
    for line in iter(sys.stdin.readline, ""):
        wanted = json.loads(line)
        pid = os.fork()
        if not pid:
            carry_out(wanted["run"], listening)
        say(watch(pid, wanted["kill_after"]))


if __name__ == "__main__":
    main()
