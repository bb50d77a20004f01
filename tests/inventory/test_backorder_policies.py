"""What orders agree to when goods are short, and what then leaves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.inventory.contract import OrderTag, held_back, reserve_lines, ship
from apps.inventory.decisions.gate import Agreed, Standing, why_it_waits
from apps.inventory.models import Backorder, OrderPolicy, Reservation, Stock
from apps.inventory.selectors.kinds import BACKORDERS
from apps.rulebooks.contract import rulebook_in_force, version_document
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import Decision
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, demand, ship_request, stocked
from tests.factories.rulebooks import put_in_force


@pytest.mark.parametrize(
    ("agreed", "reserved", "missing", "made", "why"),
    [
        (Agreed("as_ready", most_shipments=2), 10, 5, 0, ""),
        (Agreed("as_ready", most_shipments=2), 10, 5, 1, "last_shipment_must_complete"),
        (Agreed("as_ready", most_shipments=2), 15, 0, 1, ""),
        (Agreed("as_ready", most_shipments=1), 10, 5, 0, "last_shipment_must_complete"),
        (Agreed("minimum", Decimal(60), most_shipments=2), 10, 5, 0, ""),
        (Agreed("minimum", Decimal(80), most_shipments=3), 10, 5, 1, "below_minimum"),
        (Agreed("complete", most_shipments=9), 10, 5, 0, "not_complete"),
    ],
)
def test_the_last_shipment_brings_all_the_rest(agreed, reserved, missing, made, why):
    assert why_it_waits(agreed, Standing(Decimal(reserved), Decimal(missing), made)) == why


def policies(*own, **notices):
    usual = {"name": "usual"}
    put_in_force("inventory.backorders", {"policies": [*own, usual], "notices": notices})


def line_of(place, quantity, *, product=0, group="A", **changes):
    return replace(demand(place, quantity, product=product), about=OrderTag(group=group, currency="GBP"), **changes)


@pytest.fixture
def place(db):
    return a_place(warehouses=2, products=2)


def shipped(line, **changes):
    result = ship([ship_request(line, **changes)], actor=SYSTEM)
    return sum(each.quantity for each in result.lines), [refusal.code for refusal in result.refused]


@pytest.mark.parametrize(
    ("own", "leaves"),
    [
        ({}, (10, [])),
        ({"ship": "minimum", "minimum_percent": "60"}, (10, [])),
        ({"ship": "minimum", "minimum_percent": "80"}, (0, ["below_minimum"])),
        ({"ship": "minimum", "minimum_quantity": "11"}, (0, ["below_minimum"])),
        ({"ship": "minimum", "minimum_quantity": "10", "minimum_percent": "10"}, (10, [])),
        ({"ship": "complete"}, (0, ["not_complete"])),
        ({"most_shipments": 1}, (0, ["last_shipment_must_complete"])),
        ({"most_shipments": 2}, (10, [])),
    ],
)
def test_fifteen_wanted_and_ten_there(place, own, leaves):
    policies({"name": "own", "when": 'customer_group == "A"', **own})
    stocked(place, 10)
    line, other = line_of(place, 15), line_of(place, 15, product=1, group="B")
    reserve_lines([line, other])
    assert shipped(line) == leaves
    assert shipped(other) == (10, [])
    stocked(place, 9)
    assert shipped(line) == (15 - leaves[0], [])


def test_an_order_keeps_what_it_agreed_to_and_the_decision_can_be_taken_again(place):
    policies({"name": "patient", "ship": "minimum", "minimum_percent": "80", "cancel_after_days": 30})
    line = line_of(place, 15)
    reserve_lines([line])
    policies({"name": "patient", "ship": "as_ready"})
    policy = OrderPolicy.objects.get()
    assert (policy.ship, policy.minimum_percent, policy.cancel_on) == ("minimum", 80, date(2026, 4, 1))
    logged = Decision.objects.get(kind=BACKORDERS, subject_id=line.order_id)
    assert bytes(logged.version_sha256) == bytes(policy.version_sha256) != rulebook_in_force(BACKORDERS, at=NOW).sha256
    decided = kind_of(BACKORDERS).decide(
        version_document(BACKORDERS, bytes(logged.version_sha256)).compiled, logged.facts
    )
    assert (decided.outcome, decided.trace) == (logged.outcome, logged.trace)


def test_a_usual_order_keeps_nothing(place):
    policies({"name": "own", "when": 'customer_group == "A"', "ship": "complete"})
    reserve_lines([line_of(place, 15, group="B")])
    assert not OrderPolicy.objects.exists()
    assert not Decision.objects.filter(kind=BACKORDERS).exists()


def test_who_takes_no_parts_gets_all_of_it(place):
    policies({"name": "own", "ship": "minimum", "minimum_percent": "10"})
    line = line_of(place, 15)
    stocked(place, 10)
    reserve_lines([replace(line, about=replace(line.about, partial_ok=False))])
    assert held_back([line.order_id]) == {line.order_id: "not_complete"}


def test_a_part_that_somebody_picks_by_hand_is_held_to_the_same(place):
    policies({"name": "own", "ship": "complete"})
    stocked(place, 10)
    stocked(place, 5, warehouse=1)
    line = line_of(place, 15)
    reserve_lines([line])
    assert shipped(line, lines={line.line_id: Decimal(10)}) == (0, ["not_complete"])
    assert shipped(line, warehouse_id=place.warehouses[0].id) == (0, ["not_complete"])
    assert shipped(line) == (15, [])


def test_kits_are_reserved_whole_where_that_was_agreed(place):
    """5 kits of one A and two B, 5 A and 7 B there: 3 kits, and what is left over is free."""
    policies({"name": "own", "kits": "whole"})
    stocked(place, 5, product=0)
    stocked(place, 4, product=1)
    stocked(place, 3, product=1, warehouse=1)
    order = {"order_id": new_id(), "kit_no": 1}
    parts = [line_of(place, 5, per_kit=Decimal(1), **order), line_of(place, 10, product=1, per_kit=Decimal(2), **order)]
    answers = reserve_lines(parts)
    assert [(answers[part.line_id].reserved, answers[part.line_id].backordered) for part in parts] == [(3, 2), (6, 4)]
    assert [Backorder.objects.get(line_id=part.line_id).quantity for part in parts] == [2, 4]
    assert [sum(Stock.objects.filter(product=p).values_list("free", flat=True)) for p in place.products] == [2, 1]
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 9
