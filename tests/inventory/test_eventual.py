"""Accepting at once and settling later: who was promised what others had already is compensated, and nothing unsettled leaves."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.models import EventRecord
from apps.inventory.contract import (
    HoldWish,
    ReleaseItem,
    availability,
    hold_goods,
    line_standings,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Backorder, Reservation, Stock
from apps.inventory.selectors.lists import stock_rows
from apps.inventory.services.settling import settle_accepted
from apps.operations.selectors.prove import prove
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, Place, a_place, demand, handled, joined, ship_request, stocked

pytestmark = pytest.mark.django_db(transaction=True)
reserve = writes(reserve_lines)


@pytest.fixture
def place() -> Place:
    """Ten units in the first warehouse and three in the second, of a product that is accepted at once."""
    place = a_place(warehouses=2)
    stocked(place, 10)
    stocked(place, 3, warehouse=1)
    handled(place, "eventual")
    return place


def states() -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in Reservation.objects.all():
        sums[row.state] = sums.get(row.state, Decimal(0)) + row.quantity
    return sums


def is_true() -> bool:
    codes = {"07", "19"}
    return all(row.holds for row in prove().equalities if row.code[:2] in codes)


def test_nobody_waits_and_what_was_promised_twice_is_compensated_in_turn(place):
    lines = [demand(place, 6) for _ in range(4)]
    answers = [reserve([line])[line.line_id] for line in lines]
    assert [answer.reserved for answer in answers] == [6] * 4
    assert (states(), Stock.objects.get(warehouse=place.warehouses[0]).reserved) == ({"accepted": 24}, 0)
    settled = settle_accepted(now=NOW, limit=100)
    assert (settled.lines, settled.compensated) == (4, 11)
    # The first has its six from the first warehouse; the second four of what is left there and two of the other; the third one more.
    assert states() == {"firm": 13}
    waiting = {row.line_id: row.quantity for row in Backorder.objects.all()}
    assert waiting == {lines[2].line_id: 5, lines[3].line_id: 6}
    assert {row.reason for row in Backorder.objects.all()} == {"oversold"}
    assert settle_accepted(now=NOW, limit=100).lines == 0
    assert is_true()


def test_the_orders_are_told_once(place):
    lines = [demand(place, 8) for _ in range(2)]
    for line in lines:
        reserve([line])
    for _ in range(2):
        settle_accepted(now=NOW, limit=100)
    told = {(row.name, row.thread_id) for row in EventRecord.objects.filter(thread_id__isnull=False)}
    assert told == {
        ("inventory.demand_settled", lines[0].order_id),
        ("inventory.demand_settled", lines[1].order_id),
        ("inventory.goods_taken", lines[1].order_id),
    }
    assert EventRecord.objects.filter(name="inventory.goods_taken").count() == 1


def test_what_is_short_when_it_is_asked_for_waits_at_once(place):
    line = demand(place, 14)
    answer = reserve([line])[line.line_id]
    assert (answer.reserved, answer.backordered) == (13, 1)
    assert (states(), Backorder.objects.get().reason) == ({"firm": 13}, "short")


def test_nothing_leaves_before_it_is_settled(place):
    line = demand(place, 2)
    reserve([line])
    refused = writes(ship)([ship_request(line)], actor=SYSTEM).refused
    assert [refusal.code for refusal in refused] == ["nothing_reserved"]
    settle_accepted(now=NOW, limit=100)
    assert writes(ship)([ship_request(line)], actor=SYSTEM).lines[0].quantity == 2
    assert is_true()


def test_what_was_accepted_can_be_released_before_it_is_settled(place):
    line = demand(place, 5)
    reserve([line])
    released = writes(release_lines)([ReleaseItem(line.line_id, Decimal(2))], now=NOW)
    assert released[line.line_id].freed == 2
    writes(release_lines)([ReleaseItem(line.line_id, Decimal(1))], now=NOW)
    assert (states(), is_true()) == ({"accepted": 2}, True)
    settle_accepted(now=NOW, limit=100)
    assert states() == {"firm": 2}
    assert Stock.objects.get(warehouse=place.warehouses[0]).reserved == 2


def test_what_was_accepted_counts_as_reserved(place):
    line = demand(place, 4)
    reserve([line])
    ((first, second),) = availability([place.products[0].id]).values()
    assert (first.reserved, first.available, second.available) == (4, 6, 3)
    assert {row.available for row in stock_rows()} == {6, 3}
    assert line_standings([line.order_id])[line.line_id].reserved == 4


def test_goods_are_set_aside_for_sure(place):
    wish = HoldWish(place.entity.id, place.products[0].id, Decimal(4))
    joined(hold_goods, [wish], source_ref="cart:1", for_seconds=60, actor=SYSTEM, now=NOW)
    assert (states(), Stock.objects.get(warehouse=place.warehouses[0]).reserved) == ({"held": 4}, 4)


def test_a_product_that_is_handled_otherwise_meanwhile_is_settled_all_the_same(place):
    lines = [demand(place, 9), demand(place, 9)]
    for line in lines:
        reserve([line])
    handled(place, "slots", slots=2)
    assert settle_accepted(now=NOW, limit=1).lines == 1
    assert settle_accepted(now=NOW + timedelta(seconds=5), limit=100).compensated == 5
    assert is_true()


def test_a_warehouse_that_is_closed_meanwhile_serves_nobody(place):
    line = demand(place, 9)
    reserve([line])
    fetch("UPDATE inventory_warehouse SET is_active = false WHERE id = %s RETURNING id", [place.warehouses[0].id])
    assert settle_accepted(now=NOW, limit=100).compensated == 6
    assert (states(), is_true()) == ({"firm": 3}, True)


def test_batches_are_accepted_by_one_statement_whatever_else_they_want():
    place = a_place(products=3)
    stocked(place, 10)
    handled(place, "eventual", "conditional", "slots", slots=2)
    order = new_id()
    lines = [demand(place, 2, product=product, order_id=order) for product in range(3)]
    assert {answer.reserved for answer in reserve(lines).values()} == {2}
    assert states() == {"accepted": 2, "firm": 4}
    assert settle_accepted(now=NOW, limit=100) == (1, 0)
    assert is_true()
