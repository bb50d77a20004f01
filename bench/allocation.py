"""An allocation run over 10,000 lines: tried with every strategy beside it, carried out in one transaction, and taken back.

Half of the lines have their goods, the other half, of better customers, wait and may take them; supplies without promises give the losers
their new days. The limit is 60 seconds for each step.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.inventory.contract import (  # noqa: E402
    DemandLine,
    LineTag,
    OrderTag,
    ReceiptDraft,
    connect_orders,
    plan_receipts,
    receive_stock,
    reserve_lines,
)
from apps.inventory.models import AllocationMove, AllocationRun, Backorder, Reservation, Warehouse  # noqa: E402
from apps.inventory.services.allocating import (  # noqa: E402
    carry_out_allocation,
    take_back_allocation,
    try_allocation,
)
from apps.inventory.services.allocation_facts import Scope  # noqa: E402
from apps.masterdata.models import LegalEntity, Product, UnitOfMeasure  # noqa: E402
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_id  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402
from ordercash.kernel.statistics import refresh_statistics  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

LIMIT: Final = 60
AT_ONCE: Final = 500
RULES: Final = {
    "tiers": [
        {"name": "gold", "rank": 1, "when": 'customer_group == "A"', "stance": "win"},
        {"name": "others", "rank": 9},
    ],
    "products": [{"strategy": "priority"}],
    "take_from": [{"of": "others", "by": ["gold"]}],
    "fair_share": {"weights": {"gold": "2"}},
}
T = TypeVar("T")


def make_lines(count: int, products: int) -> tuple[LegalEntity, dict[UUID, LineTag]]:
    """Place so many lines: the first half takes all that lies there, the other half of better customers waits; one is hot."""
    chance, now = random.Random(6), clock.now()
    place = Warehouse.objects.filter(is_active=True).order_by("priority")[0]
    entity, unit = place.legal_entity, UnitOfMeasure.objects.filter(decimals=0)[0]
    mark = str(new_id())[-12:]
    goods = Product.objects.bulk_create(
        Product(sku=f"AL-{mark}-{n:04d}", name=f"Product {n}", unit=unit) for n in range(products)
    )
    halves: list[list[DemandLine]] = [[], []]
    for half, group in enumerate(("C", "A")):
        for n in range(count // 2):
            product = goods[0] if n % 10 == 0 else chance.choice(goods)
            quantity, at = Decimal(chance.randint(1, 9)), now + timedelta(seconds=n + half * count)
            about = OrderTag(group=group, currency="GBP")
            net = int(quantity) * chance.randint(300, 9_000)
            halves[half].append(
                DemandLine(new_id(), new_id(), entity.id, product.id, True, quantity, at, about, net_minor=net)
            )
    here: dict[UUID, Decimal] = {}
    for line in halves[0]:
        here[line.product_id] = here.get(line.product_id, Decimal(0)) + line.quantity
    ref = f"bench:{mark}"
    drafts = [ReceiptDraft(place.id, id, quantity, Decimal(1), now, f"{ref}:{id}") for id, quantity in here.items()]
    coming = [
        ReceiptDraft(place.id, id, quantity * 3, Decimal(1), now + timedelta(days=20), f"{ref}:{id}:20")
        for id, quantity in here.items()
    ]
    writes(receive_stock)(drafts, actor=SYSTEM)
    for half_lines in halves:
        for start in range(0, len(half_lines), AT_ONCE):
            writes(reserve_lines)(half_lines[start : start + AT_ONCE])
    writes(plan_receipts)(coming, now=now)
    return entity, {line.line_id: _tag(line) for line in (*halves[0], *halves[1])}


def _tag(line: DemandLine) -> LineTag:
    return LineTag(
        line.line_id, line.order_id, None, line.about.group, "", "", "GBP", line.net_minor, line.quantity, None, line.occurred_at
    )  # fmt: skip


def timed(name: str, work: Callable[[], T]) -> tuple[T, float]:
    """Do the work, say how long it took and how many statements it was."""
    sent: list[str] = []
    started = time.perf_counter()
    with connection.execute_wrapper(partial(_note, sent)):
        done = work()
    seconds = time.perf_counter() - started
    say(
        f"{name:<12} {seconds:>7.1f} s   {len(sent):>5} statements   {'within' if seconds <= LIMIT else 'OVER'} {LIMIT} s"
    )
    return done, seconds


def _note(sent: list[str], execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
    sent.append(statement)
    return execute(statement, params, many, context)


def main() -> int:
    """Print a row per step; the exit code says whether each stays within the limit and the last leaves all as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--products", type=int, default=500)
    given = parser.parse_args()
    load_company()
    install_rulebooks(files=[RulebookFile("inventory.allocation", "Sharing what is scarce", RULES)], now=clock.now())
    collect_rarely()
    entity, tags = make_lines(given.lines, given.products)
    connect_orders(lambda ids: {id: tags[id] for id in ids if id in tags})
    refresh_statistics()
    products = tuple(set(Backorder.objects.filter(line_id__in=tags).values_list("product_id", flat=True)))
    before = sorted(Reservation.objects.filter(line_id__in=tags).values_list("line_id", "quantity"))
    say(f"machine: {machine()}; {given.lines:,} lines of {given.products} products, {len(before):,} reservations")
    scope = Scope(entity.id, products)
    run, tried = timed("try", lambda: try_allocation(scope=scope, strategy="", actor=SYSTEM, now=clock.now()))
    moves = AllocationMove.objects.filter(run=run).count()
    say(f"  {run.figures['winners']:,} gain, {run.figures['losers']:,} lose, {moves:,} moves")
    _, carried = timed(
        "carry out",
        lambda: carry_out_allocation(run_id=run.pk, reason="Measured", actor=SYSTEM, now=clock.now()),
    )
    _, back = timed(
        "take back",
        lambda: take_back_allocation(run_id=run.pk, reason="Measured", actor=SYSTEM, now=clock.now()),
    )
    after = sorted(Reservation.objects.filter(line_id__in=tags).values_list("line_id", "quantity"))
    same = before == after and AllocationRun.objects.get(pk=run.pk).state == "rolled_back"
    say(f"everybody has what he had: {'yes' if same else 'NO'}; in all {tried + carried + back:.1f} s")
    return 0 if same and max(tried, carried, back) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
