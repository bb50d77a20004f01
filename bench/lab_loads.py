"""The loads of the reservation lab: takers in processes and threads, each with a connection of its own, until the time is over."""

import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
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


class Load(NamedTuple):
    """Who takes what for how long: every taker draws one of the products and takes so many units of it."""

    entity_id: UUID
    product_ids: Sequence[UUID]
    units: int
    clients: int
    seconds: float


class Taken(NamedTuple):
    """What became of a load: how long each taker took in milliseconds, what they got, what waits, how long all of it took."""

    milliseconds: list[float]
    reserved: Decimal
    waiting: Decimal
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds


@writes
def take(line: DemandLine) -> Reserved:
    """Do what an order does about one line: tell it, and reserve it last, so that a hot row is held from the statement to the commit."""
    record_events(
        [Event("bench.taken", 1, "order", line.order_id, {"units": str(line.quantity)}, line.occurred_at, SYSTEM.id)]
    )
    return reserve_lines([line])[line.line_id]


def run(load: Load) -> Taken:
    """Let the clients take, spread over four processes (fewer for fewer clients), and add up what they say."""
    processes = min(PROCESSES, load.clients)
    parts = [load._replace(clients=load.clients // processes) for _ in range(processes)]
    with get_context("spawn").Pool(processes) as pool:
        found = pool.map(_process, [(part, time.time() + 4) for part in parts], chunksize=1)
    return Taken(
        [one for taken in found for one in taken.milliseconds],
        sum((taken.reserved for taken in found), Decimal(0)),
        sum((taken.waiting for taken in found), Decimal(0)),
        max(taken.seconds for taken in found),
    )


def _process(work: tuple[Load, float]) -> Taken:
    load, start_at = work
    collect_rarely()
    handled_otherwise()
    with ThreadPoolExecutor(load.clients) as pool:
        found = list(pool.map(lambda _: _client(load, start_at), range(load.clients)))
    return Taken(
        [one for taken in found for one in taken.milliseconds],
        sum((taken.reserved for taken in found), Decimal(0)),
        sum((taken.waiting for taken in found), Decimal(0)),
        max(taken.seconds for taken in found),
    )


def _client(load: Load, start_at: float) -> Taken:
    connection.ensure_connection()
    draw, milliseconds = random.Random(), list[float]()
    reserved = waiting = Decimal(0)
    units = Decimal(load.units)
    time.sleep(max(0.0, start_at - time.time()))
    began = time.perf_counter()
    while (before := time.perf_counter()) - began < load.seconds:
        product_id = load.product_ids[0] if len(load.product_ids) == 1 else draw.choice(load.product_ids)
        answer = take(DemandLine(new_id(), new_id(), load.entity_id, product_id, True, units, clock.now()))
        milliseconds.append((time.perf_counter() - before) * 1000)
        reserved += answer.reserved
        waiting += answer.backordered
    seconds = time.perf_counter() - began
    connection.close()
    return Taken(milliseconds, reserved, waiting, seconds)
