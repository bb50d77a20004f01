"""The reservation lab: the same load on every strong strategy, beside the floor's `hot`, round by round so that drift hits all alike.

`make lab ARGS="--seconds 5 --clients 16 --rounds 3 --loads hot,flash,uniform"` prints a table and keeps it with a chart in
bench/results/lab.md and lab.svg. After every run stock and slots are compared with what the takers were told.
"""

import argparse
import os
import statistics
import threading
from decimal import Decimal
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.inventory.contract import ReceiptDraft, warehouses  # noqa: E402
from apps.inventory.services.desk import record_receipts  # noqa: E402
from apps.inventory.services.handling import set_handling  # noqa: E402
from apps.masterdata.contract import ProductDraft, ProductFacts, ensure_products, products_by_sku  # noqa: E402
from apps.operations.selectors.prove import prove  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.lab_loads import Load, Taken, run  # noqa: E402
from bench.lab_report import Row, save, table  # noqa: E402
from bench.measure import floor, machine, percentile, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_id  # noqa: E402
from ordercash.kernel.sql import fetch  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

STRATEGIES = ("conditional", "row_lock", "slots")
UNIFORM = 1_000
FLASH_UNITS, FLASH_EACH = 5_000, 3
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


class Waits(threading.Thread):
    """Looks twenty times a second how many takers wait for a lock."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[int] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.seen.append(int(fetch(WAITS)[0][0]))
        connection.close()

    def mean(self) -> float:
        """End, and return how many waited on average while anybody did anything."""
        self.over.set()
        self.join()
        return statistics.mean(self.seen or [0])


class Lab:
    """The company's products and where they lie; every flash sale sells a product of its own."""

    def __init__(self) -> None:
        load_company()
        self.place = next(place for place in warehouses().values() if place.code == "UK-MAIN")
        products = products_by_sku([f"BENCH-{number}" for number in range(1, UNIFORM + 1)])
        self.ids = [product.id for product in products.values()]

    def load(self, name: str, strategy: str, clients: int, seconds: float) -> Load:
        """Prepare a load: its products, handled by the strategy."""
        ids = {"hot": self.ids[:1], "uniform": self.ids}.get(name) or [self._sale()]
        for product_id in ids:
            set_handling(product_id=product_id, handling=strategy, slots=32, actor=SYSTEM, now=clock.now())
        return Load(self.place.legal_entity_id, ids, FLASH_EACH if name == "flash" else 1, clients, seconds)

    def _sale(self) -> UUID:
        """Return a new product of which just so much lies there as a flash sale sells."""
        sku = f"FLASH-{new_id()}"
        (product,) = _ensure([ProductDraft(sku, "Sale")]).values()
        draft = ReceiptDraft(self.place.id, product.id, Decimal(FLASH_UNITS), Decimal(1), clock.now(), sku, "opening")
        record_receipts(receipts=[draft], actor=SYSTEM)
        return product.id

    def measure(self, name: str, strategy: str, clients: int, seconds: float) -> tuple[Taken, int, float, int]:
        """Run a load once; return what was taken, what was sold twice, how many waited for a lock on average, and the deadlocks."""
        load = self.load(name, strategy, clients, seconds)
        before, waits = fetch(DEADLOCKS)[0][0], Waits()
        waits.start()
        taken = run(load)
        waiting, deadlocks = waits.mean(), fetch(DEADLOCKS)[0][0] - before
        oversold = max(Decimal(0), taken.reserved - FLASH_UNITS) if name == "flash" else Decimal(0)
        wrong = [row.title for row in prove().equalities if row.code[:2] in ("07", "19") and not row.holds]
        if wrong:
            raise SystemExit(f"NOT MEASURED: {strategy} broke: {wrong[0]}")
        return taken, int(oversold), waiting, deadlocks


@writes
def _ensure(drafts: list[ProductDraft]) -> dict[str, ProductFacts]:
    return ensure_products(drafts)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--clients", default="16")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--loads", default="hot,flash,uniform")
    given = asked.parse_args()
    lab, rows = Lab(), list[Row]()
    clients = [int(number) for number in given.clients.split(",")]
    said = [
        f"{machine()}; {given.rounds} rounds of {given.seconds:g} s, medians; four processes of takers, a thread and a connection each"
    ]
    say(said[0])
    for name in given.loads.split(","):
        for count in clients:
            found = rounds(lab, name, count, given)
            rows += found
            say(table(found))
    save(rows, said)


def rounds(lab: Lab, name: str, clients: int, given: argparse.Namespace) -> list[Row]:
    """Measure every strategy and the floor's `hot` in turn, round by round, and return the medians."""
    hot, seen = list[float](), {strategy: list[tuple[Taken, int, float, int]]() for strategy in STRATEGIES}
    for _ in range(given.rounds):
        hot.append(floor("hot", clients=clients, seconds=max(2, int(given.seconds)), runs=1))
        for strategy in STRATEGIES:
            seen[strategy].append(lab.measure(name, strategy, clients, given.seconds))
    reference = statistics.median(hot)
    say(
        f"floor hot, {clients} clients: {reference:,.0f} transactions a second ({', '.join(f'{rate:,.0f}' for rate in hot)})"
    )
    rows = [Row("floor hot", "pgbench", clients, reference, 1, 0, 0, 0, 0, 0, 0)] if name == "hot" else []
    return [*rows, *(_row(name, strategy, clients, runs, reference) for strategy, runs in seen.items())]


def _row(name: str, strategy: str, clients: int, runs: list[tuple[Taken, int, float, int]], hot: float) -> Row:
    rate = statistics.median(taken.rate for taken, *_ in runs)
    times = [one for taken, *_ in runs for one in taken.milliseconds]
    return Row(
        name, strategy, clients, rate, rate / hot, percentile(times, 0.5), percentile(times, 0.99), sum(run[1] for run in runs),
        int(sum(run[0].waiting for run in runs)), statistics.median(run[2] for run in runs), sum(run[3] for run in runs),
    )  # fmt: skip


if __name__ == "__main__":
    main()
