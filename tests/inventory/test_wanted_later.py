"""What is wanted later than rules reserve ahead is promised by date, and reserved when its day is near at the legal entity."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.audit.contract import JobContext
from apps.inventory.contract import DemandLine, ReleaseItem, release_lines, reserve_lines
from apps.inventory.decisions.document import AVAILABILITY, BACKORDERS, SOURCING
from apps.inventory.models import Backorder, Peg, PromiseChange, Reservation, Stock
from apps.inventory.selectors.overdue import overdue_lines
from apps.inventory.services import reserving_near
from apps.inventory.services.reserving.later import is_later
from apps.inventory.services.reserving_near import BEGINNING, reserve_near, reserve_page
from apps.inventory.services.sharing import fill_backorders
from apps.inventory.services.watching import STIRRED, watch_supplies
from apps.operations.selectors.prove import prove
from apps.rulebooks.models import Activation
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.sql import fetch
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, a_place, demand, joined, stocked
from tests.factories.near_and_far import RULES, near_and_far, wanted
from tests.factories.rulebooks import put_in_force

TODAY = NOW.date()


def rules(within: int | None = 3, **more: Any) -> None:
    put_in_force(AVAILABILITY, {"rules": [{"name": "standard", "reserve_within_days": within, **more}]})


def in_days(place: Place, days: int, quantity: int = 2, product: int = 0, **changes: Any) -> DemandLine:
    changes = {"sku": place.products[product].sku, "wanted_on": TODAY + timedelta(days=days), **changes}
    return replace(demand(place, quantity, product=product), **changes)


def near(now: datetime) -> int:
    """Let the job's page run; returns how many lines were near."""
    return joined(reserve_page.__wrapped__, after=BEGINNING, now=now)[1]


def reserved(line: DemandLine) -> Decimal:
    return sum(Reservation.objects.filter(line_id=line.line_id).values_list("quantity", flat=True), Decimal(0))


