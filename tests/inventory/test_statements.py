"""Statements do not grow with the batch, and the hot ones find their rows by index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.inventory.contract import (
    ReleaseItem,
    ReturnItem,
    fill_backorders,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.services import reserving
from apps.inventory.services.reserving.ways import handled_otherwise
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch
from tests.factories.inventory import NOW, a_place, demand, ship_request, stocked

pytestmark = pytest.mark.django_db


class Counted:
    """Counts the statements that pass Django's execute wrappers, COPY included."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)

    def of(self, part, *args, **kwargs):
        self.count = 0
        with connection.execute_wrapper(self):
            self.result = part(*args, **kwargs)
        return self.count


def statements_of_a_life(lines_wanted: int, *, short: bool) -> dict[str, int]:
    """Reserve, fill, release, ship and take back that many lines; count the statements of each."""
    place = a_place(warehouses=2, products=20, code=f"E{lines_wanted}{short:d}")
    stocked(place, 3 if short else 100_000)
    handled_otherwise()  # asked every five seconds, not every time
    counted, counts = Counted(), {}
    order_ids = [new_id() for _ in range(max(1, lines_wanted // 3))]
    lines = [demand(place, 4, product=n % 20, order_id=order_ids[n % len(order_ids)]) for n in range(lines_wanted)]
    counts["reserve"] = counted.of(reserve_lines, lines)
    stocked(place, 100_000, warehouse=1)
    counts["fill"] = counted.of(fill_backorders, now=NOW, limit=1000)
    counts["release"] = counted.of(
        release_lines, [ReleaseItem(line.line_id, line.quantity / 4) for line in lines], now=NOW
    )
    requests = list({line.order_id: ship_request(line) for line in lines}.values())
    counts["ship"] = counted.of(ship, requests, actor=SYSTEM)
    back = [
        ReturnItem(line.shipment_line_id, line.quantity / 2, True, f"rma:{new_id()}", NOW)
        for line in counted.result.lines
    ]
    counts["return"] = counted.of(receive_returns, back, actor=SYSTEM)
    return counts


@pytest.mark.parametrize("short", [False, True])
def test_statements_are_the_same_for_one_line_and_for_five_hundred(short):
    one, many = statements_of_a_life(1, short=short), statements_of_a_life(500, short=short)
    assert many["reserve"] == (3 if short else 1)
    assert one.pop("reserve") == many.pop("reserve") + short  # one line is tried the shortest way first
    assert one == many
    assert one["ship"] <= 12


def test_the_hot_statement_reads_stock_by_index_only():
    place = a_place(warehouses=2, products=1000)
    stocked(place, 5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_stock, inventory_warehouse")
    line = demand(place, 2)
    row = (line.order_id, line.line_id, line.legal_entity_id, line.product_id, line.quantity, line.occurred_at)
    plan = "\n".join(row[0] for row in fetch(f"EXPLAIN {reserving.RESERVE}", columns_of([row], 6)))
    assert "stock_once_per_warehouse" in plan, plan
    assert "Seq Scan on inventory_stock" not in plan


def test_stock_rows_keep_room_for_their_next_version():
    assert fetch("SELECT reloptions FROM pg_class WHERE relname = 'inventory_stock'") == [(["fillfactor=50"],)]


def test_nothing_is_asked_of_the_database_for_an_empty_batch():
    with CaptureQueriesContext(connection) as queries:
        assert reserve_lines([]) == {}
        assert release_lines([], now=NOW) == {}
    assert len(queries) == 0
