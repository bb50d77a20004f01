"""Shipments: promises become goods that left, once, at their cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.audit.models import EventRecord
from apps.inventory.contract import (
    DemandLine,
    ShipRequest,
    ShipResult,
    reserve_lines,
    ship,
    shipments_of,
    shipped_lines,
)
from apps.inventory.models import Reservation, Shipment, ShipmentLine, Stock
from apps.ledger.models import Account, JournalEntry, Posting
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import a_place, demand, ship_request, stocked

pytestmark = pytest.mark.django_db


def shipped(*requests: ShipRequest) -> ShipResult:
    return ship(requests, actor=SYSTEM)


def reserved(place, *quantities: int, product: int = 0) -> list[DemandLine]:
    order_id = new_id()
    lines = [demand(place, quantity, order_id=order_id, product=product) for quantity in quantities]
    reserve_lines(lines)
    return lines


def test_ships_everything_that_is_reserved():
    place = a_place()
    stocked(place, 10, unit_cost="2.50")
    line, other = reserved(place, 4, 8)
    result = shipped(ship_request(line))
    assert [(item.line_id, item.quantity, item.cost_minor) for item in result.lines] == [
        (line.line_id, 4, 1000),
        (other.line_id, 6, 1500),
    ]
    assert not Reservation.objects.exists()
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.reserved, stock.value_minor) == (0, 0, 0)
    shipment = Shipment.objects.get()
    assert (shipment.number, shipment.order_id) == (result.shipments[0].number, line.order_id)
    assert shipments_of([line.order_id]) == list(result.shipments)
    assert shipped_lines(order_ids=[line.order_id]) == list(result.lines)


def test_cost_of_sales_is_posted_and_the_shipment_told():
    place = a_place()
    stocked(place, 3, unit_cost="1.10")
    (line,) = reserved(place, 2)
    result = shipped(ship_request(line, source_ref="ship:1"))
    entry = JournalEntry.objects.get(kind="shipment")
    assert (entry.source_kind, entry.source_id) == ("shipment", result.shipments[0].id)
    sides = Posting.objects.filter(entry=entry).values_list("account__role", "amount_minor")
    assert dict(sides) == {"cost_of_sales": 220, "stock": -220}
    event = EventRecord.objects.get(name="inventory.shipment_shipped")
    assert (event.aggregate_id, event.thread_id) == (result.shipments[0].id, line.order_id)
    assert event.payload["quantities"] == {str(line.line_id): "2"}


def test_ships_part_of_a_line_and_later_the_rest():
    place = a_place()
    stocked(place, 10)
    (line,) = reserved(place, 5)
    first = shipped(ship_request(line, lines={line.line_id: Decimal(2)}))
    assert (first.lines[0].quantity, Reservation.objects.get().quantity) == (2, 3)
    second = shipped(ship_request(line))
    assert second.lines[0].quantity == 3
    assert first.shipments[0].number != second.shipments[0].number
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.reserved, stock.value_minor) == (5, 0, 1250)


def test_one_shipment_per_warehouse():
    place = a_place(warehouses=2)
    stocked(place, 3, warehouse=0)
    stocked(place, 3, warehouse=1)
    (line,) = reserved(place, 5)
    only = shipped(ship_request(line, warehouse_id=place.warehouses[1].id, carrier="Van", tracking="T-1"))
    assert [(item.quantity, item.line_id) for item in only.lines] == [(2, line.line_id)]
    assert Shipment.objects.get().carrier == "Van"
    (more,) = reserved(place, 1)
    rest = shipped(ship_request(line), ship_request(more))
    assert {shipment.warehouse_id for shipment in rest.shipments} == {w.id for w in place.warehouses}


def test_split_order_leaves_as_two_shipments():
    place = a_place(warehouses=2)
    stocked(place, 3, warehouse=0)
    stocked(place, 3, warehouse=1)
    (line,) = reserved(place, 5)
    result = shipped(ship_request(line))
    assert [(item.quantity) for item in result.lines] == [3, 2]
    assert len(result.shipments) == len({shipment.number for shipment in result.shipments}) == 2


def test_a_bad_request_fails_alone():
    place = a_place()
    stocked(place, 10)
    (good,), (greedy,), (odd,) = reserved(place, 2), reserved(place, 2), reserved(place, 1)
    result = shipped(
        ship_request(greedy, source_ref="greedy", lines={greedy.line_id: Decimal(3)}),
        ship_request(good, source_ref="good"),
        ship_request(odd, source_ref="zero", lines={odd.line_id: Decimal(0)}),
        ship_request(odd, source_ref="empty", lines={}),
        ship_request(demand(place), source_ref="unknown"),
    )
    assert [line.order_id for line in result.lines] == [good.order_id]
    assert {refusal.source_ref: refusal.code for refusal in result.refused} == {
        "greedy": "not_reserved",
        "zero": "quantity_not_positive",
        "empty": "nothing_asked",
        "unknown": "nothing_reserved",
    }
    assert set(Reservation.objects.values_list("line_id", flat=True)) == {greedy.line_id, odd.line_id}


def test_a_repeated_source_ref_ships_nothing_more():
    place = a_place()
    stocked(place, 10)
    (line,) = reserved(place, 4)
    request = ship_request(line, source_ref="once", lines={line.line_id: Decimal(2)})
    first = shipped(request)
    assert shipped(request) == first
    assert ShipmentLine.objects.count() == 1
    twice = shipped(replace(request, source_ref="new"), replace(request, source_ref="new"))
    assert [refusal.code for refusal in twice.refused] == ["source_ref_repeated"]
    assert Stock.objects.get().on_hand == 6


def test_two_requests_of_a_batch_share_a_reservation():
    place = a_place()
    stocked(place, 10)
    (line,) = reserved(place, 5)
    result = shipped(
        ship_request(line, lines={line.line_id: Decimal(2)}),
        ship_request(line, lines={line.line_id: Decimal(3)}),
        ship_request(line, lines={line.line_id: Decimal(1)}),
    )
    assert [item.quantity for item in result.lines] == [2, 3]
    assert [refusal.code for refusal in result.refused] == ["not_reserved"]
    assert not Reservation.objects.exists()


def test_services_ship_without_stock_and_cost():
    place = a_place()
    line = demand(place, 3, stocked=False)
    reserve_lines([line])
    result = shipped(ship_request(line))
    assert [(item.quantity, item.cost_minor) for item in result.lines] == [(3, 0)]
    assert not JournalEntry.objects.filter(kind="shipment").exists()


def test_costs_of_a_batch_add_up_to_the_last_penny():
    place = a_place()
    stocked(place, 3, unit_cost="0.333333")
    lines = [reserved(place, 1)[0] for _ in range(3)]
    result = shipped(*map(ship_request, lines))
    assert [item.cost_minor for item in result.lines] == [33, 34, 33]
    assert Stock.objects.get().value_minor == 0


def test_a_shipment_that_the_ledger_cannot_post_is_refused_alone():
    place, other = a_place(), a_place(code="DE", currency="EUR")
    stocked(place, 5)
    stocked(other, 5)
    (fine,), (stuck,) = reserved(place, 2), reserved(other, 2)
    Account.objects.filter(legal_entity=other.entity, role="cost_of_sales").delete()
    bad, good = ship_request(stuck), ship_request(fine)
    result = shipped(bad, good)
    assert [(item.source_ref, item.code) for item in result.refused] == [(bad.source_ref, "account_missing")]
    assert [shipment.source_ref for shipment in result.shipments] == [good.source_ref]
    kept = Stock.objects.get(product=other.products[0])
    assert (kept.on_hand, kept.reserved, kept.value_minor) == (5, 2, 1250)
    assert Shipment.objects.count() == 1
