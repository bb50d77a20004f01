"""A draft tried on 100,000 logged price decisions of three lines, as orders make them, and their replay to the byte."""

import os
import random
import statistics
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from apps.masterdata.contract import entities_by_code, products_by_sku  # noqa: E402
from apps.masterdata.models import Customer  # noqa: E402
from apps.pricing.contract import RULES_KIND, CartRequest, LineRequest, price_carts  # noqa: E402
from apps.rulebooks.contract import DecisionDraft, record_decisions  # noqa: E402
from apps.rulebooks.services import back_tests, versions  # noqa: E402
from bench.company import COUNT, load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from bench.price_books import realistic  # noqa: E402
from bench.prices import put_in_force  # noqa: E402
from ordercash.kernel import clock, sql  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_ids  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

RUNS, BATCH, LINES = 3, 1_000, 3
DECISIONS = int(os.environ.get("BENCH_DECISIONS", "100000"))
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def fill() -> None:
    """Log the price decisions of orders of three lines by a realistic book; every tenth line has a price agreed."""
    put_in_force(realistic())
    chance, masters = random.Random(4), Masters()
    for _ in range(DECISIONS // BATCH):
        log([masters.cart(chance) for _ in range(BATCH)])
    sql.run("ANALYZE rulebooks_decision")


class Masters:
    """Who buys what."""

    def __init__(self) -> None:
        self.entity_id = entities_by_code()["UK01"].id
        self.products = list(products_by_sku([f"BENCH-{number}" for number in range(1, COUNT + 1)]).values())
        self.customers = list(Customer.objects.filter(code__startswith="B").values_list("id", "code", "group_id"))

    def cart(self, chance: random.Random) -> CartRequest:
        """Return the order of a customer: three products."""
        id, code, group_id = chance.choice(self.customers)
        lines = [
            LineRequest(
                product, product.sku, Decimal(chance.randint(1, 12)),
                agreed=Decimal(chance.randint(500, 3000)) / 100 if chance.random() < 0.1 else None,
            )
            for product in chance.sample(self.products, LINES)
        ]  # fmt: skip
        return CartRequest(
            at=clock.now(), currency="GBP", legal_entity_id=self.entity_id, lines=lines, customer_id=id, customer=code,
            customer_group_id=group_id, channel="web", country="GB", postal_code="LS1 1AA",
        )  # fmt: skip


@writes
def log(carts: list[CartRequest]) -> None:
    """Decide the prices of orders and log what was decided, as their placing does."""
    decided = price_carts(carts)
    record_decisions(
        [
            DecisionDraft(RULES_KIND, "order", id, each.version_sha256, *each.texts, cart.at)
            for id, cart, each in zip(new_ids(len(carts)), carts, decided, strict=True)
        ]
    )


def few_change(document: dict[str, Any]) -> dict[str, Any]:
    """Return the book with one of its eighteen line discounts raised."""
    document["discounts"][1]["give"] = {"percent": "9"}
    return document


def every_changes(document: dict[str, Any]) -> dict[str, Any]:
    """Return the book with another charge for everybody."""
    document["charges"][0]["give"] = {"amount": {"GBP": "1.23"}}
    return document


def tried(changed: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[int], float]:
    """Return what back-tests a draft on everything that was logged."""

    def run(_: int) -> float:
        now, document = clock.now() + timedelta(seconds=1), changed(deepcopy(realistic()))
        version = versions.save_draft(kind=RULES_KIND, name="Pricing rules", document=document, actor=SYSTEM, now=now)
        asked = back_tests.request_back_test(
            version_id=version.pk, since_at=SINCE, in_background=False, actor=SYSTEM, now=now
        )
        started = time.perf_counter()
        found = back_tests.carry_on(asked.pk, tell=lambda seen, total: None, now=clock.now)
        seconds = time.perf_counter() - started
        if (found.state, found.seen) != ("done", logged()):
            raise SystemExit(f"NOT MEASURED: {found.state}, {found.seen} of {logged()} decisions seen")
        say(f"  {found.changed:,} change; {seconds:.1f} s; load {load()}")
        return seconds

    return run


def logged() -> int:
    """Count the decisions in the log: those of this measurement, and the few of the demo's story."""
    return int(sql.fetch("SELECT count(*) FROM rulebooks_decision WHERE kind = %s", [RULES_KIND])[0][0])


def replayed(workers: int) -> Callable[[int], float]:
    """Return what replays everything in so many processes."""

    def run(_: int) -> float:
        started, told = time.perf_counter(), StringIO()
        call_command("replay", "--kind", RULES_KIND, "--since", "2020-01-01", "--workers", str(workers), stdout=told)
        say(f"  {told.getvalue().strip()}; load {load()}")
        return time.perf_counter() - started

    return run


def load() -> str:
    """Say what else the machine is doing: processes that want to run, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def told(name: str, work: Callable[[int], float]) -> None:
    """Measure and say the median."""
    seconds = [work(number) for number in range(RUNS)]
    median = statistics.median(seconds)
    runs = ", ".join(f"{each:.1f}" for each in seconds)
    say(f"{name}: {median:.1f} s, {DECISIONS / median:,.0f} decisions/s (runs: {runs})")


def main() -> None:
    load_company()
    fill()
    size = sql.fetch("SELECT avg(length(facts) + length(outcome) + length(trace))::int FROM rulebooks_decision")[0][0]
    say(f"machine: {machine()}; {DECISIONS:,} decisions of {LINES} lines, {size:,} letters each, median of {RUNS} runs")
    told("back-test, a discount changes", tried(few_change))
    told("back-test, every order changes", tried(every_changes))
    told("replay, one process", replayed(1))
    told("replay, two processes", replayed(2))


if __name__ == "__main__":
    main()
