"""The loads of the reservation lab: takers in processes and threads, each with a connection of its own, until the time is over."""

import os
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import NamedTuple
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.db import connection  # noqa: E402

from apps.audit.contract import record_events  # noqa: E402
from apps.inventory.contract import DemandLine, Reserved, reserve_lines  # noqa: E402
from apps.inventory.services.reserving.ways import handled_otherwise  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.events import Event  # noqa: E402
from ordercash.kernel.ids import new_id  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

PROCESSES = 4
# Takers before the clock is started, so that every connection has its statements ready, as a server's have.
WARM = 8

_all_ready: list[Barrier] = []


class Load(NamedTuple):
    """Who takes what for how long: every taker draws one of the products and takes so many units of it."""

    entity_id: UUID
    product_ids: Sequence[UUID]
    units: int
    clients: int
    seconds: float


class Taken(NamedTuple):
    """What became of a load: milliseconds of each taker, what all got and what waits, also before the clock; processor time."""

    milliseconds: list[float]
    reserved: Decimal
    waiting: Decimal
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds


def total(parts: Sequence[Taken]) -> Taken:
    """Add up what several takers or processes say."""
    return Taken(
        [one for taken in parts for one in taken.milliseconds],
        sum((taken.reserved for taken in parts), Decimal(0)),
        sum((taken.waiting for taken in parts), Decimal(0)),
        max(taken.seconds for taken in parts),
        sum(taken.processor for taken in parts),
    )


@writes
def take(line: DemandLine) -> Reserved:
    """Do what an order does about one line: tell it, and reserve it last, so that a hot row is held from the statement to the commit."""
    record_events(
        [Event("bench.taken", 1, "order", line.order_id, {"units": str(line.quantity)}, line.occurred_at, SYSTEM.id)]
    )
    return reserve_lines([line])[line.line_id]


class Takers:
    """Processes that stay, as those of a server do; used as a context."""

    def __init__(self, clients: int) -> None:
        self.clients = clients
        self.processes = min(PROCESSES, clients)
        spawn = get_context("spawn")
        self.pool = spawn.Pool(self.processes, initializer=_remember, initargs=(spawn.Barrier(self.processes),))

    def __enter__(self) -> "Takers":
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.terminate()
        self.pool.join()

    def run(self, load: Load) -> Taken:
        """Let the clients take, spread over the processes, all from the same moment, and add up what they say."""
        part = load._replace(clients=self.clients // self.processes)
        return total(self.pool.map(_process, [part] * self.processes, chunksize=1))


def _remember(all_ready: Barrier) -> None:
    _all_ready.append(all_ready)


def _process(load: Load) -> Taken:
    collect_rarely()
    handled_otherwise.forget()
    handled_otherwise()
    connection.close()
    began = list[float]()

    def begin() -> None:
        _all_ready[0].wait()
        began.append(time.process_time())

    ready = threading.Barrier(load.clients, action=begin)
    with ThreadPoolExecutor(load.clients) as pool:
        found = total(list(pool.map(lambda _: _client(load, ready), range(load.clients))))
    return found._replace(processor=time.process_time() - began[0])


def _client(load: Load, ready: threading.Barrier) -> Taken:
    """Take until the time is over. What was taken before the clock is counted among the goods, not among the times."""
    warm = _take(load, WARM)
    ready.wait()
    timed = _take(load, None)
    connection.close()
    return timed._replace(reserved=timed.reserved + warm.reserved, waiting=timed.waiting + warm.waiting)


def _take(load: Load, most: int | None) -> Taken:
    draw, milliseconds = random.Random(), list[float]()
    reserved = waiting = Decimal(0)
    units = Decimal(load.units)
    began = time.perf_counter()
    while (before := time.perf_counter()) - began < load.seconds and len(milliseconds) != most:
        product_id = load.product_ids[0] if len(load.product_ids) == 1 else draw.choice(load.product_ids)
        answer = take(DemandLine(new_id(), new_id(), load.entity_id, product_id, True, units, clock.now()))
        milliseconds.append((time.perf_counter() - before) * 1000)
        reserved += answer.reserved
        waiting += answer.backordered
    return Taken(milliseconds, reserved, waiting, time.perf_counter() - began, 0)
