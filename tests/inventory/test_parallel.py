"""Many hands at one shelf: real threads, real transactions, never below zero, no deadlock."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Semaphore
from typing import Any, TypeVar

import pytest
from django.db import connection

from apps.inventory.contract import (
    ReleaseItem,
    fill_backorders,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Backorder, Reservation, ShipmentLine, Stock, StockSlot
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, Place, a_customer, a_place, demand, handled, ship_request, stocked

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
CONNECTIONS = 16
STRONG = ("conditional", "row_lock", "slots")
DEADLOCKS = "SELECT pg_stat_force_next_flush(), deadlocks FROM pg_stat_database WHERE datname = current_database()"

reserve = writes(reserve_lines)
release = writes(release_lines)
fill = writes(fill_backorders)
ship_now = writes(ship)


@pytest.fixture(autouse=True)
def no_deadlock() -> Iterator[None]:
    """Nothing that PostgreSQL had to untie, also when the transaction was begun anew and nobody noticed."""
    before = fetch(DEADLOCKS)
    yield
    assert fetch(DEADLOCKS) == before


def in_parallel(work: Callable[[T], Any], items: Sequence[T], *, threads: int) -> list[Any]:
    """Do the work for every item, each in its own thread; at most CONNECTIONS of them speak to the database at once."""
    turns = Semaphore(CONNECTIONS)

    def run(item: T) -> Any:
        with turns:
            try:
                return work(item)
            finally:
                connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, items))


def taken(place: Place) -> tuple[Decimal, Decimal]:
    """Return what is reserved of the first product, in rows and slots, and what lies there."""
    stock = Stock.objects.filter(product=place.products[0])
    slots = StockSlot.objects.filter(stock__in=stock)
    return sum(s.reserved for s in stock) + sum(s.taken for s in slots), sum(s.on_hand for s in stock)


@pytest.mark.parametrize("warehouses", [1, 3])
@pytest.mark.parametrize("handling", STRONG)
def test_five_hundred_takers_of_a_hundred_units_get_exactly_a_hundred(handling, warehouses):
    count = 500 if handling == "conditional" or os.environ.get("ORDERCASH_FULL") else 120
    place = a_place(warehouses=warehouses)
    for warehouse, units in enumerate([100] if warehouses == 1 else [50, 30, 20]):
        stocked(place, units, warehouse=warehouse)
    handled(place, handling)
    takers = [demand(place, 1) for _ in range(count)]
    answers = in_parallel(lambda line: reserve([line])[line.line_id], takers, threads=count)
    assert sum(answer.reserved for answer in answers) == 100
    assert sum(answer.backordered for answer in answers) == count - 100
    assert taken(place) == (100, 100)
    assert (Reservation.objects.count(), Backorder.objects.count()) == (100, count - 100)


@pytest.mark.parametrize("handling", STRONG)
def test_takers_of_more_than_one_unit_share_the_rest(handling):
    place = a_place(warehouses=2)
    stocked(place, 31, warehouse=0)
    stocked(place, 30, warehouse=1)
    handled(place, handling, slots=4)
    takers = [demand(place, 7) for _ in range(40)]
    in_parallel(lambda line: reserve([line]), takers, threads=40)
    assert taken(place) == (61, 61)
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 61
    assert sum(Backorder.objects.values_list("quantity", flat=True)) == 40 * 7 - 61


def test_shuffled_batches_do_not_deadlock():
    """Batches name the same products in different orders; a lock order by position would deadlock within a few rounds."""
    place = a_place(warehouses=2, products=30)
    stocked(place, 40, warehouse=0)
    stocked(place, 40, warehouse=1)
    handled(place, *STRONG, slots=3)
    batches = [[demand(place, 2, product=product) for product in random.sample(range(30), 30)] for _ in range(60)]
    in_parallel(reserve, batches, threads=30)
    held = {(s.id, s.reserved + sum(x.taken for x in StockSlot.objects.filter(stock=s))) for s in Stock.objects.all()}
    assert {quantity for _, quantity in held} == {40}
    assert sum(Backorder.objects.values_list("quantity", flat=True)) == 60 * 30 * 2 - 30 * 80


def test_every_verb_at_once():
    """Reserve, ship, release and fill meet on the same shelves; at the end every unit is where the rows say."""
    place = a_place(warehouses=2, products=8)
    stocked(place, 60, warehouse=0)
    stocked(place, 60, warehouse=1)
    handled(place, *STRONG, slots=4)
    customer = a_customer()
    orders = [
        [demand(place, random.randint(1, 4), product=p, order_id=order_id) for p in random.sample(range(8), 5)]
        for order_id in (new_id() for _ in range(120))
    ]

    def work(index: int) -> None:
        lines = orders[index]
        reserve(lines)
        if index % 3 == 0:
            release([ReleaseItem(line.line_id, line.quantity) for line in random.sample(lines, len(lines))], now=NOW)
        elif index % 3 == 1:
            ship_now([ship_request(line, customer_id=customer) for line in lines[:1]], actor=SYSTEM)
        else:
            fill(now=NOW, limit=50)

    in_parallel(work, range(len(orders)), threads=32)
    for stock in Stock.objects.all():
        reserved = sum(Reservation.objects.filter(stock=stock).values_list("quantity", flat=True))
        shipped = sum(ShipmentLine.objects.filter(stock=stock).values_list("quantity", flat=True))
        slots = sum(StockSlot.objects.filter(stock=stock).values_list("taken", flat=True))
        assert (stock.reserved + slots, stock.on_hand) == (reserved, 60 - shipped)
    demanded = sum(line.quantity for index, lines in enumerate(orders) if index % 3 for line in lines)
    rows = [*Reservation.objects.all(), *Backorder.objects.all(), *ShipmentLine.objects.all()]
    assert sum(row.quantity for row in rows) == demanded
    waits = set(Backorder.objects.values_list("product_id", flat=True))
    assert not Stock.objects.filter(product_id__in=waits, free__gt=0).exists()


def test_an_order_shipped_by_two_at_once_leaves_once():
    place = a_place()
    stocked(place, 50)
    customer = a_customer()
    lines = [demand(place, 1) for _ in range(20)]
    reserve(lines)
    requests = [ship_request(line, customer_id=customer) for line in lines for _ in range(2)]
    results = in_parallel(lambda request: ship_now([request], actor=SYSTEM), requests, threads=16)
    assert sum(len(result.lines) for result in results) == 20
    assert [refusal.code for result in results for refusal in result.refused] == ["nothing_reserved"] * 20
    assert taken(place) == (0, 30)
