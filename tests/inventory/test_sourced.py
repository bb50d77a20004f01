"""Orders are reserved where the rules of sourcing say, also when others take meanwhile, days are full, or goods come later."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from apps.inventory.contract import DemandLine, ReleaseItem, release_lines, reserve_lines, ship
from apps.inventory.decisions.document import SOURCING
from apps.inventory.models import Backorder, CapacityDay, Reservation, Stock, Warehouse
from apps.inventory.services.reserving import sourced
from apps.inventory.services.sharing import fill_backorders, serve_kept_back
from apps.inventory.services.sourcing import plan_sources
from apps.operations.selectors.prove import prove
from apps.rulebooks.contract import decisions_of
from apps.rulebooks.models import Activation
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.transactions import writes
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, demand, joined, ship_request, stocked
from tests.factories.near_and_far import RULES, near_and_far, wanted
from tests.factories.rulebooks import put_in_force
from tests.journeys.running import together

LONDON, EDINBURGH = 0, 1
FIRST = UUID(int=0)


def lies(place: Place, line: DemandLine) -> dict[int, Decimal]:
    """Return what is reserved for a line, by warehouse."""
    ids = [warehouse.id for warehouse in place.warehouses]
    return {ids.index(row.warehouse_id): row.quantity for row in Reservation.objects.filter(line_id=line.line_id)}


def planned(place: Place, warehouse: int = EDINBURGH) -> int:
    """Return how many picks a warehouse was given for the day."""
    row = CapacityDay.objects.filter(warehouse=place.warehouses[warehouse], day=NOW.date()).first()
    return row.planned if row else 0


@pytest.mark.django_db
class TestPlacing:
    @pytest.fixture
    def place(self) -> Place:
        return near_and_far()

    def test_the_postal_code_decides(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        north, south, nowhere = wanted(place, 2), wanted(place, 2, code="EC2V 7HN"), demand(place, 1)
        joined(reserve_lines, [north, south, nowhere])
        assert (lies(place, north), lies(place, south)) == ({EDINBURGH: 2}, {LONDON: 2})
        assert lies(place, nowhere) == {LONDON: 1}, "where it goes is not known: by priority"

    def test_what_is_short_waits(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        line = wanted(place, 9, 1)
        answers = joined(reserve_lines, [line])
        assert (answers[line.line_id].reserved, answers[line.line_id].backordered) == (5, 4)
        assert Backorder.objects.get().reason == "short"

    def test_without_rules_nothing_is_asked_more(self, place: Place) -> None:
        joined(reserve_lines, [wanted(place, 1)])
        with counted() as asked:
            joined(reserve_lines, [wanted(place, 1), wanted(place, 1, 1)])
        assert asked.count == 1

    def test_statements_do_not_grow(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        Warehouse.objects.update(handling_per_day=500)
        stocked(place, 500)
        joined(reserve_lines, [wanted(place, 1)])
        counts = []
        for orders in (2, 30):
            with counted() as asked:
                joined(reserve_lines, [wanted(place, 1) for _ in range(orders)])
            counts.append(asked.count)
        assert counts[0] == counts[1] <= 8

    def test_a_restriction_keeps_goods_where_they_are(self, place: Place) -> None:
        only = [{"name": "not_from_london", "when": "warehouse == 'UK-1'"}]
        put_in_force(SOURCING, RULES | {"restrictions": only})
        line, other = wanted(place, 8), wanted(place, 2, 1)
        joined(reserve_lines, [line, other])
        assert (lies(place, line), lies(place, other)) == ({EDINBURGH: 5}, {})
        assert set(Backorder.objects.values_list("reason", "quantity")) == {("rules", 3), ("rules", 2)}
        joined(fill_backorders, now=NOW, limit=10)
        stocked(place, 1, warehouse=LONDON, product=0)
        assert lies(place, line) == {EDINBURGH: 5}, "also later nobody serves it from there"
        assert "20_nobody_waits_beside_goods" not in [each.code for each in prove().equalities if not each.holds]
        stocked(place, 1, warehouse=EDINBURGH, product=0)
        assert lies(place, line) == {EDINBURGH: 6}

    def test_a_full_day_sends_orders_to_the_next_warehouse(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        lines = [wanted(place, 1) for _ in range(4)]
        for line in lines:
            joined(reserve_lines, [line])
        assert [lies(place, line) for line in lines] == [{EDINBURGH: 1}] * 2 + [{LONDON: 1}] * 2
        assert planned(place) == 2

    def test_where_all_days_are_full_orders_wait_until_there_is_room(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        Warehouse.objects.filter(pk=place.warehouses[LONDON].pk).update(handling_per_day=1)
        lines = [wanted(place, 1) for _ in range(4)]
        joined(reserve_lines, lines)
        assert [bool(lies(place, line)) for line in lines] == [True, True, True, False]
        joined(fill_backorders, now=NOW, limit=10)
        assert joined(serve_kept_back, after=FIRST, now=NOW, limit=10) is None
        assert not lies(place, lines[3])
        joined(serve_kept_back, after=FIRST, now=NOW + timedelta(days=1), limit=10)
        assert lies(place, lines[3]) == {EDINBURGH: 1}
        assert CapacityDay.objects.get(day=NOW.date() + timedelta(days=1)).planned == 1

    def test_room_is_given_back_with_the_reservation_and_not_with_the_shipment(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        first, second = wanted(place, 2), wanted(place, 2)
        joined(reserve_lines, [first, second])
        joined(release_lines, [ReleaseItem(first.line_id, Decimal(1))], now=NOW)
        assert planned(place) == 2, "the rest is still to be picked"
        joined(release_lines, [ReleaseItem(first.line_id, Decimal(9))], now=NOW)
        assert planned(place) == 1
        joined(release_lines, [ReleaseItem(first.line_id, Decimal(9))], now=NOW)
        assert planned(place) == 1
        joined(ship, [ship_request(second)], actor=SYSTEM)
        joined(release_lines, [ReleaseItem(second.line_id, Decimal(9))], now=NOW)
        assert planned(place) == 1

    def test_two_lines_of_a_product_are_one_pick(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        first = wanted(place, 1)
        joined(reserve_lines, [first, replace(wanted(place, 1), order_id=first.order_id), wanted(place, 1)])
        assert planned(place) == 2

    def test_a_day_that_is_only_told_never_stops(self, place: Place) -> None:
        put_in_force(SOURCING, RULES | {"capacity": "warn"})
        lines = [wanted(place, 1) for _ in range(4)]
        joined(reserve_lines, lines)
        assert [lies(place, line) for line in lines] == [{EDINBURGH: 1}] * 4
        assert planned(place) == 4

    def test_what_was_taken_meanwhile_is_chosen_anew(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between the choice and the lock somebody else takes all that lies near."""
        put_in_force(SOURCING, RULES)
        meanwhile(monkeypatch, lambda: Stock.objects.filter(warehouse=place.warehouses[EDINBURGH]).update(reserved=5))
        line = wanted(place, 3)
        joined(reserve_lines, [line])
        assert lies(place, line) == {LONDON: 3}
        assert len(decisions_of(line.order_id)) == 1

    def test_what_came_meanwhile_is_not_left_lying(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        put_in_force(SOURCING, RULES)
        meanwhile(monkeypatch, lambda: stocked(place, 5, warehouse=EDINBURGH, product=0))
        line = wanted(place, 15)
        answers = joined(reserve_lines, [line])
        assert answers[line.line_id].backordered == 0

    def test_who_is_outrun_again_and_again_is_served_by_priority(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_in_force(SOURCING, RULES)
        monkeypatch.setattr(sourced, "_fits", lambda *_: False)
        line = wanted(place, 3)
        joined(reserve_lines, [line])
        assert lies(place, line) == {LONDON: 3}
        assert decisions_of(line.order_id) == []

    def test_rows_with_quotas_are_left_to_priorities(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        Stock.objects.filter(product=place.products[0]).update(has_quotas=True)
        assert plan_sources([wanted(place, 3)]).plans == ()


def meanwhile(monkeypatch: pytest.MonkeyPatch, something: Callable[[], Any]) -> None:
    """Let something happen after the first choice and before the locks."""
    happened = list[bool]()

    def plan(lines: Any) -> Any:
        found = plan_sources(lines)
        if not happened:
            happened.append(True)
            something()
        return found

    monkeypatch.setattr(sourced, "plan_sources", plan)


@pytest.mark.django_db
class TestWaiting:
    @pytest.fixture
    def place(self) -> Place:
        place = near_and_far(per_day=None)
        Stock.objects.all().update(safety_stock=5)
        return place

    def test_goods_that_come_are_given_from_where_the_rules_say(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        line, usual = wanted(place, 3), demand(place, 3)
        joined(reserve_lines, [line, usual])
        Stock.objects.all().update(safety_stock=0)
        joined(fill_backorders, now=NOW, limit=10)
        assert (lies(place, line), lies(place, usual)) == ({EDINBURGH: 3}, {LONDON: 3})
        kept = decisions_of(line.order_id)
        assert len(kept) == 2
        assert "EH1" not in kept[1].facts

    def test_what_rules_keep_from_one_line_goes_to_the_next(self, place: Place) -> None:
        put_in_force(
            SOURCING, RULES | {"restrictions": [{"name": "north", "when": "warehouse == 'UK-1' && zone == 'far'"}]}
        )
        first, second = wanted(place, 3), wanted(place, 3, code="EC2V 7HN")
        joined(reserve_lines, [first, second])
        Stock.objects.filter(warehouse=place.warehouses[LONDON]).update(safety_stock=2)
        joined(fill_backorders, now=NOW, limit=10)
        assert (lies(place, first), lies(place, second)) == ({}, {LONDON: 3})
        assert Backorder.objects.get(line_id=first.line_id).reason == "rules"

    def test_without_rules_now_it_is_served_by_priority(self, place: Place) -> None:
        put_in_force(SOURCING, RULES | {"restrictions": [{"name": "none", "when": "km >= 0"}]})
        line = wanted(place, 13)
        Stock.objects.all().update(safety_stock=0)
        joined(reserve_lines, [line])
        assert Backorder.objects.get().reason == "rules"
        Activation.objects.filter(rulebook__kind=SOURCING).update(until_at=NOW)
        forget_everything()
        joined(serve_kept_back, after=FIRST, now=NOW + timedelta(hours=1), limit=10)
        assert lies(place, line) == {LONDON: 5, EDINBURGH: 5}
        row = Backorder.objects.get()
        assert (row.quantity, row.reason) == (3, "short")


@pytest.mark.django_db(transaction=True)
def test_many_takers_never_plan_more_than_a_day_holds() -> None:
    """24 orders at once, 8 at a time, of two products; Edinburgh can pick 7 of them. Some are cancelled meanwhile."""
    place = near_and_far(per_day=7)
    put_in_force(SOURCING, RULES)
    for warehouse in (LONDON, EDINBURGH):
        stocked(place, 40, warehouse=warehouse)
    lines = [wanted(place, 1, number % 2) for number in range(24)]

    def work(first: int) -> None:
        for number, line in enumerate(lines[first::8]):
            writes(reserve_lines)([line])
            if number == 1:
                writes(release_lines)([ReleaseItem(line.line_id, Decimal(1))], now=NOW)

    together(8, work)
    reserved = Reservation.objects.filter(warehouse=place.warehouses[EDINBURGH])
    assert planned(place) == reserved.filter(planned_on=NOW.date()).count() == reserved.count() <= 7
    assert Reservation.objects.count() == 16
    assert not Backorder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_shelf_and_two_takers_who_both_chose_it() -> None:
    """Both choose Edinburgh's five before either locks: one gets them there, the other from London."""
    place = near_and_far(per_day=None)
    put_in_force(SOURCING, RULES)
    both, lines = threading.Barrier(2), [wanted(place, 5), wanted(place, 5)]
    chosen = threading.local()
    real = sourced.plan_sources

    def plan(goods: Any) -> Any:
        found = real(goods)
        if not getattr(chosen, "once", False):
            chosen.once = True
            both.wait(timeout=20)
        return found

    sourced.plan_sources = plan
    try:
        threads = [threading.Thread(target=_reserve, args=(line,)) for line in lines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sourced.plan_sources = real
    assert sorted(list(lies(place, line).items()) for line in lines) == [[(LONDON, 5)], [(EDINBURGH, 5)]]


def _reserve(line: DemandLine) -> None:
    try:
        writes(reserve_lines)([line])
    finally:
        connections.close_all()
