"""What orders tell inventory of their lines, and that lines which waited before it was asked are told the same."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from apps.inventory.models import Backorder, OrderPolicy, Reservation, Stock
from apps.masterdata.models import Customer
from apps.orders.models import Order, OrderLine
from apps.orders.services import place as place_service
from apps.orders.services.release import release_orders
from apps.orders.services.supply import cancel_overdue, ship_ready
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import LATER, NOW, RELEASER, place
from tests.factories.rulebooks import put_in_force

pytestmark = pytest.mark.django_db(transaction=True)
SQL = settings.BASE_DIR / "apps" / "orders" / "sql" / "waiting_lines.sql"
LINES = [("MUG-BLUE", "3"), ("CLOCK-WALL", "2"), ("TEA-FOR-TWO", "2")]
TOLD = (
    "line_id", "customer_id", "customer_group", "channel", "country", "currency", "net_minor", "line_quantity", "kit_no", "per_kit"
)  # fmt: skip


@pytest.fixture(autouse=True)
def _scarce(company: None) -> None:
    """Of everything but mugs and candles only the safety stock is there."""
    plenty = ["MUG-BLUE", "CANDLE-VAN"]
    Stock.objects.exclude(product__sku__in=plenty).update(safety_stock=F("on_hand"))


def waiting(order: Order) -> list[tuple[object, ...]]:
    return list(Backorder.objects.filter(order_id=order.pk).order_by("line_id").values_list(*TOLD))


def test_a_line_that_waits_knows_for_whom_and_what_it_is_worth() -> None:
    order = place(lines=LINES, requested_delivery_date="2026-03-20")
    customer = Customer.objects.get(code="C-1001")
    rows = {row.line_id: row for row in Backorder.objects.filter(order_id=order.pk)}
    lines = {line.pk: line for line in OrderLine.objects.filter(order=order).exclude(kind="bundle")}
    assert rows
    for line_id, row in rows.items():
        line = lines[line_id]
        assert (row.customer_id, row.channel, row.currency) == (customer.pk, "web", "GBP")
        assert row.customer_group == (customer.group.code if customer.group else "")
        assert row.country == order.ship_to.country
        assert (row.net_minor, row.line_quantity, row.kit_no) == (line.net_minor, line.quantity, line.part_of)
        assert row.per_kit == (line.quantity / Decimal(2) if line.part_of else None)
        assert row.wanted_on == date(2026, 3, 20)
    assert any(row.kit_no for row in rows.values())


def test_lines_from_before_are_told_the_same() -> None:
    order = place(lines=LINES)
    as_written = waiting(order)
    Backorder.objects.update(
        customer_id=None, customer_group="", channel="", country="", currency="", net_minor=0, line_quantity=0, kit_no=None, per_kit=None
    )  # fmt: skip
    assert waiting(order) != as_written
    with connection.cursor() as cursor:
        cursor.execute(SQL.read_text("utf-8"))
    assert waiting(order) == as_written


def test_a_released_order_is_wanted_when_it_was() -> None:
    order = place(customer="C-9001", lines=LINES, requested_delivery_date="2026-03-20", partial_delivery=False)
    assert order.state == "held"
    assert release_orders([order.pk], reason="Known for years", actor=RELEASER, now=NOW).order_ids == [order.pk]
    assert set(Backorder.objects.values_list("wanted_on", flat=True)) == {date(2026, 3, 20)}
    order.refresh_from_db()
    assert not order.partial_delivery


def test_inventory_is_told_that_everything_is_wanted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    reserve = place_service.reserve_lines
    monkeypatch.setattr(place_service, "reserve_lines", lambda lines: told.extend(lines) or reserve(lines))
    place(partial_delivery=False)
    assert {line.about.partial_ok for line in told} == {False}
    assert {line.sku for line in told} == {"MUG-BLUE", "TEAPOT-1L", "CARRIAGE"}


def test_the_stand_in_for_the_warehouse_lets_wait_what_ships_complete() -> None:
    waits, goes = place(lines=LINES, partial_delivery=False), place(lines=[("CANDLE-VAN", "1")], partial_delivery=False)
    assert OrderPolicy.objects.filter(ship="complete").count() == 2
    shipped = ship_ready(from_at=NOW, until=LATER, limit=10, actor=SYSTEM)
    assert {shipment.order_id for shipment in shipped.shipments} == {goes.pk}
    assert shipped.refused == []
    assert Reservation.objects.filter(order_id=waits.pk).exists()


def test_what_waits_longer_than_was_agreed_is_cancelled_and_the_rest_goes() -> None:
    terms = {"name": "patient", "cancel_after_days": 5, "ship": "complete"}
    put_in_force("inventory.backorders", {"policies": [terms]})
    order, whole = place(lines=LINES), place(lines=[("CANDLE-VAN", "1")])
    assert cancel_overdue(now=NOW + timedelta(days=4), limit=9, actor=SYSTEM) == ([], [])
    late = NOW + timedelta(days=5)
    assert cancel_overdue(now=late, limit=9, actor=SYSTEM) == ([order.pk], [])
    assert not Backorder.objects.exists()
    cancelled = {line.line_no: line.cancelled_quantity for line in OrderLine.objects.filter(order=order)}
    assert {
        line.line_no for line in OrderLine.objects.filter(order=order, product__sku="MUG-BLUE", kind="product")
    } == {1}
    assert (cancelled[1], cancelled[2]) == (0, 2)
    parts = OrderLine.objects.filter(order=order, part_of=3)
    assert {line.cancelled_quantity for line in parts} == {line.quantity for line in parts}
    assert {shipment.order_id for shipment in ship_ready(from_at=late, until=late, limit=9, actor=SYSTEM).shipments} == {
        order.pk, whole.pk,
    }  # fmt: skip
    assert cancel_overdue(now=late, limit=9, actor=SYSTEM) == ([], [])
