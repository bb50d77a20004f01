"""What came back is inspected there or here, and both sides know it: shelves, damaged and held are the same on both."""

from decimal import Decimal
from uuid import UUID

import pytest

from apps.audit.models import EventRecord
from apps.exceptions.models import Case
from apps.integrations.contract import tell_inspected
from apps.integrations.models import MessageState, WarehouseMessage
from apps.inventory.decisions.facts.inspecting import Finding
from apps.inventory.models import Inspection, InspectionFinding, Reservation, Stock
from apps.inventory.services.inspecting import inspect_goods
from apps.orders.models import Order
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import joined
from tests.factories.orders import bill, place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
SKU = "CLOCK-WALL"  # twelve are there


@pytest.fixture
def warehouse(company: None) -> Connected:
    return a_connected_warehouse()


def returned(warehouse: Connected, quantity: int = 4) -> tuple[Order, str, str]:
    """All twelve were sold, shipped and invoiced; some came back. Returns the order, its line and the return."""
    order = place(lines=[(SKU, "12")], customer="C-1004")
    warehouse.tell(order)
    warehouse.settle()
    warehouse.wms.work()
    warehouse.settle()
    bill(order)
    line_id = str(order.lines.get().pk)
    return order, line_id, warehouse.wms.take_back(str(order.pk), line_id, quantity)


def same(warehouse: Connected) -> tuple[int, int, int]:
    """Return on hand, damaged and held of the clocks, which are equal on both sides."""
    row = Stock.objects.get(product__sku=SKU, warehouse__code="UK-MAIN")
    ours = (int(row.on_hand), int(row.damaged), int(row.on_hold))
    (there,) = (each for each in warehouse.wms.stock() if each["sku"] == SKU)
    assert (int(there["on_hand"]), int(there["damaged"]), int(there["on_hold"])) == ours
    return ours


def inspected_here(warehouse: Connected, **parts: int) -> None:
    """Somebody here says what he found, and the event is handed over as the subscription does."""
    row = Inspection.objects.get()
    found = [Decimal(parts.get(name, 0)) for name in ("good", "damaged", "scrapped")]
    finding = Finding(row.pk, found[0], found[1], found[2], f"page:{parts}", warehouse.now)
    assert not inspect_goods([finding], now=warehouse.now, actor=SYSTEM).refused
    events = EventRecord.objects.filter(name="inventory.return_inspected")
    for _ in range(2):
        joined(tell_inspected, [UUID(each.payload["finding_id"]) for each in events], now=warehouse.now)


def test_what_they_find_is_booked_here_and_serves_who_waits(warehouse: Connected) -> None:
    _, line_id, return_id = returned(warehouse)
    warehouse.settle()
    assert same(warehouse) == (4, 0, 4)
    waiting = place(lines=[(SKU, "2")], customer="C-1004")
    warehouse.wms.inspect(return_id, line_id, good=2, damaged=1, scrapped=1)
    warehouse.settle()
    assert same(warehouse) == (3, 1, 0)
    assert Reservation.objects.get(order_id=waiting.pk).quantity == 2
    assert not Case.objects.exists()
    warehouse.wms.count(SKU)
    warehouse.settle()
    assert not Case.objects.exists()


def test_messages_twice_and_out_of_order_book_it_once(warehouse: Connected) -> None:
    _, line_id, return_id = returned(warehouse)
    warehouse.wms.inspect(return_id, line_id, good=1)
    warehouse.wms.inspect(return_id, line_id, damaged=2)
    back, *found = warehouse.wms.untold()
    warehouse.hear([*reversed(found), *found])
    states = WarehouseMessage.objects.filter(kind="inspected").values_list("state", flat=True)
    assert set(states) == {MessageState.PARKED}, "they wait for the return"
    warehouse.hear([back, *found])
    warehouse.wms.told([message["seq"] for message in (back, *found)])
    warehouse.settle()
    assert same(warehouse) == (4, 2, 1)
    assert InspectionFinding.objects.count() == 2 and not Case.objects.exists()


def test_what_is_found_here_is_told_there_once(warehouse: Connected) -> None:
    returned(warehouse)
    warehouse.settle()
    warehouse.faults.down = True
    inspected_here(warehouse, good=1, scrapped=1)
    warehouse.send()
    inspected_here(warehouse, damaged=2)
    warehouse.faults.down = False
    warehouse.wait(60)
    warehouse.send()
    assert WarehouseMessage.objects.filter(kind="inspection", state=MessageState.SENT).count() == 2
    assert same(warehouse) == (3, 2, 0)
    WarehouseMessage.objects.filter(kind="inspection").update(state="waiting", next_try_at=warehouse.now)
    warehouse.send()
    assert same(warehouse) == (3, 2, 0), "said again it is the same"


def test_what_they_found_is_not_told_to_them(warehouse: Connected) -> None:
    _, line_id, return_id = returned(warehouse)
    warehouse.wms.inspect(return_id, line_id, good=4)
    warehouse.settle()
    told = [row.pk for row in InspectionFinding.objects.all()]
    assert joined(tell_inspected, told, now=warehouse.now) == 0


def test_both_found_something_else_is_a_case_on_both_ways(warehouse: Connected) -> None:
    _, line_id, return_id = returned(warehouse, 3)
    warehouse.settle()
    warehouse.wms.inspect(return_id, line_id, good=3)
    inspected_here(warehouse, scrapped=3)
    warehouse.send()
    warehouse.hear()
    states = WarehouseMessage.objects.filter(kind__in=["inspection", "inspected"]).values_list("state", flat=True)
    assert set(states) == {MessageState.REFUSED}
    codes = Case.objects.values_list("reasons__code", flat=True)
    assert sorted(codes) == ["wms_contradicts", "wms_refused"]
    warehouse.wms.count(SKU)
    warehouse.hear()
    assert Case.objects.filter(subject_kind="stock", reasons__code="count_difference").exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"good": "5"}, "still wait"),
        ({"line_id": "019b7e7a-0000-7000-8000-000000000001"}, "came back"),
        ({"good": "0"}, "Say how many"),
        ({"good": "-1"}, "greater"),
        ({"good": "0.5"}, "decimals"),
    ],
)
def test_what_makes_no_sense_is_a_case_and_changes_nothing(
    warehouse: Connected, change: dict[str, str], why: str
) -> None:
    _, line_id, return_id = returned(warehouse)
    warehouse.settle()
    warehouse.wms.inspect(return_id, line_id, good=1)
    (message,) = warehouse.wms.untold()
    line = message["body"]["lines"][0] | change
    warehouse.hear([message | {"body": message["body"] | {"lines": [line]}}])
    kept = WarehouseMessage.objects.get(kind="inspected")
    assert kept.state == MessageState.REFUSED and why in kept.error
    assert Case.objects.filter(reasons__code="wms_contradicts").exists()
    assert Inspection.objects.get().waits == 4


def test_a_return_that_nobody_told_of_is_waited_for_and_then_a_case(warehouse: Connected) -> None:
    _, line_id, return_id = returned(warehouse)
    warehouse.settle()
    warehouse.wms.inspect(return_id, line_id, good=1)
    (message,) = warehouse.wms.untold()
    odd = message | {"body": message["body"] | {"return_id": "unheard-of"}}
    assert warehouse.hear([odd]).parked == 1
    warehouse.wait(121)
    assert warehouse.hear([]).refused == 1
