"""How takers are kept apart: every strong handling answers alike, slots keep their books, and changing it loses nothing."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, OperationalError
from django.test import Client

from apps.audit.models import EventRecord
from apps.inventory.contract import (
    AdjustmentDraft,
    ReleaseItem,
    adjust_counted,
    availability,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Backorder, Reservation, Stock, StockSlot, Warehouse
from apps.inventory.services.handling import HandlingUnknown, NeedsDecision, NoStock, change_handling
from apps.inventory.services.reserving.slots import take_from_slots
from ordercash.kernel import sql
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, Place, a_place, demand, handled, ship_request, stocked
from tests.factories.web import make_user

ADDRESS = "/api/v1/inventory/handling"
pytestmark = pytest.mark.django_db


def slots_of(place: Place, *, warehouse: int = 0, product: int = 0) -> list[tuple[int, int]]:
    """Return (granted, taken) of each slot."""
    rows = StockSlot.objects.filter(
        stock__warehouse=place.warehouses[warehouse], stock__product=place.products[product]
    ).order_by("slot_no")
    return [(int(row.granted), int(row.taken)) for row in rows]


def balanced() -> None:
    """The slots are the escrow of their row, what was taken of them is what is reserved there."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for stock in Stock.objects.all():
        held = Reservation.objects.filter(stock=stock)
        slots = StockSlot.objects.filter(stock=stock)
        assert stock.escrowed == sum(slot.granted for slot in slots)
        assert sum(slot.taken for slot in slots) == sum(r.quantity for r in held if r.slot_no is not None)
        assert stock.reserved == sum(r.quantity for r in held if r.slot_no is None)


@pytest.mark.parametrize("handling", ["conditional", "row_lock", "slots"])
def test_every_strong_handling_answers_alike(handling):
    place = a_place(warehouses=2, products=2)
    stocked(place, 7, warehouse=0)
    stocked(place, 20, warehouse=1)
    handled(place, handling, slots=3)
    lines = [demand(place, quantity, product=n % 2) for n, quantity in enumerate((5, 2, 4, 6, 19, 30))]
    answers = reserve_lines(lines)
    got = [(int(answers[line.line_id].reserved), int(answers[line.line_id].backordered)) for line in lines]
    assert got == [(5, 0), (2, 0), (4, 0), (6, 0), (18, 1), (19, 11)]
    balanced()


def test_free_goods_are_dealt_out_evenly_and_taken_from_one_slot():
    place = a_place()
    stocked(place, 14)
    handled(place, "slots", slots=4)
    assert slots_of(place) == [(4, 0), (4, 0), (3, 0), (3, 0)]
    stock = Stock.objects.get()
    assert (stock.free, stock.escrowed, stock.reserved) == (0, 14, 0)
    before = stock.version
    reserve_lines([demand(place, 3)])
    assert sorted(taken for _, taken in slots_of(place)) == [0, 0, 0, 3]
    assert Stock.objects.get().version == before
    (row,) = availability([place.products[0].id])[place.products[0].id]
    assert (row.reserved, row.available) == (3, 11)
    balanced()


def test_what_no_slot_has_alone_is_taken_from_all_of_them():
    place = a_place()
    stocked(place, 14)
    handled(place, "slots", slots=4)
    line = demand(place, 9)
    assert reserve_lines([line])[line.line_id].reserved == 9
    assert Reservation.objects.get().slot_no is None
    assert Stock.objects.get().reserved == 9
    balanced()


def test_the_first_warehouse_that_has_it_all_is_preferred_to_a_slot_elsewhere():
    place = a_place(warehouses=2)
    stocked(place, 8, warehouse=0)
    stocked(place, 40, warehouse=1)
    handled(place, "slots", slots=4)
    reserve_lines([demand(place, 6)])
    assert Reservation.objects.get().warehouse_id == place.warehouses[0].id


def test_what_comes_in_is_found_and_dealt_out_by_the_next_who_finds_the_slots_dry():
    place = a_place()
    stocked(place, 4)
    handled(place, "slots", slots=4)
    reserve_lines([demand(place, 4)])
    stocked(place, 41)
    assert Stock.objects.get().free == 41
    reserve_lines([demand(place, 1)])
    assert [granted for granted, _ in slots_of(place)] == [10, 10, 10, 10]
    reserve_lines([demand(place, 1)])
    assert Reservation.objects.exclude(slot_no=None).count() == 1
    balanced()


def test_goods_taken_from_slots_ship_and_come_back_like_others():
    place = a_place()
    stocked(place, 16)
    handled(place, "slots", slots=4)
    kept, dropped = demand(place, 2), demand(place, 3)
    reserve_lines([kept])
    reserve_lines([dropped])
    assert not ship([ship_request(kept)], actor=SYSTEM).refused
    freed = release_lines([ReleaseItem(dropped.line_id, Decimal(3))], now=NOW)
    assert freed[dropped.line_id].from_reserved == 3
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.reserved, stock.free) == (14, 0, 14)
    assert not Reservation.objects.exists()
    balanced()


def test_a_count_finds_what_slots_hold():
    place = a_place()
    stocked(place, 16)
    handled(place, "slots", slots=4)
    reserve_lines([demand(place, 2)])
    ids = place.warehouses[0].id, place.products[0].id
    drafts = [AdjustmentDraft(*ids, Decimal(-14), NOW, "count:1"), AdjustmentDraft(*ids, Decimal(-1), NOW, "count:2")]
    result = adjust_counted(drafts, actor=SYSTEM)
    assert (list(result.made), [refusal.code for refusal in result.refused]) == (["count:1"], ["below_reserved"])
    balanced()


