"""POST /api/v1/orders over HTTP at 8 and 32 connections, gathered and not, beside the floor's intake on the same server."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from apps.masterdata.models import User  # noqa: E402
from apps.masterdata.services.keys import create_api_key  # noqa: E402
from apps.orders.models import Order  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.measure import floor, machine, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402

SCRIPT = Path(__file__).with_name("orders.lua")
SECONDS, RUNS = 10, 3


def api_key() -> str:
    """Return the token of a program that may place orders."""
    user = User.objects.create_user(username="bench.program")
    user.groups.add(Group.objects.get(name="integration_engineer"))
    now = clock.now()
    made = create_api_key(
        username=user.username, name="bench", expires_at=now + timedelta(days=1), scopes=(), actor=SYSTEM, now=now
    )
    return made.secret


def serve(*, gather: bool) -> tuple[subprocess.Popen[bytes], int]:
    """Start granian as the Procfile does and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "ordercash.serve", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *(
                "--workers",
                "2",
                "--blocking-threads",
                "16",
                "--no-access-log",
                "--log-level",
                "error",
                "ordercash.wsgi:application",
            ),
        ],
        env={**os.environ, "ORDERCASH_GATHER_ORDERS": "true" if gather else "false"},
    )
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            return server, port
        except OSError:
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("the server did not answer")


def load(port: int, connections: int, token: str) -> tuple[float, str]:
    """Return the orders a second that were kept, and wrk's latencies."""
    before, started = Order.objects.count(), time.perf_counter()
    done = subprocess.run(
        [
            "wrk",
            "-t2",
            f"-c{connections}",
            f"-d{SECONDS}s",
            "--latency",
            "-s",
            str(SCRIPT),
            f"http://127.0.0.1:{port}",
            "--",
            token,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - started
    refused = done.stderr.strip().splitlines()
    if refused:
        say(f"  {len(refused)} answers were not 201, e.g. {refused[0]}")
    latencies = ", ".join(f"p{share} {value}" for share, value in re.findall(r"(50|99)%\s+(\S+)", done.stdout))
    return (Order.objects.count() - before) / seconds, latencies


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed to make the load: apt-get install wrk")
    load_company()
    token = api_key()
    say(
        f"machine: {machine()}; POST /api/v1/orders, 3 lines, {SECONDS} s a run, median of {RUNS} runs; 2 workers x 16 threads"
    )
    reference = floor("intake")
    say(f"floor intake, 8 clients: {reference:,.0f} orders/s")
    for gather in (False, True):
        server, port = serve(gather=gather)
        try:
            load(port, 8, token)
            for connections in (8, 32):
                runs = [load(port, connections, token) for _ in range(RUNS)]
                rate = statistics.median(rate for rate, _ in runs)
                how = "gathered" if gather else "one by one"
                say(
                    f"{how:10} {connections:3} connections: {rate:6,.0f} orders/s, ratio to the floor {rate / reference:.2f}; {runs[-1][1]}"
                )
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
