"""Cancelling many at once: each member has its own outcome, and what is refused changes nothing."""

from decimal import Decimal
from uuid import uuid4

import pytest

from apps.audit.models import EventRecord
from apps.exceptions.contract import case_of
from apps.inventory.models import Backorder, Reservation
from apps.operations.selectors.prove import prove
from apps.orders.models import Order, OrderLine
from apps.orders.services.cancel import CancelOrder, ReasonMissing, cancel_orders
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import CLERK, NOW, counted, place, ship

pytestmark = pytest.mark.usefixtures("company")


def cancel(*requests: CancelOrder, reason: str = "Ordered twice") -> tuple[dict[object, str], dict[object, str]]:
    """Cancel, and return the states of what was done and the codes of what was refused, by order."""
    outcome = cancel_orders(requests, reason=reason, actor=CLERK, now=NOW)
    return dict(outcome.states), {item.order_id: item.code for item in outcome.refused}


def test_each_member_of_a_batch_has_its_own_outcome() -> None:
    good, held, shipped, nowhere = place(), place(customer="C-9001"), place(), uuid4()
    ship(shipped)
    done, refused = cancel(*(CancelOrder(pk) for pk in (nowhere, shipped.pk, good.pk, held.pk)))
    assert done == {good.pk: "cancelled", held.pk: "cancelled"}
    assert refused == {nowhere: "not_found", shipped.pk: "wrong_state"}
    assert not Reservation.objects.exists()
    assert case_of("order", held.pk) is None
    assert prove().holds


def test_a_part_of_a_held_order_is_refused_and_the_order_stays_held() -> None:
    held = place(customer="C-9001")
    line = held.lines.first()
    assert line is not None
    assert cancel(CancelOrder(held.pk, {line.pk: Decimal(1)})) == ({}, {held.pk: "held"})
    assert Order.objects.get().state == "held"
    assert not OrderLine.objects.filter(cancelled_quantity__gt=0).exists()
    assert prove().holds


def test_without_a_reason_nothing_is_cancelled() -> None:
    order = place()
    with pytest.raises(ReasonMissing):
        cancel(CancelOrder(order.pk), reason="  ")
    assert Order.objects.get().state == "confirmed"


def test_what_waits_is_given_up_before_what_is_reserved() -> None:
    order = place(customer="C-1004", lines=[("CLOCK-WALL", "15")])
    line = order.lines.get()
    cancel(CancelOrder(order.pk, {line.pk: Decimal(3)}))
    assert not Backorder.objects.exists()
    assert Reservation.objects.get().quantity == 12
    cancel(CancelOrder(order.pk, {line.pk: Decimal(2)}))
    assert Reservation.objects.get().quantity == 10
    assert prove().holds


def test_a_cancellation_is_told_once_with_its_reason_and_lines() -> None:
    order = place()
    cancel(CancelOrder(order.pk))
    assert cancel(CancelOrder(order.pk)) == ({}, {order.pk: "wrong_state"})
    told = EventRecord.objects.get(name="orders.order_cancelled")
    products = sorted(str(line.product_id) for line in order.lines.all())
    assert told.payload == {
        "reason": "Ordered twice",
        "lines": {"1": "2", "2": "1", "3": "1"},
        "net_minors": {"1": 1300, "2": 2400, "3": 495},
        "product_ids": products,
    }
    assert (told.aggregate_id, told.actor_id) == (order.pk, CLERK.id)


def test_statements_do_not_grow_with_the_batch() -> None:
    def statements(count: int) -> int:
        orders = [place(customer="C-1004") for _ in range(count)]
        with counted() as seen:
            cancel_orders([CancelOrder(order.pk) for order in orders], reason="No", actor=SYSTEM, now=NOW)
        return len(seen)

    assert statements(10) <= statements(1) + 1


def test_two_parts_of_one_order_in_a_batch_are_both_cancelled_or_refused() -> None:
    order = place()
    first, second, _ = order.lines.order_by("line_no")
    done, refused = cancel(
        CancelOrder(order.pk, {first.pk: Decimal(1)}), CancelOrder(order.pk, {second.pk: Decimal(1)})
    )
    assert (done, refused) == ({order.pk: "confirmed"}, {})
    assert {line.line_no: line.cancelled_quantity for line in order.lines.all()} == {1: 1, 2: 1, 3: 0}
    assert prove().holds
