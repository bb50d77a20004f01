"""Random lives of goods in lots, and many takers at once: the lots stay all of their stock, and what expired never leaves."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.inventory.contract import (
    ReleaseItem,
    ReturnItem,
    hold_goods,
    line_standings,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.decisions.facts.bins import BinMove
from apps.inventory.decisions.facts.holds import HoldWish
from apps.inventory.models import Lot, Reservation, ShipmentLine, Stock
from apps.inventory.services import expiring
from apps.inventory.services.bins import move_goods
from apps.inventory.services.expiring import expire_lots
from apps.inventory.services.holding import expire_holds
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, demand, joined, ship_request
from tests.factories.lots import a_place_of_lots, agree, received, reserved_lots

LIVES = int(os.environ.get("ORDERCASH_TEST_LIVES", "8")) // 2
small = st.integers(1, 7)


class Lots(RuleBasedStateMachine):
    """Two warehouses, a handful of lots, lines that come, are released, ship and return, while days go by."""

    @initialize()
    def begin(self) -> None:
        self.place = a_place_of_lots(warehouses=2)
        self.lines, self.day, self.number = [], 0, 0

    @property
    def now(self):
        return NOW + timedelta(days=self.day)

    @rule(quantity=small, lot=st.integers(0, 3), house=st.integers(0, 1))
    def receive(self, quantity, lot, house) -> None:
        received(self.place, quantity, f"L{lot}", 2 + lot * 3, warehouse=house)

    @rule(quantity=small)
    def take(self, quantity) -> None:
        line = demand(self.place, quantity)
        line = type(line)(
            line.order_id, line.line_id, line.legal_entity_id, line.product_id, True, line.quantity, self.now
        )
        before = {
            (lot.stock.warehouse.priority, lot.code): lot.on_hand - lot.reserved - lot.blocked
            for lot in Lot.objects.select_related("stock__warehouse") if lot.expires_on > self.now.date()
        }  # fmt: skip
        answer = joined(reserve_lines, [line])[line.line_id]
        self.lines.append(line)
        assert answer.reserved == min(quantity, sum(before.values())), (answer, before)
        taken = {
            (r.warehouse.priority, r.lot.code): r.quantity
            for r in Reservation.objects.select_related("warehouse", "lot").filter(line_id=line.line_id)
        }
        for house, code in taken:
            assert all(taken.get((house, c), 0) == left for (h, c), left in before.items() if h == house and c < code)

    @rule(which=st.integers(0, 30), quantity=small)
    def release(self, which, quantity) -> None:
        if self.lines:
            line = self.lines[which % len(self.lines)]
            joined(release_lines, [ReleaseItem(line.line_id, Decimal(quantity))], now=self.now)

    @rule(which=st.integers(0, 30))
    def leave(self, which) -> None:
        if not self.lines:
            return
        line = self.lines[which % len(self.lines)]
        result = joined(ship, [ship_request(line, shipped_at=self.now)], actor=SYSTEM)
        ids = [each.shipment_line_id for each in result.lines]
        for row in ShipmentLine.objects.select_related("lot").filter(pk__in=ids):
            assert row.lot.expires_on > self.now.date(), "an expired lot left"

    @rule(which=st.integers(0, 30), restock=st.booleans())
    def come_back(self, which, restock) -> None:
        rows = list(ShipmentLine.objects.order_by("id"))
        if rows:
            self.number += 1
            item = ReturnItem(rows[which % len(rows)].pk, Decimal(1), restock, f"back:{self.number}", self.now)
            joined(receive_returns, [item], actor=SYSTEM)

    @rule(quantity=small, seconds=st.sampled_from([60, 3 * 86400]))
    def hold(self, quantity, seconds) -> None:
        self.number += 1
        wish = HoldWish(self.place.entity.id, self.place.products[0].id, Decimal(quantity))
        try:
            with transaction.atomic():
                joined(
                    hold_goods, [wish], source_ref=f"h:{self.number}", for_seconds=seconds, actor=SYSTEM, now=self.now
                )
        except Exception as error:
            assert type(error).__name__ == "NotEnough"

    @rule(which=st.integers(0, 30), quantity=small, bins=st.permutations(["shelf", "held", "damaged", "scrap"]))
    def move(self, which, quantity, bins) -> None:
        rows = list(Lot.objects.select_related("stock").order_by("id"))
        if rows and bins[0] != "scrap":
            self.number += 1
            lot = rows[which % len(rows)]
            place = lot.stock.warehouse_id, lot.stock.product_id
            move = BinMove(*place, Decimal(quantity), bins[0], bins[1], self.now, f"m:{self.number}", "", lot.code)
            joined(move_goods, [move], now=self.now, actor=SYSTEM)

    @rule(days=st.integers(0, 3), looked=st.booleans())
    def pass_days(self, days, looked) -> None:
        self.day += days
        expire_holds.__wrapped__(now=self.now, limit=100)
        if looked:
            expire_lots(now=self.now, limit=2)

    @invariant()
    def the_lots_are_all(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        agree()
        standings = line_standings([line.order_id for line in self.lines])
        for line in self.lines:
            standing = standings.get(line.line_id)
            assert standing is None or standing.reserved + standing.backordered + standing.shipped <= line.quantity


@pytest.mark.django_db
def test_lots_stay_all_of_their_stock(monkeypatch):
    # The steps of one life share the test's transaction.
    monkeypatch.setattr("apps.inventory.services.expiring.put_out", expiring.put_out.__wrapped__)

    class Rolled(Lots):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

    run_state_machine_as_test(
        Rolled,
        settings=settings(
            max_examples=LIVES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("warehouses", [1, 2])
def test_many_takers_at_once_take_what_there_is_from_lots(warehouses):
    place = a_place_of_lots(warehouses=warehouses)
    for house in range(warehouses):
        for lot, days in (("A", 2), ("B", 9), ("OLD", 0)):
            received(place, 20, lot, days, warehouse=house)
    lines = [demand(place, 1) for _ in range(60)]

    def work(number):
        try:
            writes(reserve_lines)([lines[number]])
            if number % 5 == 0:
                writes(release_lines)([ReleaseItem(lines[number].line_id, Decimal(1))], now=NOW)
            if number % 20 == 0:
                expire_lots(now=NOW, limit=10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(60)))
    agree()
    given = sum(r.quantity for r in Reservation.objects.all())
    assert given == min(40 * warehouses, 48)
    assert not Reservation.objects.filter(lot__code="OLD").exists()
    assert {s.on_hold for s in Stock.objects.all()} == {20}
    assert all(sum(reserved_lots(line.line_id).values()) <= 1 for line in lines) and new_id()
