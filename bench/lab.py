"""The reservation lab: the same load on every strategy, beside the floor, round by round so that drift hits all alike.

`make lab ARGS="--seconds 5 --clients 16 --rounds 3 --loads hot,flash,uniform"` prints a table and keeps it with a chart in
bench/results/ (lab.md, lab.svg, lab.json). After every run stock and slots are compared with what the takers were told (prove 07 and
19); a server that does not keep what it confirms is refused. docs/lab.md says how to read it.
"""

import argparse
import os
import statistics
import threading
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.inventory.contract import ReceiptDraft, warehouses  # noqa: E402
from apps.inventory.services.desk import record_receipts  # noqa: E402
from apps.inventory.services.handling import OFFERED, set_handling  # noqa: E402
from apps.inventory.services.settling import settle_accepted  # noqa: E402
from apps.masterdata.contract import ProductDraft, ProductFacts, ensure_products, products_by_sku  # noqa: E402
from apps.operations.selectors.prove import prove  # noqa: E402
from bench import lab_floor  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.lab_loads import Load, Taken, Takers  # noqa: E402
from bench.lab_report import Row, save, table  # noqa: E402
from bench.measure import machine, percentile, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_id  # noqa: E402
from ordercash.kernel.sql import fetch  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

LOADS = ("hot", "flash", "uniform")
UNIFORM, SLOTS = 1_000, 32
FLASH_UNITS, FLASH_EACH = 5_000, 3
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
HANDLED = "SELECT DISTINCT product_id FROM inventory_stock WHERE product_id = ANY(%s::uuid[]) AND handling <> %s"
KEEPS = (
    "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting <> 'on'"
)


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


class Settling(threading.Thread):
    """Settles what was accepted at once, each second: more often than the job does, because a run is short."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.compensated = Decimal(0)
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(1):
            self.settle()
        self.settle()
        connection.close()

    def settle(self) -> None:
        """Settle all that was accepted until now."""
        while (settled := settle_accepted(now=clock.now(), limit=2_000)).lines:
            self.compensated += settled.compensated

    def end(self) -> Decimal:
        """Settle the rest, and return how many units had been promised twice."""
        self.over.set()
        self.join()
        return self.compensated


class Found(NamedTuple):
    """One run: what was taken; units promised too much and taken back; how many waited for a lock; deadlocks; the machine's processor."""

    taken: Taken
    oversold: int
    compensated: int
    lock_waits: float
    deadlocks: int
    processor: float


class Lab:
    """The company's products and where they lie; every flash sale sells a product of its own."""

    def __init__(self) -> None:
        if careless := fetch(KEEPS):
            raise SystemExit(f"NOT MEASURED: {careless[0][0]} must be on")
        load_company()
        self.place = next(place for place in warehouses().values() if place.code == "UK-MAIN")
        products = products_by_sku([f"BENCH-{number}" for number in range(1, UNIFORM + 1)])
        self.ids = [product.id for product in products.values()]

    def load(self, name: str, strategy: str, clients: int, seconds: float) -> Load:
        """Prepare a load: its products, handled by the strategy."""
        ids = {"hot": self.ids[:1], "uniform": self.ids}.get(name) or [self._sale()]
        self.handle(ids, strategy)
        return Load(self.place.legal_entity_id, ids, FLASH_EACH if name == "flash" else 1, clients, seconds)

    def handle(self, ids: list[UUID], strategy: str) -> None:
        """Let the products be handled by the strategy that are not yet, and tidy up what the last run left behind."""
        for (product_id,) in fetch(HANDLED, [ids, strategy]):
            set_handling(product_id=product_id, handling=strategy, slots=SLOTS, actor=SYSTEM, now=clock.now())
        for name in ("inventory_stock", "inventory_stockslot"):
            fetch_nothing(f"VACUUM (ANALYZE) {name}")

    def _sale(self) -> UUID:
        """Return a new product of which just so much lies there as a flash sale sells."""
        sku = f"FLASH-{new_id()}"
        (product,) = _ensure([ProductDraft(sku, "Sale")]).values()
        draft = ReceiptDraft(self.place.id, product.id, Decimal(FLASH_UNITS), Decimal(1), clock.now(), sku, "opening")
        record_receipts(receipts=[draft], actor=SYSTEM)
        return product.id

    def measure(self, name: str, strategy: str, takers: Takers, seconds: float) -> Found:
        """Run a load once, and look whether everybody got what he was told."""
        load = self.load(name, strategy, takers.clients, seconds)
        before, waits, busy = fetch(DEADLOCKS)[0][0], Waits(), processor_seconds()
        waits.start()
        settling = Settling()
        settling.start()
        taken = takers.run(load)
        compensated = settling.end()
        lock_waits, deadlocks = waits.mean(), fetch(DEADLOCKS)[0][0] - before
        spent = processor_seconds() - busy
        oversold = max(Decimal(0), taken.reserved - FLASH_UNITS) if name == "flash" else Decimal(0)
        wrong = [row.title for row in prove().equalities if row.code[:2] in ("07", "19") and not row.holds]
        if wrong:
            raise SystemExit(f"NOT MEASURED: {strategy} broke: {wrong[0]}")
        return Found(taken, int(oversold), int(compensated), lock_waits, deadlocks, spent)

    def floors(self, clients: int, seconds: int) -> dict[str, float]:
        """Measure both floors of the hot load once."""
        self.handle(self.ids[:1], "conditional")
        return {
            "floor hot": lab_floor.hot(clients, seconds),
            "floor take": lab_floor.take(self.place.legal_entity_id, self.ids[0], clients, seconds),
        }


