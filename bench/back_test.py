"""A draft tried on 100,000 logged price decisions of three lines, and their replay to the byte."""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from apps.masterdata.contract import entities_by_code  # noqa: E402
from apps.pricing.contract import PriceRequest, price_lines  # noqa: E402
from apps.rulebooks.contract import DecisionDraft, record_decisions, rulebook_in_force  # noqa: E402
from apps.rulebooks.services import back_tests, versions  # noqa: E402
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel import clock, sql  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_ids  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

KIND, RUNS, BATCH = "pricing.access", 3, 1_000
DECISIONS = int(os.environ.get("BENCH_DECISIONS", "100000"))
SEQUENCE = {
    "accesses": [
        {"name": "agreed", "source": "agreed_price"},
        {"name": "group_list", "source": "price_list", "customer_group": "own"},
        {"name": "base_list", "source": "price_list", "customer_group": "none"},
    ]
}
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def fill() -> None:
    """Log the price decisions of orders of three lines; every tenth order has a price agreed."""
    install_rulebooks(files=[RulebookFile(KIND, "Price access sequence", SEQUENCE)], now=clock.now())
    entity = entities_by_code()["UK01"].id
    products = [id for (id,) in sql.fetch("SELECT id FROM masterdata_product WHERE sku LIKE 'BENCH-%%'")]
    chance = random.Random(4)
    for _ in range(DECISIONS // BATCH):
        log([[request(entity, products, chance, place % 10 == 0) for _ in range(3)] for place in range(BATCH)])
    with_statistics()


def request(entity: UUID, products: list[UUID], chance: random.Random, agreed: bool) -> PriceRequest:
    """Return a line to be priced."""
    price = Decimal(chance.randint(500, 3000)) / 100 if agreed else None
    return PriceRequest(
        None, entity, "GBP", chance.choice(products), Decimal(chance.randint(1, 30)), clock.now(), price
    )


@writes
def log(orders: list[list[PriceRequest]]) -> None:
    """Price orders and log what was decided."""
    now = clock.now()
    priced = price_lines([line for lines in orders for line in lines])
    ids = new_ids(len(orders))
    drafts = []
    for place, id in enumerate(ids):
        texts = priced.decision(range(place * 3, place * 3 + 3))
        drafts.append(DecisionDraft(KIND, "order", id, priced.version_sha256, *texts, now))
    record_decisions(drafts)


def with_statistics() -> None:
    """Let PostgreSQL look at the log."""
    sql.run("ANALYZE rulebooks_decision")


def tried(renamed: str) -> Callable[[int], float]:
    """Return what back-tests a draft that takes no agreed prices any more, so that every tenth order changes.

    When the accesses are renamed besides, every outcome changes.
    """

    def run(_: int) -> float:
        document = rulebook_in_force(KIND, at=clock.now()).document.model_dump(mode="json", exclude_none=True)
        document["accesses"] = [
            access | {"name": access["name"][:20] + renamed}
            for access in document["accesses"]
            if access["source"] != "agreed_price"
        ]
        now = clock.now() + timedelta(seconds=1)
        version = versions.save_draft(kind=KIND, name="Price access sequence", document=document, actor=SYSTEM, now=now)
        asked = back_tests.request_back_test(version_id=version.pk, since_at=SINCE, actor=SYSTEM, now=now)
        started = time.perf_counter()
        found = back_tests.carry_on(asked.pk, tell=lambda seen, total: None, now=clock.now)
        seconds = time.perf_counter() - started
        if (found.state, found.seen) != ("done", DECISIONS):
            raise SystemExit(f"NOT MEASURED: {found.state}, {found.seen} of {DECISIONS} decisions seen")
        say(f"  {found.changed:,} change; {seconds:.1f} s")
        return seconds

    return run


def replayed(workers: int) -> Callable[[int], float]:
    """Return what replays everything in so many processes."""

    def run(_: int) -> float:
        started = time.perf_counter()
        call_command("replay", "--kind", KIND, "--since", "2020-01-01", "--workers", str(workers), stdout=StringIO())
        return time.perf_counter() - started

    return run


def told(name: str, work: Callable[[int], float]) -> None:
    """Measure and say the median."""
    seconds = [work(number) for number in range(RUNS)]
    median = statistics.median(seconds)
    say(
        f"{name}: {median:.1f} s, {DECISIONS / median:,.0f} decisions/s (runs: {', '.join(f'{each:.1f}' for each in seconds)})"
    )


def main() -> None:
    load_company()
    fill()
    say(f"machine: {machine()}; {DECISIONS:,} decisions of 3 lines, median of {RUNS} runs")
    told("back-test, every tenth order changes", tried(""))
    told("back-test, every order changes", tried("_new"))
    told("replay, one process", replayed(1))
    told("replay, two processes", replayed(2))


if __name__ == "__main__":
    main()
