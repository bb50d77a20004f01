"""The warehouse system is down for ten minutes and comes back with every message twice and out of order: nothing is lost or doubled."""

import os
from decimal import Decimal

import pytest
from django.db.models import Sum

from apps.integrations.models import MessageState, WarehouseMessage, WarehouseOrder
from apps.inventory.models import Reservation, Shipment, ShipmentLine
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 600 if os.environ.get("ORDERCASH_FULL") == "1" else 40
SKUS = ("MUG-BLUE", "MUG-RED", "CANDLE-VAN", "BAG-JUTE", "RIBBON-SATIN")


def an_order(number: int) -> Order:
    """An order of two of the products; every fifth has a delivery charge."""
    lines = [(SKUS[number % 5], str(1 + number % 3)), (SKUS[(number + 2) % 5], "1")]
    return place(lines=[*lines, ("CARRIAGE", "1")] if number % 5 == 0 else lines, customer="C-1004")


def goods_shipped() -> dict[str, Decimal]:
    rows = ShipmentLine.objects.filter(stock__isnull=False).values_list("stock__product__sku").annotate(Sum("quantity"))
    return dict(rows)


def test_an_outage_of_ten_minutes_with_every_message_twice_and_out_of_order(company: None) -> None:
    warehouse = a_connected_warehouse()
    before = {each["sku"]: int(each["on_hand"]) for each in warehouse.wms.stock()}
    orders = [an_order(number) for number in range(ORDERS)]
    known, meanwhile = orders[: ORDERS // 2], orders[ORDERS // 2 :]
    warehouse.tell(*known)
    warehouse.send()
    warehouse.hear()

    warehouse.faults.change({"down": True, "repeat": 2, "reorder": 40})
    warehouse.wms.work()  # what it knew of it goes on picking and shipping
    warehouse.tell(*meanwhile)
    cancelled = meanwhile[::4]
    for minute in range(20):
        warehouse.send()
        warehouse.hear()
        warehouse.poll()
        if minute == 10:
            cancel_orders([CancelOrder(o.pk) for o in cancelled], reason="Too late", actor=SYSTEM, now=warehouse.now)
            warehouse.tell(*cancelled)
        warehouse.wait(30)
    assert not Shipment.objects.exists()
    assert not WarehouseMessage.objects.filter(state=MessageState.DEAD).exists()
    assert len(warehouse.asked) < 20 * 6 + ORDERS, "what is down is left alone"

    warehouse.faults.down = False
    warehouse.settle()
    warehouse.wms.work()
    warehouse.settle()
    proven(warehouse, orders, cancelled, before)


def proven(warehouse: Connected, orders: list[Order], cancelled: list[Order], before: dict[str, int]) -> None:
    """Both sides have the same stock, every order that was not cancelled was shipped once, and what left is what was ordered."""
    assert warehouse.differences() == {}
    assert not warehouse.open_messages()
    gone = {order.pk for order in cancelled}
    states = dict(Order.objects.values_list("id", "state"))
    assert {states[order.pk] for order in orders if order.pk not in gone} == {"shipped"}
    assert {states[order.pk] for order in cancelled} == {"cancelled"}
    assert Shipment.objects.count() == len(orders) - len(cancelled)
    assert not Reservation.objects.exists()
    after = {each["sku"]: int(each["on_hand"]) for each in warehouse.wms.stock()}
    assert {sku: before[sku] - after[sku] for sku in before if before[sku] != after[sku]} == goods_shipped()
    repeated = WarehouseMessage.objects.filter(direction="in", repeats__gt=0).count()
    assert repeated > len(orders) - len(cancelled)
    for told in WarehouseOrder.objects.all():
        assert told.seq == told.answered_seq and told.told == told.confirmed


def test_messages_that_get_lost_are_asked_for_and_errors_are_outlasted(company: None) -> None:
    warehouse = a_connected_warehouse(seed=7)
    warehouse.faults.change({"drop": 0.4, "errors": 0.3, "reorder": 9})
    orders = [an_order(number) for number in range(8)]
    warehouse.tell(*orders)
    warehouse.settle(60)
    warehouse.wms.work()
    warehouse.settle(60)
    assert warehouse.differences() == {}
    assert set(Order.objects.values_list("state", flat=True)) == {"shipped"}
