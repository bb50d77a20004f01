"""Another product instead of one that is short, where the policy of the order names it: for all of a line, or none of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from apps.audit.models import EventRecord
from apps.inventory.contract import DemandLine, OrderTag, ReleaseItem, release_lines, reserve_lines, ship
from apps.inventory.decisions.backorders.document import OrderTerms
from apps.inventory.decisions.document import BACKORDERS, SOURCING
from apps.inventory.events import SUBSTITUTED
from apps.inventory.models import Backorder, Reservation, Stock, StockMovement
from apps.inventory.services.sharing import share_out
from apps.operations.selectors.prove import prove
from apps.rulebooks.contract import decisions_of
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, a_place, demand, joined, ship_request, stocked
from tests.factories.near_and_far import RULES, near_and_far, wanted
from tests.factories.rulebooks import put_in_force
from tests.journeys.running import together

BLUE, NAVY, OTHER = 0, 1, 2


def allow(place: Place, of: int = BLUE, by: int = NAVY, **more: Any) -> None:
    pair = {"of": place.products[of].sku, "by": place.products[by].sku}
    put_in_force(BACKORDERS, {"policies": [{"name": "wholesale", "substitutes": [pair], **more}]})


def line_of(place: Place, quantity: int, product: int = BLUE, **changes: Any) -> DemandLine:
    about = OrderTag(group="A", country="", currency="GBP")
    changes = {"about": about, "sku": place.products[product].sku, **changes}
    return replace(demand(place, quantity, product=product), **changes)


def reserved(line: DemandLine) -> list[tuple[Any, Decimal, Any]]:
    rows = Reservation.objects.filter(line_id=line.line_id)
    return sorted((row.product_id, row.quantity, row.instead_of) for row in rows)


def told(line: DemandLine) -> list[Any]:
    return list(
        EventRecord.objects.filter(name=SUBSTITUTED, aggregate_id=line.order_id).values_list("payload", flat=True)
    )


@pytest.mark.django_db
class TestPlacing:
    @pytest.fixture
    def place(self) -> Place:
        place = a_place(warehouses=2, products=3)
        stocked(place, 3, product=BLUE)
        stocked(place, 6, product=NAVY)
        stocked(place, 4, product=NAVY, warehouse=1)
        return place

    def test_what_is_short_is_replaced_whole(self, place: Place) -> None:
        allow(place)
        line = line_of(place, 5)
        answers = joined(reserve_lines, [line])
        blue, navy = place.products[BLUE].id, place.products[NAVY].id
        assert (answers[line.line_id].reserved, answers[line.line_id].backordered) == (5, 0)
        assert reserved(line) == [(navy, 5, blue)]
        assert not Backorder.objects.exists()
        (payload,) = told(line)
        assert payload["products"] == {str(line.line_id): [str(blue), str(navy)]}

    def test_from_several_warehouses_if_it_must_be(self, place: Place) -> None:
        allow(place)
        line = line_of(place, 9)
        joined(reserve_lines, [line])
        assert sorted(quantity for _, quantity, _ in reserved(line)) == [3, 6]
        assert {ordered for *_, ordered in reserved(line)} == {place.products[BLUE].id}

    @pytest.mark.parametrize(
        ("quantity", "changes"),
        [(11, {}), (5, {"kit_no": 1, "per_kit": Decimal(1)}), (5, {"sku": "P-OTHER"})],
        ids=["not all of it is there", "part of a kit", "not named"],
    )
    def test_who_waits_all_the_same(self, place: Place, quantity: int, changes: Any) -> None:
        allow(place)
        line = line_of(place, quantity, **changes)
        answers = joined(reserve_lines, [line])
        assert reserved(line) == [(place.products[BLUE].id, 3, None)]
        assert answers[line.line_id].backordered == quantity - 3
        assert told(line) == []

    def test_what_is_there_is_not_replaced_and_orders_take_turns(self, place: Place) -> None:
        allow(place)
        lines = [line_of(place, 3), line_of(place, 6), line_of(place, 6), line_of(place, 4, NAVY)]
        joined(reserve_lines, lines)
        blue, navy = place.products[BLUE].id, place.products[NAVY].id
        assert [reserved(line) for line in lines] == [[(blue, 3, None)], [(navy, 6, blue)], [], [(navy, 4, None)]]
        assert Backorder.objects.get().stand_in_id == navy

    def test_without_the_policy_nothing_is_asked(self, place: Place) -> None:
        joined(reserve_lines, [line_of(place, 1)])
        with counted() as asked:
            joined(reserve_lines, [line_of(place, 1), line_of(place, 1)])
        assert asked.count == 1

    def test_statements_do_not_grow(self, place: Place) -> None:
        allow(place)
        stocked(place, 900, product=NAVY)
        joined(reserve_lines, [line_of(place, 5)])
        counts = []
        for orders in (2, 30):
            with counted() as asked:
                joined(reserve_lines, [line_of(place, 5) for _ in range(orders)])
            counts.append(asked.count)
        assert counts[0] == counts[1]

    def test_it_ships_is_cancelled_and_comes_back_as_what_it_is(self, place: Place) -> None:
        allow(place)
        first, second = line_of(place, 5), line_of(place, 5)
        joined(reserve_lines, [first, second])
        navy = place.products[NAVY].id
        result = joined(ship, [ship_request(first)], actor=SYSTEM)
        assert [(each.product_id, each.line_id, each.quantity) for each in result.lines] == [(navy, first.line_id, 5)]
        freed = joined(release_lines, [ReleaseItem(second.line_id, Decimal(2))], now=NOW)
        assert freed[second.line_id].from_reserved == 2
        assert sum(quantity for _, quantity, _ in reserved(second)) == 3
        assert sum(Stock.objects.filter(product_id=navy).values_list("reserved", flat=True)) == 3
        broken = [each.code for each in prove().equalities if not each.holds]
        assert not {"07_stock_is_true", "20_nobody_waits_beside_goods"}.intersection(broken)

    def test_with_rules_of_sourcing_it_comes_from_where_they_say(self) -> None:
        place = near_and_far(per_day=None)
        allow(place)
        put_in_force(SOURCING, RULES)
        stocked(place, 20, warehouse=1, product=1)
        line = wanted(place, 12, sku=place.products[0].sku)
        joined(reserve_lines, [line])
        assert reserved(line) == [(place.products[1].id, 12, place.products[0].id)]
        assert Reservation.objects.get().warehouse_id == place.warehouses[1].id
        assert place.products[1].sku in decisions_of(line.order_id)[0].facts or len(decisions_of(line.order_id)) == 2


@pytest.mark.django_db
class TestArriving:
    @pytest.fixture
    def place(self) -> Place:
        place = a_place(warehouses=2, products=3)
        allow(place)
        return place

    def test_goods_that_come_and_nobody_waits_for_replace_what_is_waited_for(self, place: Place) -> None:
        line, usual = line_of(place, 5), line_of(place, 4, NAVY)
        joined(reserve_lines, [line, usual])
        stocked(place, 8, product=NAVY)
        navy = place.products[NAVY].id
        assert reserved(usual) == [(navy, 4, None)], "who ordered it comes first"
        assert (reserved(line), told(line)) == ([], []), "four are left, five are wanted"
        stocked(place, 1, product=NAVY)
        assert reserved(line) == [(navy, 5, place.products[BLUE].id)]
        assert len(told(line)) == 1
        stocked(place, 5, product=BLUE)
        assert not Backorder.objects.exists()
        assert len(reserved(line)) == 1

    def test_a_line_of_which_a_part_came_waits_for_the_rest(self, place: Place) -> None:
        line = line_of(place, 5)
        joined(reserve_lines, [line])
        stocked(place, 2, product=BLUE)
        stocked(place, 9, product=NAVY)
        assert reserved(line) == [(place.products[BLUE].id, 2, None)]
        assert Backorder.objects.get().quantity == 3

    def test_who_cannot_have_all_is_passed(self, place: Place) -> None:
        big, small, kit = line_of(place, 7), line_of(place, 2), line_of(place, 1, kit_no=1, per_kit=Decimal(1))
        joined(reserve_lines, [big, small, kit])
        stocked(place, 3, product=NAVY)
        assert [len(reserved(line)) for line in (big, small, kit)] == [0, 1, 0]
        row = Stock.objects.get(product=place.products[NAVY])
        assert joined(share_out, [row.id], now=NOW) == [], "asked again, nothing more is given"
        assert len(told(small)) == 1

    def test_movements_name_what_really_left(self, place: Place) -> None:
        line = line_of(place, 2)
        joined(reserve_lines, [line])
        stocked(place, 2, product=NAVY)
        joined(ship, [ship_request(line)], actor=SYSTEM)
        row = Stock.objects.get(product=place.products[NAVY])
        assert (row.on_hand, row.reserved, row.value_minor) == (0, 0, 0)
        assert set(StockMovement.objects.values_list("stock_id", flat=True)) == {row.id}


@pytest.mark.django_db(transaction=True)
def test_many_takers_share_substitutes_without_a_knot() -> None:
    """Two products that may stand for one another, and takers of either: each line is one product, nothing is sold twice."""
    place = a_place(warehouses=2, products=2)
    pairs = [{"of": place.products[a].sku, "by": place.products[b].sku} for a, b in ((0, 1), (1, 0))]
    put_in_force(BACKORDERS, {"policies": [{"name": "either", "substitutes": pairs}]})
    for warehouse in (0, 1):
        stocked(place, 10, warehouse=warehouse)
    lines = [line_of(place, 3, number % 2) for number in range(16)]

    def work(first: int) -> None:
        for line in lines[first::8]:
            writes(reserve_lines)([line])

    together(8, work)
    assert all(len({row[0] for row in reserved(line)}) <= 1 for line in lines)
    given = sum(Reservation.objects.values_list("quantity", flat=True))
    waiting = sum(Backorder.objects.values_list("quantity", flat=True))
    assert given + waiting == 48
    assert given == sum(Stock.objects.values_list("reserved", flat=True)) >= 38


def test_a_product_has_one_substitute() -> None:
    for pairs in ([("A", "B"), ("A", "C")], [("A", "A")]):
        with pytest.raises(ValidationError, match="one substitute"):
            OrderTerms.model_validate({"name": "x", "substitutes": [{"of": of, "by": by} for of, by in pairs]})
