"""A verb that had to wait for a stock row goes on with that row as it is now, and loses none of its work."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from apps.inventory.contract import (
    ReleaseItem,
    ReturnItem,
    fill_backorders,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Stock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, a_place, demand, ship_request, stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plan")]

# The answer must not depend on how PostgreSQL joins: these methods are switched off in the transaction that waits.
PLAN = ["bitmapscan"]


@pytest.fixture(params=["bitmapscan", "hashjoin mergejoin", "hashjoin mergejoin seqscan", "nestloop"])
def plan(request: pytest.FixtureRequest) -> None:
    PLAN[:] = request.param.split()


def after_waiting(part: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the part in another transaction while every stock row is changed by this one, which then commits."""

    def with_plan() -> Any:
        with connection.cursor() as cursor:
            for method in PLAN:
                cursor.execute(f"SET LOCAL enable_{method} = off")
        return part(*args, **kwargs)

    def work() -> Any:
        try:
            return writes(with_plan)()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            changed = Stock.objects.count()
            with connection.cursor() as cursor:
                cursor.execute("UPDATE inventory_stock SET on_hand = on_hand + 1, version = version + 1")
            answer = pool.submit(work)
            wait_until_blocked()
        result = answer.result(timeout=20)
    assert changed
    return result


def wait_until_blocked() -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.fixture
def place():
    place = a_place(warehouses=2, products=3)
    for warehouse in (0, 1):
        stocked(place, 4, warehouse=warehouse)
    return place


def test_reserve_takes_what_came_in_meanwhile(place):
    lines = [demand(place, 5, product=n) for n in range(3)]
    answers = after_waiting(reserve_lines, lines)
    assert [answers[line.line_id].reserved for line in lines] == [5, 5, 5]
    assert sorted(Stock.objects.values_list("reserved", flat=True)) == [0, 0, 0, 5, 5, 5]


def test_release_frees_everything(place):
    lines = [demand(place, 6, product=n) for n in range(3)]
    writes(reserve_lines)(lines)
    released = after_waiting(release_lines, [ReleaseItem(line.line_id, line.quantity) for line in lines], now=NOW)
    assert [released[line.line_id].freed for line in lines] == [6, 6, 6]


def test_ship_leaves_nothing_behind(place):
    lines = [demand(place, 6, product=n) for n in range(3)]
    writes(reserve_lines)(lines)
    result = after_waiting(ship, [ship_request(line) for line in lines], actor=SYSTEM)
    assert (sum(line.quantity for line in result.lines), result.refused) == (18, [])


def test_returns_find_their_shelf(place):
    line = demand(place, 4)
    writes(reserve_lines)([line])
    shipped = writes(ship)([ship_request(line)], actor=SYSTEM).lines[0]
    items = [ReturnItem(shipped.shipment_line_id, Decimal(2), True, f"rma:{n}", NOW) for n in range(2)]
    assert len(after_waiting(receive_returns, items, actor=SYSTEM).returned) == 2
    assert Stock.objects.get(product=place.products[0], warehouse=place.warehouses[0]).on_hand == 5


def test_fill_serves_with_what_came_in_meanwhile(place):
    lines = [demand(place, 8, product=0), demand(place, 3, product=0)]
    writes(reserve_lines)(lines)
    Stock.objects.filter(product=place.products[0], warehouse=place.warehouses[0]).update(on_hand=F("on_hand") + 1)
    assert after_waiting(fill_backorders, now=NOW, limit=10) == [lines[1].order_id]
    assert sum(Stock.objects.filter(product=place.products[0]).values_list("reserved", flat=True)) == 11
