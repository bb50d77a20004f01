"""Goods that come back, and promises that are taken back."""

from decimal import Decimal

import pytest

from apps.inventory.contract import (
    ReleaseItem,
    ReturnItem,
    ReturnResult,
    line_standings,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Backorder, GoodsReturn, Reservation, ShipmentLine, Stock, StockMovement
from apps.ledger.models import Posting
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, demand, ship_request, stocked

pytestmark = pytest.mark.django_db


def back(shipment_line_id, quantity, *, restock: bool = True, source_ref: str = "") -> ReturnItem:
    return ReturnItem(shipment_line_id, Decimal(quantity), restock, source_ref or f"test:{new_id()}", NOW)


def returned(*items: ReturnItem) -> ReturnResult:
    return receive_returns(items, actor=SYSTEM)


def shipped_line(place, quantity: int, **facts):
    line = demand(place, quantity, **facts)
    reserve_lines([line])
    return ship([ship_request(line)], actor=SYSTEM).lines[0]


def balance(role: str) -> int:
    return sum(Posting.objects.filter(account__role=role).values_list("amount_minor", flat=True))


def test_restocked_goods_bring_their_original_cost_back():
    place = a_place()
    stocked(place, 3, unit_cost="0.333333")
    line = shipped_line(place, 3)
    stocked(place, 1, unit_cost="9.00")
    result = returned(back(line.shipment_line_id, 1), back(line.shipment_line_id, 2))
    assert [item.cost_minor for item in result.returned] == [33, 67]
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.value_minor) == (4, 1000)
    assert balance("cost_of_sales") == 0
    assert balance("stock") == stock.value_minor
    assert ShipmentLine.objects.get().returned_quantity == 3
    assert StockMovement.objects.filter(kind="return").count() == 2


def test_goods_that_cannot_be_sold_again_come_back_without_stock():
    place = a_place()
    stocked(place, 2)
    line = shipped_line(place, 2)
    result = returned(back(line.shipment_line_id, 2, restock=False))
    assert [item.is_restocked for item in result.returned] == [False]
    assert Stock.objects.get().on_hand == 0
    assert balance("cost_of_sales") == 500


def test_services_come_back_without_stock():
    place = a_place()
    line = shipped_line(place, 2, stocked=False)
    result = returned(back(line.shipment_line_id, 2))
    assert [(item.is_restocked, item.quantity) for item in result.returned] == [(False, 2)]


def test_more_than_shipped_never_comes_back():
    place = a_place()
    stocked(place, 5)
    line = shipped_line(place, 3)
    result = returned(
        back(line.shipment_line_id, 2),
        back(line.shipment_line_id, 2, source_ref="too much"),
        back(line.shipment_line_id, 0, source_ref="nothing"),
        back(new_id(), 1, source_ref="unknown"),
    )
    assert {refusal.source_ref: refusal.code for refusal in result.refused} == {
        "too much": "more_than_shipped",
        "nothing": "quantity_not_positive",
        "unknown": "unknown_shipment_line",
    }
    assert GoodsReturn.objects.count() == 1
    assert Stock.objects.get().on_hand == 4


def test_a_return_told_twice_comes_back_once():
    place = a_place()
    stocked(place, 5)
    line = shipped_line(place, 3)
    item = back(line.shipment_line_id, 1, source_ref="rma:1")
    first = returned(item)
    assert returned(item) == first
    assert ShipmentLine.objects.get().returned_quantity == 1


def test_release_takes_what_waits_first_then_the_last_warehouse():
    place = a_place(warehouses=2)
    stocked(place, 3, warehouse=0)
    stocked(place, 3, warehouse=1)
    line = demand(place, 8)
    reserve_lines([line])
    released = release_lines([ReleaseItem(line.line_id, Decimal(1)), ReleaseItem(line.line_id, Decimal(3))], now=NOW)[
        line.line_id
    ]
    assert (released.from_backorder, released.from_reserved, released.freed) == (2, 2, 4)
    held = dict(Reservation.objects.values_list("warehouse__code", "quantity"))
    assert held == {"UK-1": 3, "UK-2": 1}
    assert not Backorder.objects.exists()
    assert {stock.warehouse_id: int(stock.reserved) for stock in Stock.objects.all()} == {
        place.warehouses[0].id: 3,
        place.warehouses[1].id: 1,
    }


def test_release_frees_at_most_what_has_not_shipped():
    place = a_place()
    stocked(place, 3)
    line = demand(place, 5)
    reserve_lines([line])
    ship([ship_request(line, lines={line.line_id: Decimal(2)})], actor=SYSTEM)
    assert release_lines([ReleaseItem(line.line_id, Decimal(5))], now=NOW)[line.line_id].freed == 3
    standing = line_standings([line.order_id])[line.line_id]
    assert (standing.reserved, standing.backordered, standing.shipped, standing.returned) == (0, 0, 2, 0)
    assert (
        release_lines([ReleaseItem(line.line_id, Decimal(5)), ReleaseItem(new_id(), Decimal(-1))], now=NOW)[
            line.line_id
        ].freed
        == 0
    )


def test_released_services_leave_no_reservation():
    place = a_place()
    line = demand(place, 2, stocked=False)
    reserve_lines([line])
    assert release_lines([ReleaseItem(line.line_id, Decimal(2))], now=NOW)[line.line_id].from_reserved == 2
    assert not Reservation.objects.exists()
