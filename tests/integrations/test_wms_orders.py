"""What warehouses find otherwise than they were told: less, more, what came back, what nobody asked for."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from apps.exceptions.models import Case
from apps.integrations.contract import MESSAGE_RESOLUTIONS, STOCK_RESOLUTIONS
from apps.integrations.models import MessageState, WarehouseMessage, WarehouseOrder
from apps.inventory.models import Backorder, GoodsReturn, OrderPolicy, Reservation, Shipment, ShipmentLine, Stock
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.orders import bill, place
from tests.factories.orders import ship as ship_at_desk
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def warehouse(company: None) -> Connected:
    return a_connected_warehouse()


def told(warehouse: Connected, *lines: tuple[str, str]) -> Order:
    """Place an order and let the warehouse know it."""
    order = place(lines=list(lines), customer="C-1004")
    warehouse.tell(order)
    warehouse.settle()
    return order


def shelf(sku: str) -> Stock:
    return Stock.objects.get(product__sku=sku, warehouse__code="UK-MAIN")


def lines(order: Order) -> dict[str, str]:
    return {line.product.sku: str(line.pk) for line in order.lines.select_related("product")}


def reasons(case: Case) -> list[str]:
    return sorted(case.reasons.filter(state="open").values_list("code", flat=True))


def test_goods_that_are_not_found_are_held_and_served_from_elsewhere(warehouse: Connected) -> None:
    order = told(warehouse, ("MUG-BLUE", "6"), ("MUG-RED", "4"))
    warehouse.wms.lose("MUG-BLUE", 398)  # two are there
    warehouse.wms.lose("MUG-RED", 347)  # three are there, and nothing elsewhere
    warehouse.wms.work()
    warehouse.settle()
    north = Reservation.objects.get()
    assert (north.quantity, north.stock.warehouse.code, north.stock.product.sku) == (4, "UK-NORTH", "MUG-BLUE")
    assert Backorder.objects.get().quantity == 1
    assert (shelf("MUG-BLUE").on_hold, shelf("MUG-RED").on_hold) == (398, 347)
    assert Order.objects.get().state == "partly_shipped"
    assert {case.subject_id for case in Case.objects.filter(subject_kind="stock")} == {
        shelf("MUG-BLUE").pk, shelf("MUG-RED").pk,
    }  # fmt: skip
    case = Case.objects.get(subject_id=shelf("MUG-RED").pk)
    assert case.title == "UK-MAIN: pickers did not find 1 of MUG-RED"
    assert case.currency == "GBP" and case.money_at_risk_minor > 0
    warehouse.wms.count("MUG-RED")
    warehouse.settle()
    case.refresh_from_db()
    assert case.title == "UK-MAIN: MUG-RED is 0 there and 347 in our books", "the case is called by what it says now"
    told_last = WarehouseOrder.objects.get(order_id=order.pk)
    assert {line["sku"]: line["quantity"] for line in told_last.told["lines"]} == {"MUG-BLUE": "2", "MUG-RED": "3"}


def test_a_count_that_differs_is_a_case_and_booking_it_makes_both_sides_equal(warehouse: Connected) -> None:
    warehouse.wms.lose("MUG-RED", 3)
    warehouse.wms.count("MUG-RED")
    warehouse.settle()
    case = Case.objects.get(subject_kind="stock")
    assert reasons(case) == ["count_difference"] and "347 there and 350 in our books" in case.title
    assert (case.currency, case.money_at_risk_minor) == ("GBP", 3 * shelf("MUG-RED").value_minor // 350)
    assert shelf("MUG-RED").on_hand == 350
    book = STOCK_RESOLUTIONS["book_count"].function
    assert book([case.subject_id], note="Counted twice", actor=SYSTEM, now=warehouse.now) == {
        case.subject_id: "Booked."
    }
    assert warehouse.differences() == {} and not Case.objects.filter(state="open").exists()


def test_what_pickers_did_not_find_is_booked_from_what_is_held(warehouse: Connected) -> None:
    told(warehouse, ("MUG-RED", "350"))
    warehouse.wms.lose("MUG-RED", 2)
    warehouse.wms.work()
    warehouse.settle()
    STOCK_RESOLUTIONS["book_count"].function([shelf("MUG-RED").pk], note="Gone", actor=SYSTEM, now=warehouse.now)
    assert (shelf("MUG-RED").on_hand, shelf("MUG-RED").on_hold, Backorder.objects.get().quantity) == (0, 0, 2)
    assert warehouse.differences() == {}


def test_what_is_found_after_all_is_free_again(warehouse: Connected) -> None:
    order = told(warehouse, ("MUG-RED", "4"))
    warehouse.wms.lose("MUG-RED", 348)
    warehouse.wms.work()
    warehouse.settle()
    assert (shelf("MUG-RED").free, Backorder.objects.get().quantity) == (0, 2)
    warehouse.wms.lose("MUG-RED", -348)  # it lay on another shelf
    warehouse.wms.tell_stock()
    warehouse.settle()
    assert reasons(Case.objects.get()) == ["short_pick"], "only a count answers that"
    warehouse.wms.count("MUG-RED")
    warehouse.hear()
    assert (shelf("MUG-RED").on_hold, Backorder.objects.count()) == (0, 0)
    warehouse.tell(order)
    warehouse.settle()
    warehouse.wms.work()
    warehouse.settle()
    assert Order.objects.get().state == "shipped" and warehouse.differences() == {}


def test_counting_again_closes_the_case_when_it_was_a_lie(warehouse: Connected) -> None:
    warehouse.wms.lies = {"MUG-BLUE": 5}
    warehouse.wms.count("MUG-BLUE")
    warehouse.settle()
    case = Case.objects.get(subject_kind="stock")
    warehouse.wms.lies = {}
    STOCK_RESOLUTIONS["count_again"].function([case.subject_id], note="", actor=SYSTEM, now=warehouse.now)
    warehouse.send()
    warehouse.hear()
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("resolved", "equal")
    assert WarehouseMessage.objects.get(kind="count").state == MessageState.SENT


def test_a_stock_message_waits_for_what_was_said_before_it(warehouse: Connected) -> None:
    order = told(warehouse, ("MUG-BLUE", "6"))
    warehouse.wms.work()
    warehouse.wms.tell_stock()
    shipped, *stock = warehouse.wms.untold(1_000)
    assert shipped["kind"] == "shipped"
    done = warehouse.hear(stock)
    assert (done.applied, done.parked) == (0, len(stock))
    warehouse.wait(3)
    assert warehouse.hear([shipped]).applied == 1 + len(stock)
    assert Order.objects.get(pk=order.pk).state == "shipped" and not Case.objects.exists()


def test_more_than_was_asked_for_goes_to_what_waits_and_the_rest_to_a_case(warehouse: Connected) -> None:
    order = told(warehouse, ("CLOCK-WALL", "15"))  # twelve are there
    line_id = lines(order)["CLOCK-WALL"]
    place_found(warehouse, "CLOCK-WALL", 2)
    warehouse.wms.receive("CLOCK-WALL", 4)
    warehouse.wms.ship(str(order.pk), more={line_id: 4})
    warehouse.settle()
    assert Shipment.objects.get().lines.get().quantity == 14
    assert Backorder.objects.get().quantity == 1
    case = Case.objects.get(subject_kind="warehouse_message")
    assert reasons(case) == ["over_pick"]
    assert warehouse.differences() == {}


def place_found(warehouse: Connected, sku: str, quantity: int) -> None:
    """Put goods on our shelf while everybody who waits for them looks away."""
    Stock.objects.filter(pk=shelf(sku).pk).update(on_hand=shelf(sku).on_hand + quantity)


def test_goods_of_a_cancelled_order_that_left_all_the_same_are_a_case(warehouse: Connected) -> None:
    order = told(warehouse, ("MUG-BLUE", "6"))
    warehouse.wms.work()
    cancel_orders([CancelOrder(order.pk)], reason="Too late", actor=SYSTEM, now=warehouse.now)
    warehouse.tell(order)
    warehouse.settle()
    assert not Shipment.objects.exists() and warehouse.differences() == {}
    case = Case.objects.get(subject_kind="warehouse_message")
    assert reasons(case) == ["wms_contradicts"]
    dismiss = MESSAGE_RESOLUTIONS["dismiss"].function
    dismiss([case.subject_id], note="They send a bill", actor=SYSTEM, now=warehouse.now)
    case.refresh_from_db()
    assert case.state == "resolved"


def test_what_comes_back_is_credited_and_on_hold_until_it_is_inspected(warehouse: Connected) -> None:
    order = told(warehouse, ("CLOCK-WALL", "12"))
    waiting = told(warehouse, ("CLOCK-WALL", "5"))
    warehouse.wms.work()
    warehouse.settle()
    warehouse.wms.take_back(str(order.pk), lines(order)["CLOCK-WALL"], 3, "box open")
    warehouse.hear()
    assert WarehouseMessage.objects.get(kind="returned").state == MessageState.PARKED  # not invoiced yet
    bill(order)
    warehouse.settle()
    clocks = shelf("CLOCK-WALL")
    assert (clocks.on_hand, clocks.on_hold, clocks.safety_stock, clocks.free) == (3, 3, 0, 0)
    assert Backorder.objects.get(order_id=waiting.pk).quantity == 5
    assert GoodsReturn.objects.get().quantity == 3 and warehouse.differences() == {}


def test_an_order_that_we_never_told_is_cancelled_there(warehouse: Connected) -> None:
    stranger = str(new_id())
    warehouse.wms.put_order(stranger, 3, [{"line_id": str(new_id()), "sku": "MUG-BLUE", "quantity": "2"}])
    warehouse.settle()
    known = warehouse.wms.order(stranger)
    assert known is not None and known["seq"] == 4 and {line["quantity"] for line in known["lines"]} == {"0"}
    assert warehouse.wms.work() == 0


def test_goods_that_left_at_the_desk_are_not_wanted_of_the_system(warehouse: Connected) -> None:
    order = told(warehouse, ("MUG-BLUE", "6"))
    ship_at_desk(order, {UUID(lines(order)["MUG-BLUE"]): Decimal(4)}, at=warehouse.now)
    warehouse.tell(order)
    warehouse.settle()
    warehouse.wms.work()
    warehouse.settle()
    assert sorted(ShipmentLine.objects.values_list("quantity", flat=True)) == [2, 4]
    assert Order.objects.get().state == "shipped"


def test_an_order_that_has_to_leave_complete_wants_nothing_before(warehouse: Connected) -> None:
    order = place(lines=[("CLOCK-WALL", "15")], customer="C-1004", partial_delivery=False)
    assert OrderPolicy.objects.filter(order_id=order.pk).exists()
    assert warehouse.tell(order) == 0


def test_a_product_that_they_do_not_know_is_a_case(warehouse: Connected) -> None:
    warehouse.wms.storage.run("DELETE FROM stock WHERE sku = 'MUG-RED'")
    told(warehouse, ("MUG-BLUE", "1"))
    order = place(lines=[("MUG-RED", "1")], customer="C-1004")
    warehouse.tell(order)
    warehouse.send()
    warehouse.hear()
    assert WarehouseMessage.objects.get(direction="out", order_id=order.pk).state == MessageState.REFUSED
    assert reasons(Case.objects.get()) == ["wms_refused"]
    warehouse.wms.receive("MUG-RED", 350)
    case = Case.objects.get()
    assert case.subject_id == WarehouseMessage.objects.get(kind="refused").pk
    assert case.title.endswith(f", {order.number}"), "it names the order"


def test_others_who_sell_from_the_shelf_are_believed(company: None) -> None:
    warehouse = a_connected_warehouse(shares_stock=True)
    for _ in range(3):
        warehouse.wait(60)
        warehouse.wms.sell("MUG-BLUE", 10)
    warehouse.settle()
    row = shelf("MUG-BLUE")
    assert (row.on_hand, warehouse.differences(), Case.objects.count()) == (370, {}, 0)
    assert row.sale_rate == Decimal("0.100000")  # thirty within five minutes
    assert row.synced_at is not None
    warehouse.wait(7_200)
    warehouse.wms.sell("MUG-BLUE", 1)
    warehouse.settle()
    assert shelf("MUG-BLUE").sale_rate == Decimal("0.003333")


def test_what_others_sold_of_what_is_reserved_is_a_case(company: None) -> None:
    warehouse = a_connected_warehouse(shares_stock=True)
    told(warehouse, ("MUG-RED", "345"))
    warehouse.wms.sell("MUG-RED", 10)
    warehouse.settle()
    assert reasons(Case.objects.get(subject_kind="stock")) == ["count_difference"]
    assert shelf("MUG-RED").on_hand == 350


def test_a_message_that_comes_again_with_other_words_is_a_case(warehouse: Connected) -> None:
    warehouse.wms.lies = {"MUG-BLUE": 5}
    warehouse.wms.count("MUG-BLUE")
    (message,) = warehouse.wms.untold()
    warehouse.hear([message])
    other = message | {"body": message["body"] | {"on_hand": "1"}}
    warehouse.hear([other])
    assert reasons(Case.objects.get(subject_kind="warehouse_message")) == ["wms_contradicts"]
    kept = WarehouseMessage.objects.get(kind="counted").payload
    assert (kept["on_hand"], "damaged" in kept) == (message["body"]["on_hand"], False), (
        "nothing is kept that nobody needs"
    )


def test_a_message_that_makes_no_sense_is_kept_with_its_fault(warehouse: Connected) -> None:
    warehouse.wms.storage.run(
        "INSERT INTO messages (id, kind, occurred_at, body) VALUES ('odd', 'shipped', ?, '{\"lines\": []}')",
        (warehouse.now + timedelta(seconds=1)).isoformat(),
    )
    assert warehouse.hear().refused == 1
    kept = WarehouseMessage.objects.get(source_ref="odd")
    assert kept.state == MessageState.REFUSED and "shipment_id" in kept.error
