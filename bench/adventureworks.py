"""A bicycle maker's Internet sales priced from its dimensions, through the door that orders use: sums beside the file's, lines a second."""

import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from apps.pricing.contract import price_carts  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from tests.factories.adventureworks import orders  # noqa: E402
from tests.factories.adventureworks_masters import World, cart_of, load  # noqa: E402
from tests.factories.adventureworks_report import BATCH, compare  # noqa: E402
from tests.integrations.real_data import FOLDER  # noqa: E402

RUNS = 3


def priced(world: World) -> float:
    """Price everything in batches, texts of the decisions included; returns the seconds."""
    carts = [cart_of(world, lines) for lines in orders()]
    started = time.perf_counter()
    for start in range(0, len(carts), BATCH):
        for decided in price_carts(carts[start : start + BATCH]):
            assert decided.texts
    return time.perf_counter() - started


def main() -> None:
    if not (FOLDER / "adventureworks").exists():
        raise SystemExit(
            f"NOT MEASURED: {FOLDER / 'adventureworks'} is not there; name its folder with ORDERCASH_REAL_DATA."
        )
    say(f"machine: {machine()}; batches of {BATCH} orders, median of {RUNS} runs")
    chosen = orders()
    world = load(chosen)
    report = compare(world, chosen)
    say(report.table())
    say(f"statements about prices in each batch: {', '.join(map(str, sorted(report.statements)))}")
    seconds = [priced(world) for _ in range(RUNS)]
    median = statistics.median(seconds)
    runs = ", ".join(f"{each:.1f}" for each in seconds)
    say(f"read, decided and written as texts: {report.lines / median:,.0f} lines/s (runs: {runs} s)")
    if report.unequal:
        raise SystemExit(f"{len(report.unequal)} figures differ from the file, among them {report.unequal[:5]}")


if __name__ == "__main__":
    main()
