"""Shipping many at once: each request stands alone, nothing leaves twice, and statements do not grow with the batch."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from apps.audit.models import EventRecord
from apps.billing.models import BillingObligation
from apps.inventory.models import Shipment
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.ship import ShipOrder, ship_orders
from apps.orders.services.supply import ship_ready
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import LATER, NOW, counted, place, ship

pytestmark = pytest.mark.usefixtures("company")


def test_a_wrong_request_harms_no_neighbour() -> None:
    good, cancelled, held = place(), place(), place(customer="C-9001")
    cancel_orders([CancelOrder(cancelled.pk)], reason="No", actor=SYSTEM, now=NOW)
    nowhere = uuid4()
    ids = [nowhere, cancelled.pk, good.pk, held.pk]
    shipped = ship_orders([ShipOrder(pk, f"s:{pk}", NOW) for pk in ids], actor=SYSTEM)
    assert {item.order_id for item in shipped.refused} == {nowhere, cancelled.pk, held.pk}
    assert [shipment.order_id for shipment in shipped.shipments] == [good.pk]
    assert prove().holds


def test_the_same_attempt_ships_once_and_is_answered_alike() -> None:
    order = place()
    first, second = ship(order, ref="s:1"), ship(order, ref="s:1")
    assert [s.id for s in first.shipments] == [s.id for s in second.shipments]
    assert Shipment.objects.count() == 1
    assert BillingObligation.objects.count() == 3
    assert EventRecord.objects.filter(name="orders.order_shipped").count() == 1
    assert ship(order, ref="s:2").refused
    assert prove().holds


def test_the_same_order_twice_in_a_batch_ships_its_two_parts() -> None:
    order = place()
    lines = list(order.lines.order_by("line_no"))
    parts = [ShipOrder(order.pk, f"s:{line.pk}", NOW, {line.pk: line.quantity}) for line in lines]
    shipped = ship_orders(parts, actor=SYSTEM)
    assert (len(shipped.shipments), shipped.refused) == (3, [])
    assert Order.objects.get().state == "shipped"
    assert prove().holds


def test_a_line_of_another_order_does_not_ship() -> None:
    order, other = place(), place()
    foreign = other.lines.first()
    assert foreign is not None
    assert ship(order, lines={foreign.pk: Decimal(1)}).refused
    assert not Shipment.objects.exists()


def test_statements_do_not_grow_with_the_batch() -> None:
    ship(place())

    def statements(count: int) -> int:
        orders = [place(customer="C-1004") for _ in range(count)]
        with counted() as seen:
            ship_orders([ShipOrder(order.pk, f"s:{order.pk}", NOW) for order in orders], actor=SYSTEM)
        return len(seen)

    assert statements(12) <= statements(1) + 1


def test_the_stand_in_for_the_warehouse_ships_what_is_due_and_no_more() -> None:
    place(customer="C-1004", ordered_at=NOW - timedelta(days=1))
    late = place(customer="C-1004", ordered_at=NOW)
    shipped = ship_ready(from_at=NOW - timedelta(hours=12), until=NOW, limit=10, actor=SYSTEM)
    assert [shipment.shipped_at for shipment in shipped.shipments] == [NOW - timedelta(hours=12)]
    assert Order.objects.get(pk=late.pk).state == "confirmed"
    assert len(ship_ready(from_at=NOW, until=LATER, limit=10, actor=SYSTEM).shipments) == 1
    assert not ship_ready(from_at=NOW, until=LATER, limit=10, actor=SYSTEM).shipments
    assert prove().holds
