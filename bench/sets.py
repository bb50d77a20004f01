"""Set-wise: orders through `:batch` to reserved, and whole orders to cash, beside the floor's one transaction per order."""

import os
import random
import time
from collections.abc import Callable
from functools import cache
from itertools import count as numbers
from multiprocessing import get_context
from multiprocessing.connection import Connection

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.orders.decisions.canonical import CanonicalOrder, read_order  # noqa: E402
from apps.orders.journey.day import run_day  # noqa: E402
from apps.orders.services.submit import submit_batch  # noqa: E402
from bench.company import COUNT, load_company  # noqa: E402
from bench.measure import floor, machine, median_rate, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402
from ordercash.kernel.sql import fetch  # noqa: E402

ORDERS, BATCH, WORKERS = 4_000, 500, 2
_SPAWN = get_context("spawn")
_keys = (f"bench-{os.getpid()}-{number}" for number in numbers())


def orders(number: int) -> list[CanonicalOrder]:
    """Return canonical orders of three lines, as the floor's."""
    return [
        read_order(
            {
                "legal_entity": "UK01",
                "channel": "web",
                "customer": f"B{random.randint(1, COUNT)}",
                "currency": "GBP",
                "lines": [
                    {"sku": f"BENCH-{sku}", "quantity": random.randint(1, 5)}
                    for sku in random.sample(range(1, COUNT + 1), 3)
                ],
            }
        )
        for _ in range(number)
    ]


def to_reserved() -> tuple[int, float]:
    """Two worker processes place orders in batches through the verb behind `:batch`."""
    return ORDERS, spread("place")


def to_cash() -> tuple[int, float]:
    """Two worker processes place orders, ship, invoice, post, pay, apply and close them; each takes what the other leaves."""
    carry_on()
    before = closed()
    seconds = spread("whole_way")
    started = time.perf_counter()
    carry_on()
    seconds += time.perf_counter() - started
    if closed() - before != ORDERS:
        raise SystemExit(f"NOT MEASURED: {closed() - before} of {ORDERS} orders are closed")
    return ORDERS, seconds


def spread(piece: str) -> float:
    """Let the workers share the orders of a run, and return the seconds from the word to the last one's end."""
    for worker in _workers():
        worker.send((piece, ORDERS // BATCH // WORKERS))
        worker.recv()
    started = time.perf_counter()
    for worker in _workers():
        worker.send("go")
    for worker in _workers():
        worker.recv()
    return time.perf_counter() - started


@cache
def _workers() -> list[Connection]:
    """Start the workers once and return the lines to them."""
    lines = []
    for _ in range(WORKERS):
        ours, theirs = _SPAWN.Pipe()
        _SPAWN.Process(target=work, args=(theirs,), daemon=True).start()
        lines.append(ours)
    return lines


def work(line: Connection) -> None:
    """A worker's life: prepare so many batches, wait for the word, do with them what was asked, and tell that it is done."""
    collect_rarely()
    while True:
        piece, count = line.recv()
        batches = [orders(BATCH) for _ in range(count)]
        line.send("ready")
        line.recv()
        {"place": place, "whole_way": whole_way}[piece](batches)
        line.send("done")


def place(batches: list[list[CanonicalOrder]]) -> None:
    """Place batch after batch."""
    for batch in batches:
        submit_batch(SYSTEM, next(_keys), b"b" * 32, batch, now=clock.now())


def whole_way(batches: list[list[CanonicalOrder]]) -> None:
    """Place batch after batch, and carry everything on that can be carried on."""
    for batch in batches:
        place([batch])
        carry_on()


def carry_on() -> None:
    """Ship what is reserved, invoice what left, and collect what will ever fall due."""
    now = clock.now()
    run_day(now.replace(hour=0, minute=0), now.replace(year=now.year + 1), collect=True, actor=SYSTEM, now=now)


def closed() -> int:
    """Return how many orders are closed."""
    ((count,),) = fetch("SELECT count(*) FROM orders_order WHERE state = 'closed'")
    return int(count)


def compared(name: str, work: Callable[[], tuple[int, float]], script: str) -> None:
    """Measure a piece of work and the floor's script on the same server, and say both."""
    work()
    reference, rate = floor(script), median_rate(work)
    say(
        f"{name}: {rate:,.0f} orders/s; floor, one transaction per order, 8 clients: {reference:,.0f}; ratio {rate / reference:.2f}"
    )


def statements(work: object) -> int:
    """Return how many statements a piece of work takes."""
    seen = 0

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal seen
        seen += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()  # type: ignore[operator]
    return seen


def main() -> None:
    load_company()
    collect_rarely()
    say(f"machine: {machine()}; {ORDERS} orders of 3 lines a run, {BATCH} a batch, median of 3 runs")
    for size in (1, BATCH):
        batch = orders(size)
        used = statements(lambda: submit_batch(SYSTEM, next(_keys), b"c" * 32, batch, now=clock.now()))  # noqa: B023
        say(f"statements to reserve a batch of {size}: {used}")
    carry_on()
    for size in (1, BATCH):
        batch = orders(size)
        say(f"statements from order to cash for a batch of {size}: {statements(lambda: whole_way([batch]))}")  # noqa: B023
    compared("to reserved, set-wise, two workers", to_reserved, "intake")
    compared("order to cash, set-wise, two workers", to_cash, "o2c")


if __name__ == "__main__":
    main()
