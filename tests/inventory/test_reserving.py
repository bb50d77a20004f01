"""Promises: first come first served, whole where possible, never more than there is."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from apps.inventory.contract import DemandLine, reserve_lines
from apps.inventory.models import Backorder, Reservation, Stock
from apps.inventory.services.reserving import NoWarehouse
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, demand, stocked

pytestmark = pytest.mark.django_db


def got(lines: list[DemandLine]) -> list[tuple[int, int]]:
    answers = reserve_lines(lines)
    return [(int(answers[line.line_id].reserved), int(answers[line.line_id].backordered)) for line in lines]


def held(line: DemandLine) -> dict[str, int]:
    rows = Reservation.objects.filter(line_id=line.line_id).values_list("warehouse__code", "quantity")
    return {code: int(quantity) for code, quantity in rows}


def test_reserves_what_is_there():
    place = a_place()
    stocked(place, 10)
    line = demand(place, 4)
    assert got([line]) == [(4, 0)]
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.reserved) == (10, 4)
    reservation = Reservation.objects.get()
    assert (reservation.line_id, reservation.stock_id, reservation.quantity) == (line.line_id, stock.id, 4)
    assert not Backorder.objects.exists()


def test_lines_of_one_product_are_served_in_the_order_given():
    place = a_place()
    stocked(place, 10)
    assert got([demand(place, 6), demand(place, 6), demand(place, 1)]) == [(6, 0), (4, 2), (0, 1)]
    assert list(Backorder.objects.order_by("quantity").values_list("quantity", flat=True)) == [1, 2]


def test_a_short_product_does_not_harm_its_neighbours():
    place = a_place(products=3)
    stocked(place, 5, product=0)
    stocked(place, 5, product=2)
    lines = [demand(place, 3, product=n) for n in range(3)]
    assert got(lines) == [(3, 0), (0, 3), (3, 0)]


def test_the_first_warehouse_that_can_take_the_whole_line_is_preferred():
    place = a_place(warehouses=3)
    stocked(place, 2, warehouse=0)
    stocked(place, 5, warehouse=1)
    stocked(place, 50, warehouse=2)
    line = demand(place, 5)
    assert got([line]) == [(5, 0)]
    assert held(line) == {"UK-2": 5}


def test_what_no_warehouse_can_take_whole_is_split_by_priority():
    place = a_place(warehouses=3)
    for warehouse, quantity in enumerate((2, 3, 4)):
        stocked(place, quantity, warehouse=warehouse)
    line, late = demand(place, 8), demand(place, 4)
    assert got([line, late]) == [(8, 0), (1, 3)]
    assert held(line) == {"UK-1": 2, "UK-2": 3, "UK-3": 3}
    assert held(late) == {"UK-3": 1}


def test_another_legal_entitys_stock_is_not_taken():
    place, other = a_place(), a_place(code="DE", currency="EUR")
    stocked(place, 10)
    line = demand(other, 1)
    foreign = DemandLine(new_id(), new_id(), other.entity.id, place.products[0].id, True, Decimal(1), NOW)
    assert got([line, foreign]) == [(0, 1), (0, 1)]


def test_an_inactive_warehouse_is_not_asked():
    place = a_place(warehouses=2)
    stocked(place, 5, warehouse=0)
    stocked(place, 5, warehouse=1)
    type(place.warehouses[0]).objects.filter(id=place.warehouses[0].id).update(is_active=False)
    line = demand(place, 5)
    assert got([line]) == [(5, 0)]
    assert held(line) == {"UK-2": 5}


def test_services_need_no_stock():
    place = a_place(products=2)
    stocked(place, 1, product=0)
    service, goods = demand(place, 7, product=1, stocked=False), demand(place, 1)
    assert got([service, goods]) == [(7, 0), (1, 0)]
    reservation = Reservation.objects.get(line_id=service.line_id)
    assert (reservation.stock_id, reservation.warehouse_id) == (None, place.warehouses[0].id)


def test_a_service_without_any_warehouse_is_refused():
    place = a_place(warehouses=0)
    with pytest.raises(NoWarehouse):
        reserve_lines([demand(place, 1, stocked=False)])
    assert got([demand(place, 1)]) == [(0, 1)]


def test_a_line_is_reserved_once():
    place = a_place()
    stocked(place, 10)
    line = demand(place, 1)
    reserve_lines([line])
    with pytest.raises(IntegrityError, match="reservation_once_per_line"):
        reserve_lines([line])


def test_nothing_asked_nothing_done(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert reserve_lines([]) == {}
