"""Goods in lots and warehouse systems: lots are named both ways, and what differs of a lot is a case."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.exceptions.models import Case
from apps.integrations.contract import STOCK_RESOLUTIONS
from apps.integrations.models import MessageState, WarehouseMessage
from apps.inventory.contract import ReceiptDraft, receive_stock
from apps.inventory.models import Lot, Reservation, ShipmentLine, Stock, Warehouse
from apps.masterdata.models import Product
from apps.orders.models import Order
from apps.pricing.models import PriceRecord
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import joined
from tests.factories.lots import agree
from tests.factories.orders import NOW, place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
SKU, TODAY = "TEA-LOT", NOW.date()
MAIN: dict[str, Any] = {"warehouse__code": "UK-MAIN", "product__sku": SKU}


def connected(**changes: Any) -> Connected:
    """UK-MAIN has five of lot A, which expires first, and ten of lot B; its system says so, by messages of ours."""
    tea = Product.objects.get(sku="MUG-BLUE")
    tea.pk, tea.sku, tea.name, tea.tracks_lots = new_id(), SKU, "Tea", True
    tea.save(force_insert=True)
    for price in PriceRecord.objects.filter(product__sku="MUG-BLUE"):
        price.pk, price.product = new_id(), tea
        price.save(force_insert=True)
    main = Warehouse.objects.get(code="UK-MAIN")
    drafts = [
        ReceiptDraft(main.pk, tea.pk, Decimal(quantity), Decimal("2.50"), NOW, f"t:{code}", lot_code=code,
                     expires_on=TODAY + timedelta(days=days))
        for code, quantity, days in (("A", 5, 30), ("B", 10, 60))
    ]  # fmt: skip
    assert not joined(receive_stock, drafts, actor=SYSTEM).refused
    return a_connected_warehouse(**changes)


@pytest.fixture
def warehouse(company: None) -> Connected:
    return connected()


def says(warehouse: Connected, kind: str, body: dict[str, Any], order_id: str | None = None) -> WarehouseMessage:
    """Let their system say something, and return what became of it."""
    with warehouse.wms.storage.change():
        warehouse.wms._tell(kind, body, order_id)
    message = warehouse.wms.untold(1_000)[-1]
    warehouse.hear()
    return WarehouseMessage.objects.get(source_ref=message["id"])


def counted(seq: int, **lots: int) -> dict[str, Any]:
    rows = [{"lot": code, "on_hand": str(quantity)} for code, quantity in lots.items()]
    return {"sku": SKU, "on_hand": str(sum(lots.values())), "stock_seq": seq, "count_id": f"C{seq}", "lots": rows}


def lots() -> dict[str, Decimal]:
    return dict(Lot.objects.filter(stock__in=Stock.objects.filter(**MAIN)).values_list("code", "on_hand"))


class TestCounts:
    def test_a_count_that_equals_every_lot_is_no_case(self, warehouse: Connected) -> None:
        assert says(warehouse, "counted", counted(1, A=5, B=10)).state == MessageState.APPLIED
        assert not Case.objects.exists()

    def test_the_same_sum_in_other_lots_is_a_case_and_booking_it_makes_them_equal(self, warehouse: Connected) -> None:
        says(warehouse, "counted", counted(1, A=3, B=12))
        case = Case.objects.get(subject_kind="stock")
        assert "other lots" in case.title
        book = STOCK_RESOLUTIONS["book_count"].function
        told = book([case.subject_id], note="Counted twice", actor=SYSTEM, now=warehouse.now)
        assert told == {case.subject_id: "Booked."}
        assert lots() == {"A": 3, "B": 12}
        agree()
        says(warehouse, "counted", counted(2, A=3, B=12))
        assert not Case.objects.filter(state="open").exists()

    def test_a_lot_that_we_do_not_know_is_booked_with_its_expiry(self, warehouse: Connected) -> None:
        body = counted(1, A=5, B=8, C=2)
        body["lots"][2]["expires_on"] = (TODAY + timedelta(days=90)).isoformat()
        says(warehouse, "counted", body)
        case = Case.objects.get(subject_kind="stock")
        STOCK_RESOLUTIONS["book_count"].function([case.subject_id], note="", actor=SYSTEM, now=warehouse.now)
        assert lots() == {"A": 5, "B": 8, "C": 2}
        agree()

    def test_what_cannot_be_booked_is_told_and_another_count_is_another_fact(self, warehouse: Connected) -> None:
        says(warehouse, "counted", counted(1, A=4, B=10, C=2))  # nobody says when C expires
        case = Case.objects.get(subject_kind="stock")
        book = STOCK_RESOLUTIONS["book_count"].function
        for _ in range(2):
            (why,) = book([case.subject_id], note="", actor=SYSTEM, now=warehouse.now).values()
            assert why.startswith("Lot C") and "expires" in why
            assert lots() == {"A": 4, "B": 10}
        says(warehouse, "counted", counted(2, A=3, B=10))
        book([case.subject_id], note="", actor=SYSTEM, now=warehouse.now)
        assert lots() == {"A": 3, "B": 10}
        agree()

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"lots": []}, "say what lies there of each"),
            ({"lots": [{"lot": "A", "on_hand": "5"}]}, "come to 5, not to 15"),
            ({"lots": [{"lot": "A", "on_hand": "5"}, {"lot": "A", "on_hand": "10"}]}, "named twice"),
            ({"lots": [{"lot": " A", "on_hand": "15"}]}, "lot"),
            ({"lots": [{"lot": "A", "on_hand": "-1"}]}, "on_hand"),
            ({"sku": "MUG-BLUE"}, "name none"),
        ],
    )
    def test_what_names_lots_wrongly_is_a_case_and_books_nothing(
        self, warehouse: Connected, change: dict[str, Any], why: str
    ) -> None:
        kept = says(warehouse, "counted", counted(1, A=5, B=10) | change)
        assert kept.state == MessageState.REFUSED and why in kept.error
        assert Case.objects.get().reasons.get().code == "wms_contradicts"
        assert lots() == {"A": 5, "B": 10}

    def test_what_others_sell_is_booked_from_its_lot(self, company: None) -> None:
        warehouse = connected(shares_stock=True)
        says(warehouse, "stock", counted(1, A=2, B=11))
        assert lots() == {"A": 2, "B": 11} and not Case.objects.exists()
        agree()


def ordered(warehouse: Connected, quantity: int) -> tuple[Order, str]:
    """An order of tea that the warehouse knows; returns it and its line."""
    order = place(lines=[(SKU, str(quantity))], customer="C-1004")
    warehouse.tell(order)
    warehouse.send()
    return order, str(order.lines.get().pk)


def left(line_id: str, *parts: tuple[str, int], shipment: str = "S1") -> dict[str, Any]:
    rows = [{"line_id": line_id, "sku": SKU, "quantity": str(n)} | ({"lot": lot} if lot else {}) for lot, n in parts]
    return {"shipment_id": shipment, "lines": rows}


def sent() -> dict[str, Decimal]:
    return {row.lot.code: row.quantity for row in ShipmentLine.objects.select_related("lot") if row.lot}


class TestOrders:
    def test_lots_are_named_to_the_warehouse(self, warehouse: Connected) -> None:
        order, line_id = ordered(warehouse, 7)
        (line,) = WarehouseMessage.objects.get(kind="order", order_id=order.pk).payload["lines"]
        assert line == {
            "line_id": line_id, "sku": SKU, "quantity": "7",
            "lots": [{"lot": "A", "quantity": "5"}, {"lot": "B", "quantity": "2"}],
        }  # fmt: skip
        says(warehouse, "shipped", left(line_id, ("B", 2)), str(order.pk))
        warehouse.tell(order)
        newest = WarehouseMessage.objects.filter(kind="order", order_id=order.pk).latest("order_seq")
        assert newest.payload["lines"] == [line], "a total, whatever left of it"

    def test_what_leaves_leaves_from_its_lot(self, warehouse: Connected) -> None:
        order, line_id = ordered(warehouse, 7)
        for _ in range(2):
            assert says(warehouse, "shipped", left(line_id, ("B", 2), ("A", 1)), str(order.pk)).state == "applied"
        assert (sent(), lots()) == ({"A": 1, "B": 2}, {"A": 4, "B": 8})
        agree()
        says(warehouse, "shipped", left(line_id, ("A", 4), shipment="S2"), str(order.pk))
        assert lots() == {"A": 0, "B": 8} and not Case.objects.exists()
        assert Order.objects.get(pk=order.pk).state == "shipped"

    def test_another_lot_than_was_reserved_leaves_where_it_is_free(self, warehouse: Connected) -> None:
        order, line_id = ordered(warehouse, 4)
        says(warehouse, "shipped", left(line_id, ("B", 3), ("A", 1)), str(order.pk))
        assert (sent(), lots()) == ({"A": 1, "B": 3}, {"A": 4, "B": 7})
        assert not Case.objects.exists() and not Reservation.objects.exists()
        agree()

    @pytest.mark.parametrize("lot", ["B", "unknown"])
    def test_a_lot_that_is_promised_to_others_or_unknown_is_a_case(self, warehouse: Connected, lot: str) -> None:
        order, line_id = ordered(warehouse, 5)
        ordered(warehouse, 10)  # all of B
        says(warehouse, "shipped", left(line_id, (lot, 2), ("A", 3)), str(order.pk))
        case = Case.objects.get()
        assert case.reasons.get().code == "lot_differs"
        assert f"2 {SKU} of lot {lot}" in case.reasons.get().detail["left"]
        assert (sent(), lots()) == ({"A": 5}, {"A": 0, "B": 10})
        agree()
        if lot == "B":
            says(warehouse, "counted", counted(1, A=2, B=8))
            assert Case.objects.filter(subject_kind="stock", reasons__code="count_difference").exists()

    @pytest.mark.parametrize("parts", [[("", 3)], [("A", 2), ("", 1)]])
    def test_what_names_no_lot_is_a_case_and_ships_nothing(
        self, warehouse: Connected, parts: list[tuple[str, int]]
    ) -> None:
        order, line_id = ordered(warehouse, 3)
        kept = says(warehouse, "shipped", left(line_id, *parts), str(order.pk))
        assert kept.state == MessageState.REFUSED and "with the lot of all of it" in kept.error
        assert lots() == {"A": 5, "B": 10} and not ShipmentLine.objects.exists()
        says(warehouse, "shipped", left(line_id, ("A", 3)), str(order.pk))
        assert lots() == {"A": 2, "B": 10}, "said again with its lot it counts"

    def test_too_much_is_booked_out_of_its_lot(self, warehouse: Connected) -> None:
        order, line_id = ordered(warehouse, 3)
        says(warehouse, "shipped", left(line_id, ("A", 3), ("B", 2)), str(order.pk))
        assert lots() == {"A": 2, "B": 8}
        case = Case.objects.get()
        assert case.reasons.get().code == "over_pick" and "2 TEA-LOT of lot B" in case.reasons.get().detail["too_much"]
        agree()

    def test_only_the_lot_that_was_not_found_is_in_doubt(self, warehouse: Connected) -> None:
        order, line_id = ordered(warehouse, 3)
        body = {"pick_id": "P1", "lines": [{"line_id": line_id, "missing": "2"}]}
        assert says(warehouse, "short_picked", body, str(order.pk)).state == MessageState.REFUSED
        body["lines"][0]["lot"] = "A"
        assert says(warehouse, "short_picked", body | {"pick_id": "P2"}, str(order.pk)).state == MessageState.APPLIED
        held = dict(Lot.objects.values_list("code", "blocked"))
        assert held == {"A": 4, "B": 0}, "what was not found of A and the rest of it"
        assert Reservation.objects.filter(order_id=order.pk, lot__code="B").get().quantity == 2
        agree()
