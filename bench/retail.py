"""Online Retail from the file to invoiced, posted and paid: lines per second, memory, statements, and the proof afterwards."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench.measure import machine, say  # noqa: E402

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("ORDERCASH_REAL_DATA", ROOT.parent / "shared" / "data"))
FILE = DATA / "online_retail" / "online_retail.csv.gz"
MAPPING = ROOT / "examples" / "mappings" / "online_retail.yaml"


class Counter:
    """Counts statements."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.seen += 1
        return execute(sql, params, many, context)


def timed(name: str, *arguments: object, **options: object) -> float:
    """Run a command, say how long it took and how many statements, and return the seconds."""
    counter = Counter()
    started = time.perf_counter()
    with connection.execute_wrapper(counter):
        call_command(name, *arguments, **options)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"-- {name}: {seconds:.1f} s, {counter.seen:,} statements, peak memory so far {peak} MB")
    return seconds


def main() -> None:
    if not FILE.is_file():
        raise SystemExit(f"NOT MEASURED: {FILE} is absent; name the folder of the real data with ORDERCASH_REAL_DATA.")
    say(f"machine: {machine()}")
    call_command("load_demo", verbosity=0)
    timed("load_stock_plan", str(FILE), mapping=MAPPING)
    seconds = timed("import_orders", str(FILE), mapping=MAPPING)
    seconds += timed("run_day", until_idle=True, collect=True)
    say(f"from file to invoiced, posted and paid: {541_909 / seconds:,.0f} lines/s in all")
    subprocess.run([sys.executable, "manage.py", "prove"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
