"""An order for which another product is delivered: the customer hears of it once, papers name what left, the money stays the line's."""

from decimal import Decimal

import pytest

from apps.audit.contract import timeline
from apps.billing.models import InvoiceLine
from apps.inventory.contract import work_of
from apps.inventory.models import Notice, Shipment, ShipmentLine, Stock
from apps.masterdata.models import Product
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.orders.services.give_back import GiveBack, give_back
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from ordercash.subscriptions import tell_customers
from tests.factories.orders import LATER, NOW, bill, place, ship
from tests.factories.pages import shown, signed_in, words
from tests.factories.rulebooks import put_in_force

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture
def order(company: None) -> Order:
    """Twelve wall clocks are there, twenty are wanted; ninety lanterns may stand for them."""
    pair = {"of": "CLOCK-WALL", "by": "LANTERN-L"}
    put_in_force("inventory.backorders", {"policies": [{"name": "usual", "substitutes": [pair]}]})
    return place(lines=[("CLOCK-WALL", "20")])


def lantern() -> Product:
    return Product.objects.get(sku="LANTERN-L")


def test_the_customer_is_told_once_however_often_it_is_heard(order: Order) -> None:
    events = [event for event in timeline(order.pk) if event.name == "inventory.substituted"]
    assert len(events) == 1
    for _ in range(3):
        writes(tell_customers)(events)
    assert list(Notice.objects.values_list("kind", "state")) == [("substituted", "waiting")]
    text = words(shown(signed_in("orders.view_orders"), f"/orders/{order.pk}/"))
    assert "Another product is delivered than was ordered" in text


def test_shipment_invoice_and_warehouse_name_what_leaves(order: Order) -> None:
    place_id = Stock.objects.get(product=lantern(), reserved=20).warehouse_id
    assert [(line.product_id, line.reserved) for line in work_of([order.pk], {place_id: "wms:"})] == [
        (lantern().pk, 20)
    ]
    ship(order, lines={order.lines.get().pk: Decimal(15)})
    assert set(ShipmentLine.objects.values_list("product_id", "quantity")) == {(lantern().pk, Decimal(15))}
    bill(order)
    (line,) = InvoiceLine.objects.filter(product_id=order.lines.get().product_id)
    assert line.description.endswith("(delivered: LANTERN-L)")
    assert line.unit_price == order.lines.get().unit_price
    assert line.product_id == order.lines.get().product_id
    assert [each.code for each in prove().equalities if not each.holds] == []


def test_it_is_cancelled_and_comes_back(order: Order) -> None:
    line = order.lines.get()
    cancel_orders([CancelOrder(order.pk, {line.pk: Decimal(5)})], reason="Fewer", actor=SYSTEM, now=NOW)
    ship(order)
    bill(order)
    shelf = Stock.objects.get(pk=ShipmentLine.objects.get().stock_id)
    wanted = GiveBack(order.pk, "return:1", {line.pk: Decimal(4)}, restock=True, reason="Broken")
    give_back(wanted, actor=SYSTEM, now=LATER)
    assert Stock.objects.get(pk=shelf.pk).on_hand == shelf.on_hand + 4
    assert Stock.objects.get(product__sku="CLOCK-WALL", warehouse__code="UK-MAIN").on_hand == 12
    assert Shipment.objects.count() == 1
    assert [each.code for each in prove().equalities if not each.holds] == []