def test_whoever_frees_goods_serves_those_who_wait_for_slots():
    place = a_place()
    stocked(place, 8)
    handled(place, "slots", slots=4)
    first, second = demand(place, 2), demand(place, 8)
    reserve_lines([first])
    assert reserve_lines([second])[second.line_id].backordered == 2
    release_lines([ReleaseItem(first.line_id, Decimal(2))], now=NOW)
    assert not Backorder.objects.exists()
    balanced()


def test_changing_the_handling_keeps_what_is_reserved():
    place = a_place()
    stocked(place, 20)
    for way in ("slots", "row_lock", "slots", "slots", "conditional"):
        handled(place, way, slots=5)
        line = demand(place, 2)
        assert reserve_lines([line])[line.line_id].reserved == 2
        balanced()
    assert (Stock.objects.get().reserved, Stock.objects.get().free, StockSlot.objects.count()) == (10, 10, 0)


def test_a_warehouse_that_gets_the_product_later_handles_it_alike():
    place = a_place()
    stocked(place, 5)
    handled(place, "slots", slots=3)
    Warehouse.objects.create(code="UK-9", name="New", legal_entity=place.entity, country="GB", priority=9)
    new = a_place_of(place, Warehouse.objects.get(code="UK-9"))
    stocked(new, 9)
    stock = Stock.objects.get(warehouse__code="UK-9")
    assert (stock.handling, StockSlot.objects.filter(stock=stock).count()) == ("slots", 3)
    line = demand(place, 8)
    assert reserve_lines([line])[line.line_id].reserved == 8
    balanced()


@pytest.mark.django_db(transaction=True)
def test_the_handling_is_chosen_over_the_api():
    place = a_place()
    stocked(place, 20)
    client = Client()
    client.force_login(make_user("inventory.view_stock"), backend="django.contrib.auth.backends.ModelBackend")
    body = {"sku": place.products[0].sku, "handling": "slots", "slots": 4}
    assert client.put(ADDRESS, body, content_type="application/json").status_code == 403
    assert Stock.objects.get().handling == "conditional"
    may = make_user("inventory.view_stock", "inventory.change_handling")
    client.force_login(may, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.put(ADDRESS, body, content_type="application/json")
    row = {
        "sku": "UK-P00000",
        "warehouse": "UK-1",
        "handling": "slots",
        "slots": 4,
        "in_slots": "20",
        "taken_from_slots": "0",
    }
    assert (answer.status_code, answer.json()) == (200, {"items": [row]})
    assert client.get(ADDRESS).json() == {"items": [row]}
    assert EventRecord.objects.get(name="inventory.handling_changed").payload == {"handling": "slots", "slots": 4}
    for wrong in ({"sku": "NO"}, {"handling": "magic"}, {"slots": 1}):
        assert client.put(ADDRESS, body | wrong, content_type="application/json").status_code == 422


def a_place_of(place: Place, warehouse: Warehouse) -> Place:
    """Return the place seen from one warehouse."""
    return Place(place.entity, [warehouse], place.products)


def change(place: Place, handling: str, slots: int = 16) -> None:
    change_handling(product_id=place.products[0].id, handling=handling, slots=slots, actor=SYSTEM, now=NOW)


def test_what_cannot_be_chosen_is_refused():
    place = a_place()
    with pytest.raises(NoStock):
        change(place, "slots")
    stocked(place, 5)
    for handling, slots in (("magic", 16), ("slots", 1), ("slots", 65)):
        with pytest.raises(HandlingUnknown):
            change(place, handling, slots)
    Stock.objects.update(has_quotas=True)
    for handling in ("slots", "eventual"):
        with pytest.raises(NeedsDecision):
            change(place, handling)
    change(place, "row_lock")
    assert Stock.objects.get().handling == "row_lock"


def test_the_database_refuses_lots_beside_slots():
    place = a_place()
    stocked(place, 5)
    handled(place, "slots")
    with pytest.raises(IntegrityError, match="stock_lots_and_quotas_are_decided"), transaction.atomic():
        Stock.objects.update(has_lots=True)


def test_who_holds_more_than_one_thing_begins_anew_when_slots_ran_dry_meanwhile():
    place = a_place()
    stocked(place, 2)
    handled(place, "slots", slots=2)
    with pytest.raises(OperationalError, match="ran dry"), transaction.atomic():
        take_from_slots([demand(place, 3)], alone=False)
    assert len(take_from_slots([demand(place, 3)], alone=True)) == 1


def test_of_slots_that_others_sell_from_nothing_is_taken_but_under_the_lock_of_their_row():
    place = a_place()
    stocked(place, 20)
    handled(place, "slots", slots=2)
    # A feed that stopped: nothing may be sold, also of what was dealt out before.
    Stock.objects.update(synced_at=NOW)
    (stock,) = Stock.objects.all()
    sql.run(
        "INSERT INTO inventory_syncclock (stock_id, feed_seq, source_at, received_at, applied_at, stop_after_seconds, factor)"
        " VALUES (%s, 1, %s, %s, %s, 60, 1)",
        [stock.pk, NOW, NOW, NOW],
    )
    lines = [demand(place, 3) for _ in range(2)]
    assert {answer.reserved for line in lines for answer in reserve_lines([line]).values()} == {0}
    assert slots_of(place) == [(0, 0), (0, 0)]
    Stock.objects.update(synced_at=None)
    line = demand(place, 3)
    assert reserve_lines([line])[line.line_id].reserved == 3
    assert sum(granted for granted, _ in slots_of(place)) == 17
    balanced()