@pytest.mark.django_db
class TestLater:
    @pytest.fixture
    def place(self) -> Place:
        place = a_place(warehouses=2, products=2)
        stocked(place, 5)
        return place

    def test_it_is_promised_and_not_reserved(self, place: Place) -> None:
        rules()
        soon, later = in_days(place, 3), in_days(place, 4)
        answers = joined(reserve_lines, [soon, later])
        assert (reserved(soon), reserved(later)) == (2, 0)
        assert (answers[later.line_id].backordered, answers[later.line_id].promised_on) == (2, later.wanted_on)
        row = Backorder.objects.get()
        assert (row.reason, row.promised_on) == ("later", later.wanted_on)
        assert Peg.objects.get().quantity == 2
        joined(fill_backorders, now=NOW, limit=10)
        assert Backorder.objects.get().reason == "later", "it does not wait for goods"

    def test_without_rules_or_without_the_member_everything_is_as_before(self, place: Place) -> None:
        line = in_days(place, 300)
        joined(reserve_lines, [line])
        rules(None)
        other = in_days(place, 300)
        joined(reserve_lines, [other])
        assert (reserved(line), reserved(other)) == (2, 2)

    def test_nothing_is_asked_for_orders_without_a_day(self, place: Place) -> None:
        rules()
        joined(reserve_lines, [demand(place, 1)])
        with counted() as asked:
            joined(reserve_lines, [demand(place, 1), demand(place, 1)])
        assert asked.count == 1

    def test_it_is_reserved_when_the_day_is_near(self, place: Place) -> None:
        rules()
        line = in_days(place, 10)
        joined(reserve_lines, [line])
        assert near(NOW + timedelta(days=6)) == 0
        assert reserved(line) == 0
        assert near(NOW + timedelta(days=7)) == 1
        assert (reserved(line), Backorder.objects.count(), Peg.objects.count()) == (2, 0, 0)
        assert near(NOW + timedelta(days=7)) == 0

    def test_what_was_sold_meanwhile_is_waited_for_and_told(self, place: Place) -> None:
        rules()
        line = in_days(place, 10, 4)
        joined(reserve_lines, [line, replace(demand(place, 3), sku=line.sku)])
        row = Backorder.objects.get()
        assert (row.reason, row.quantity) == ("later", 4)
        near(NOW + timedelta(days=8))
        row = Backorder.objects.get()
        assert (row.reason, row.quantity, reserved(line)) == ("short", 2, 2)
        stocked(place, 2, product=0)
        assert reserved(line) == 4
        broken = [each.code for each in prove().equalities if not each.holds]
        assert not {"07_stock_is_true", "18_promises_are_kept_in_order", "20_nobody_waits_beside_goods"}.intersection(
            broken
        )

    def test_pegs_of_a_shelf_that_was_sold_are_looked_at_again(self, place: Place) -> None:
        rules()
        line = in_days(place, 10, 4)
        joined(reserve_lines, [line])
        joined(reserve_lines, [demand(place, 3)])
        assert sum(Peg.objects.values_list("quantity", flat=True)) == 4
        stirred = fetch(STIRRED, [TODAY, NOW])
        assert stirred == [(place.entity.id, place.products[0].id)]

    def test_a_day_beyond_all_days_does_no_harm(self, place: Place) -> None:
        rules()
        line = in_days(place, 0, wanted_on=date.max)
        answers = joined(reserve_lines, [line])
        assert (answers[line.line_id].backordered, near(NOW)) == (2, 0)
        past = in_days(place, 0, wanted_on=date.min)
        joined(reserve_lines, [past])
        assert reserved(past) == 2

    def test_it_is_cancelled_like_any_line(self, place: Place) -> None:
        rules()
        line = in_days(place, 10)
        joined(reserve_lines, [line])
        freed = joined(release_lines, [ReleaseItem(line.line_id, Decimal(2))], now=NOW)
        assert freed[line.line_id].from_backorder == 2
        assert near(NOW + timedelta(days=9)) == 0

    def test_when_the_rules_are_gone_it_is_reserved(self, place: Place) -> None:
        rules()
        line = in_days(place, 30)
        joined(reserve_lines, [line])
        Activation.objects.filter(rulebook__kind=AVAILABILITY).update(until_at=NOW)
        forget_everything()
        assert near(NOW + timedelta(hours=1)) == 1
        assert reserved(line) == 2

    def test_parts_of_a_kit_wait_together(self, place: Place) -> None:
        at_once = {"name": "mugs", "when": f"sku == '{place.products[1].sku}'"}
        put_in_force(AVAILABILITY, {"rules": [at_once, {"name": "rest", "reserve_within_days": 3}]})
        order = {"order_id": new_id(), "kit_no": 1, "per_kit": Decimal(1)}
        kit = [in_days(place, 9, product=number, **order) for number in (0, 1)]
        alone = in_days(place, 9)
        joined(reserve_lines, [*kit, alone])
        assert [reserved(line) for line in (*kit, alone)] == [2, 2, 0]

    def test_an_agreed_end_of_waiting_does_not_end_what_is_wanted_later(self, place: Place) -> None:
        rules()
        put_in_force(BACKORDERS, {"policies": [{"name": "short", "cancel_after_days": 2}]})
        later, short = in_days(place, 30), in_days(place, 0, 9)
        joined(reserve_lines, [later, short])
        overdue = overdue_lines(now=NOW + timedelta(days=5), limit=10, without=[])
        assert [each.line_id for each in overdue] == [short.line_id]

    def test_substitutes_serve_what_is_short_on_its_day(self, place: Place) -> None:
        rules()
        pair = {"of": place.products[0].sku, "by": place.products[1].sku}
        put_in_force(BACKORDERS, {"policies": [{"name": "usual", "substitutes": [pair]}]})
        line = in_days(place, 10, 5)
        joined(reserve_lines, [line])
        Stock.objects.filter(product=place.products[0]).update(safety_stock=5)
        near(NOW + timedelta(days=9))
        row = Reservation.objects.get(line_id=line.line_id)
        assert (row.product_id, row.instead_of) == (place.products[1].id, place.products[0].id)

    def test_pages_follow_one_another(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        rules()
        monkeypatch.setattr(reserving_near, "AT_ONCE", 2)
        lines = [in_days(place, 10 + number % 2, 1) for number in range(5)]
        joined(reserve_lines, lines)
        after, woken = BEGINNING, 0
        while after is not None:
            after, count = joined(reserve_page.__wrapped__, after=after, now=NOW + timedelta(days=7))
            woken += count
        assert woken == 3
        assert sum(reserved(line) for line in lines) == 3


def told_at(now: datetime) -> JobContext:
    return JobContext(job_id=new_id(), arguments={}, now=now, tell=lambda done, total: None)


LONDON = {"sku": "A", "category": ""}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted_on", "last_moment"),
    [
        (date(2026, 4, 1), datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)),
        (date(2026, 4, 2), datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 28), datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 29), datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC)),
    ],
    ids=["night before the clocks go forward", "night after", "night before they go back", "night after"],
)
def test_days_are_those_of_the_legal_entity_also_when_clocks_change(wanted_on: date, last_moment: datetime) -> None:
    place = a_place(products=1)
    stocked(place, 2)
    rules(3)
    line = replace(demand(place, 2), wanted_on=wanted_on)
    asked = {"wanted_on": wanted_on, "legal_entity_id": place.entity.id, **LONDON}
    assert is_later(**asked, at=last_moment)
    assert not is_later(**asked, at=last_moment + timedelta(seconds=1))
    joined(reserve_lines, [line])
    assert (near(last_moment), reserved(line)) == (0, 0)
    assert (near(last_moment + timedelta(seconds=1)), reserved(line)) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_the_jobs_do_it_page_by_page() -> None:
    place = a_place(products=1)
    stocked(place, 5)
    rules()
    line = in_days(place, 10, 4)
    joined(reserve_lines, [line])
    joined(reserve_lines, [demand(place, 3)])
    watch_supplies(told_at(NOW + timedelta(hours=1)))
    assert sum(Peg.objects.values_list("quantity", flat=True)) == 2
    assert reserve_near(told_at(NOW + timedelta(days=8))) == {"lines": 1}
    assert (reserved(line), Backorder.objects.get().quantity) == (2, 2)
    assert PromiseChange.objects.count() >= 1


@pytest.mark.django_db
def test_on_its_day_it_comes_from_where_rules_of_sourcing_say() -> None:
    place = near_and_far(per_day=None)
    rules()
    put_in_force(SOURCING, RULES)
    line = wanted(place, 2, sku=place.products[0].sku, wanted_on=TODAY + timedelta(days=9))
    joined(reserve_lines, [line])
    assert reserved(line) == 0
    near(NOW + timedelta(days=8))
    assert reserved(line) == 2