@writes
def _ensure(drafts: list[ProductDraft]) -> dict[str, ProductFacts]:
    return ensure_products(drafts)


def fetch_nothing(statement: str) -> None:
    """Run what must stand outside of transactions."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def processor_seconds() -> float:
    """Return how long the processors of this machine were busy since it started, where it says so."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    user, nice, system, _, _, irq, soft = map(int, stat.read_text().split(maxsplit=8)[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def rounds(lab: Lab, name: str, clients: int, given: argparse.Namespace) -> list[Row]:
    """Measure the floors and every strategy in turn, round by round, and return the medians."""
    floors: dict[str, list[float]] = {"floor hot": [], "floor take": []}
    seen: dict[str, list[Found]] = {strategy: [] for strategy in given.strategies.split(",")}
    with Takers(clients) as takers:
        for _ in range(given.rounds):
            for floor_name, rate in lab.floors(clients, max(2, int(given.seconds))).items():
                floors[floor_name].append(rate)
            for strategy, found in seen.items():
                found.append(lab.measure(name, strategy, takers, given.seconds))
                say(f"{name} {strategy}: {found[-1].taken.rate:,.0f}")
    medians = {floor_name: statistics.median(rates) for floor_name, rates in floors.items()}
    for floor_name, rates in floors.items():
        say(f"{floor_name}, {clients} clients: {', '.join(f'{rate:,.0f}' for rate in rates)} a second")
    rows = [Row(name, floor_name, clients, rate) for floor_name, rate in medians.items()] if name == "hot" else []
    return [*rows, *(row_of(name, strategy, clients, found, medians) for strategy, found in seen.items())]


def row_of(name: str, strategy: str, clients: int, found: list[Found], floors: Mapping[str, float]) -> Row:
    """Return a strategy's rounds as one row."""
    takers = [run.taken for run in found]
    rate = statistics.median(taken.rate for taken in takers)
    times = [one for taken in takers for one in taken.milliseconds]
    return Row(
        name,
        strategy,
        clients,
        rate,
        of_hot=rate / floors["floor hot"],
        of_take=rate / floors["floor take"],
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
        oversold=sum(run.oversold for run in found),
        compensated=sum(run.compensated for run in found),
        waiting=int(sum(taken.waiting for taken in takers)),
        lock_waits=statistics.median(run.lock_waits for run in found),
        deadlocks=sum(run.deadlocks for run in found),
        takers_ms=statistics.median(taken.processor * 1000 / len(taken.milliseconds) for taken in takers),
        all_ms=statistics.median(run.processor * 1000 / len(run.taken.milliseconds) for run in found),
    )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--clients", default="16")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--loads", default=",".join(LOADS))
    asked.add_argument("--strategies", default=",".join(OFFERED))
    given = asked.parse_args()
    lab, rows = Lab(), list[Row]()
    lab.floors(4, 3)  # not counted: what was just loaded is still being written
    said = f"{machine()}; {given.rounds} rounds of {given.seconds:g} s, medians; up to four processes of takers, a connection for each"
    say(said)
    for name in given.loads.split(","):
        for count in given.clients.split(","):
            found = rounds(lab, name, int(count), given)
            rows += found
            say(table(found))
    save(rows, said)


if __name__ == "__main__":
    main()
