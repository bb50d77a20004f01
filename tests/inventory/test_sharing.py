"""What becomes free is shared out in the transaction that frees it; what may not leave yet does not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.models import EventRecord
from apps.inventory.contract import (
    AdjustmentDraft,
    ReleaseItem,
    ReturnItem,
    adjust_counted,
    fill_backorders,
    held_back,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.decisions.gate import Agreed, Standing, why_it_waits
from apps.inventory.models import Backorder, OrderPolicy, Reservation, Stock
from apps.inventory.services import sharing
from apps.inventory.services.sharing import share_out
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, a_place, demand, ship_request, stocked

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def place():
    """Two warehouses with five pieces each, all of them promised."""
    place = a_place(warehouses=2)
    for warehouse in (0, 1):
        stocked(place, 5, warehouse=warehouse)
    return place


def waiting(place, *quantities):
    lines = [replace(demand(place, n), occurred_at=NOW + timedelta(minutes=i)) for i, n in enumerate(quantities)]
    reserve_lines(lines)
    return lines


def held(line):
    return sum(Reservation.objects.filter(line_id=line.line_id).values_list("quantity", flat=True))


@pytest.mark.django_db
def test_what_is_released_goes_to_who_waits(place):
    first, second, third = waiting(place, 10, 4, 9)
    assert (held(second), held(third)) == (0, 0)
    release_lines([ReleaseItem(first.line_id, Decimal(6))], now=LATER)
    assert (held(first), held(second), held(third)) == (4, 4, 2)
    told = EventRecord.objects.filter(name="inventory.backorders_filled")
    assert {(event.thread_id, event.occurred_at) for event in told} == {
        (second.order_id, LATER), (third.order_id, LATER),
    }  # fmt: skip
    assert fill_backorders(now=LATER, limit=10) == []


@pytest.mark.django_db
def test_what_comes_back_or_is_found_goes_to_who_waits(place):
    gone, line = waiting(place, 10, 4)
    shipped = ship([ship_request(gone)], actor=SYSTEM).lines
    receive_returns([ReturnItem(shipped[0].shipment_line_id, Decimal(1), True, "b:1", NOW)], actor=SYSTEM)
    assert held(line) == 1
    receive_returns([ReturnItem(shipped[0].shipment_line_id, Decimal(1), False, "b:2", NOW)], actor=SYSTEM)
    assert held(line) == 1
    ids = place.warehouses[1].id, place.products[0].id
    cost = Decimal("2.50")
    adjust_counted([AdjustmentDraft(*ids, Decimal(2), LATER, "a:1", unit_cost=cost)], actor=SYSTEM)
    assert held(line) == 3
    assert Backorder.objects.get().quantity == 1


@pytest.mark.django_db
def test_the_safety_stock_and_the_bins_are_not_shared(place):
    waiting(place, 10)
    Stock.objects.filter(warehouse=place.warehouses[0]).update(safety_stock=3)
    (line,) = waiting(place, 9)
    stocked(place, 2)
    assert held(line) == 0
    assert Stock.objects.get(warehouse=place.warehouses[0]).free == -1
    stocked(place, 2)
    assert (held(line), Stock.objects.get(warehouse=place.warehouses[0]).free) == (1, 0)


@pytest.mark.django_db
def test_a_line_that_is_wanted_later_waits_by_choice(place):
    waiting(place, 10)
    (line,) = waiting(place, 1)
    Backorder.objects.update(reason="later")
    stocked(place, 5)
    assert held(line) == 0


@pytest.mark.django_db
def test_a_transaction_serves_so_many_and_the_net_the_rest(place, monkeypatch):
    monkeypatch.setattr(sharing, "MOST_LINES", 2)
    waiting(place, 10)
    lines = waiting(place, 1, 1, 1)
    stocked(place, 3)
    assert [held(line) for line in lines] == [1, 1, 0]
    assert fill_backorders(now=NOW, limit=9) == [lines[2].order_id]


@pytest.mark.django_db
def test_sharing_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert share_out([], now=NOW) == []
        assert held_back([]) == {}


@pytest.mark.parametrize(
    ("agreed", "reserved", "missing", "why"),
    [
        (Agreed("as_ready"), 1, 14, ""),
        (Agreed("complete"), 10, 5, "not_complete"),
        (Agreed("complete"), 15, 0, ""),
        (Agreed("minimum", Decimal(60)), 10, 5, ""),
        (Agreed("minimum", Decimal(80)), 10, 5, "below_minimum"),
        (Agreed("minimum", Decimal(80)), 12, 3, ""),
        (Agreed("minimum", None, Decimal(11)), 10, 5, "below_minimum"),
        (Agreed("minimum", None, Decimal(10)), 10, 5, ""),
        (Agreed("minimum", Decimal(10), Decimal(11)), 10, 5, "below_minimum"),
    ],
)
def test_what_an_order_agreed_to(agreed, reserved, missing, why):
    assert why_it_waits(agreed, Standing(Decimal(reserved), Decimal(missing))) == why


@pytest.mark.django_db
def test_an_order_that_ships_complete_waits_and_holds_up_nobody(place):
    complete, other = waiting(place, 7, 3)
    (rest,) = waiting(place, 2)
    line = replace(rest, order_id=complete.order_id)
    Backorder.objects.update(order_id=line.order_id)
    OrderPolicy.objects.create(order_id=complete.order_id, ship="complete")
    assert held_back([complete.order_id, other.order_id]) == {complete.order_id: "not_complete"}
    result = ship([ship_request(complete), ship_request(other)], actor=SYSTEM)
    assert [refusal.code for refusal in result.refused] == ["not_complete"]
    assert {shipped.order_id for shipped in result.lines} == {other.order_id}
    stocked(place, 2)
    assert not ship([ship_request(complete)], actor=SYSTEM).refused
