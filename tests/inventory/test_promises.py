"""Promises of waiting lines: a day each, named supplies behind it, and what happens when supplies come late or short."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.models import EventRecord
from apps.exceptions.models import Case
from apps.inventory.contract import OrderTag, ReleaseItem, plan_receipts, release_lines, reserve_lines
from apps.inventory.models import Backorder, BrokenPromise, Peg, PromiseChange, Supply
from apps.inventory.services.pegging import repeg
from ordercash.kernel.ids import new_id
from tests.factories.counting import counted
from tests.factories.inventory import NOW, a_place, announced, demand, joined, stocked
from tests.factories.rulebooks import put_standard_in_force

TODAY = NOW.date()


@pytest.fixture
def place(db):
    place = a_place(warehouses=2)
    put_standard_in_force("inventory_availability.yaml")
    return place


def announce(place, quantity, ref, days, *, at=NOW):
    joined(plan_receipts, [announced(place, quantity, ref, days=days)], now=at)


def order(place, quantity, *, net_minor=1000, wanted=None, customer=None, minutes=0):
    line = demand(place, quantity)
    about = OrderTag(customer_id=customer or new_id(), currency="GBP")
    day = None if wanted is None else TODAY + timedelta(days=wanted)
    line = replace(line, about=about, net_minor=net_minor, wanted_on=day, occurred_at=NOW + timedelta(minutes=minutes))
    return line, joined(reserve_lines, [line])[line.line_id]


def day(days):
    return TODAY + timedelta(days=days)


def pegs():
    rows = Peg.objects.order_by("line__occurred_at", "supply__due_at").values_list(
        "line_id", "supply__source_ref", "quantity"
    )
    return [(line_id, ref, int(quantity)) for line_id, ref, quantity in rows]


def move(place, ref, days, *, at=NOW):
    """Let a supply come on another day, as the desk of supplies does."""
    Supply.objects.filter(source_ref=ref).update(due_at=NOW + timedelta(days=days))
    joined(repeg, {(place.entity.id, place.products[0].id)}, now=at)


def test_a_waiting_line_is_told_a_day(place):
    stocked(place, 10)
    announce(place, 20, "po:1", 5)
    line, answer = order(place, 14)
    assert (answer.reserved, answer.backordered, answer.promised_on) == (10, 4, day(5))
    row = Backorder.objects.get()
    assert (row.promised_on, row.first_promised_on, row.promise_no) == (day(5), day(5), 1)
    assert pegs() == [(line.line_id, "po:1", 4)]
    change = PromiseChange.objects.get()
    assert (change.was_on, change.promised_on, change.quantity, change.why) == (None, day(5), 4, "promised")
    event = EventRecord.objects.get(name="inventory.promised")
    assert event.payload["lines"][str(line.line_id)]["promised_on"] == day(5).isoformat()


def test_who_waits_without_a_day_is_promised_one_when_goods_are_announced(place):
    first, one = order(place, 6)
    second, _ = order(place, 5, minutes=1)
    assert (one.promised_on, PromiseChange.objects.count()) == (None, 0)
    announce(place, 8, "po:1", 3)
    assert dict(Backorder.objects.values_list("line_id", "promised_on")) == {
        first.line_id: day(3),
        second.line_id: None,
    }
    announce(place, 8, "po:2", 9)
    assert dict(Backorder.objects.values_list("line_id", "promised_on")) == {
        first.line_id: day(3),
        second.line_id: day(9),
    }
    assert pegs() == [(first.line_id, "po:1", 6), (second.line_id, "po:2", 5)]


def test_nobody_is_promised_a_day_before_the_one_that_he_wants(place):
    announce(place, 20, "po:1", 3)
    _, answer = order(place, 5, wanted=30)
    assert answer.promised_on == day(30)


def test_without_rules_nobody_is_promised_anything(db):
    place = a_place()
    announce(place, 20, "po:1", 3)
    with counted() as seen:
        _, answer = order(place, 5)
    assert (answer.promised_on, PromiseChange.objects.count(), Peg.objects.count()) == (None, 0, 0)
    assert not [text for text in seen.statements if "advisory" in text]


def test_pegs_are_rewritten_when_a_line_is_cancelled(place):
    announce(place, 10, "po:1", 3)
    announce(place, 10, "po:2", 9)
    first, _ = order(place, 8)
    second, _ = order(place, 8, minutes=1)
    assert pegs() == [(first.line_id, "po:1", 8), (second.line_id, "po:2", 8)]
    joined(release_lines, [ReleaseItem(first.line_id, Decimal(8))], now=NOW)
    assert pegs() == [(second.line_id, "po:2", 8)]
    _, answer = order(place, 10, minutes=2)
    assert answer.promised_on == day(3)


def test_a_late_supply_breaks_promises_and_opens_one_case(place):
    """Shelf 10, 20 on day 5, 30 on day 12; then the 20 come on day 9."""
    announce(place, 20, "po:1", 5)
    announce(place, 30, "po:2", 12)
    customer = new_id()
    a, _ = order(place, 15, net_minor=3000, customer=customer)
    b, _ = order(place, 5, net_minor=500, customer=customer, minutes=1)
    order(place, 25, net_minor=9000, minutes=2)
    assert [row.promised_on for row in Backorder.objects.order_by("occurred_at")] == [day(5), day(5), day(12)]
    for _ in range(2):
        move(place, "po:1", 9)
    broken = {row.line_id: row for row in BrokenPromise.objects.all()}
    assert set(broken) == {a.line_id, b.line_id}
    assert {row.supply.source_ref for row in broken.values()} == {"po:1"}
    assert [(int(broken[line.line_id].short), broken[line.line_id].possible_on) for line in (a, b)] == [
        (15, day(9)), (5, day(9)),
    ]  # fmt: skip
    case = Case.objects.get()
    assert (case.subject_kind, case.money_at_risk_minor, case.currency, case.queue_id) == (
        "supply",
        3500,
        "GBP",
        "planning",
    )
    reason = case.reasons.get(state="open")
    assert (reason.code, reason.detail) == ("supply_late", {"promises": 2, "customers": 1, "at_risk": {"GBP": 3500}})
    assert EventRecord.objects.filter(name="inventory.promise_broken").count() == 2
    assert [row.promised_on for row in Backorder.objects.order_by("occurred_at")] == [day(5), day(5), day(12)]
    move(place, "po:1", 4)
    assert not BrokenPromise.objects.exists()
    assert Case.objects.get().state == "resolved"


def test_a_cancelled_supply_is_short(place):
    announce(place, 20, "po:1", 5)
    order(place, 15, net_minor=3000)
    Supply.objects.update(status="cancelled")
    joined(repeg, {(place.entity.id, place.products[0].id)}, now=NOW)
    row = BrokenPromise.objects.get()
    assert (int(row.short), row.possible_on) == (15, None)
    assert Case.objects.get().reasons.get().code == "supply_short"


def test_a_promise_whose_day_passes_is_broken(place):
    announce(place, 20, "po:1", 5)
    order(place, 15)
    joined(repeg, {(place.entity.id, place.products[0].id)}, now=NOW + timedelta(days=6))
    row = BrokenPromise.objects.get()
    assert (int(row.short), row.possible_on, row.supply.source_ref) == (15, day(7), "po:1")


def test_goods_that_come_end_the_promise(place):
    announce(place, 20, "po:1", 5)
    order(place, 15)
    move(place, "po:1", 8)
    stocked(place, 15, warehouse=1)
    assert (Backorder.objects.count(), Peg.objects.count()) == (0, 0)


@pytest.mark.parametrize("lines", [3, 40])
def test_statements_do_not_grow_with_the_lines(lines, db):
    place = a_place(products=lines)
    put_standard_in_force("inventory_availability.yaml")
    for product in place.products:
        draft = announced(place, 9, f"po:{product.sku}", days=4)
        joined(plan_receipts, [replace(draft, product_id=product.id)], now=NOW)
    wanted = [replace(demand(place, 2, product=n), about=OrderTag(currency="GBP")) for n in range(lines)]
    with counted() as seen:
        joined(reserve_lines, wanted)
    assert PromiseChange.objects.count() == lines
    assert seen.count <= 18
