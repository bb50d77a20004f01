"""What the database refuses of bins, lots, slots and holds, whoever asks: each rule tried in SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.inventory.contract import ReceiptDraft, receive_stock, reserve_lines
from apps.inventory.models import CapacityDay, Hold, Lot, Reservation, Stock, StockMovement, StockSlot
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, a_place, demand, stocked
from tests.factories.refusing import assert_refused, execute

pytestmark = pytest.mark.django_db

MOVEMENT = """
INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, value_minor, damaged_change, held_change, source_ref, occurred_at)
SELECT new_id(), id, '{}', {}, {}, {}, {}, 'm:1', now() FROM inventory_stock LIMIT 1
"""
SLOT = "INSERT INTO inventory_stockslot (id, stock_id, slot_no, granted) SELECT new_id(), id, 9, 1 FROM inventory_stock"
RESERVED_AGAIN = """
INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, slot_no, lot_id)
SELECT new_id(), order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, {}, {} FROM inventory_reservation LIMIT 1
"""
A_HOLD = """
INSERT INTO inventory_hold (id, source_ref, caller_id, state, expires_at, made_at, order_id) SELECT new_id(), {}, new_id(), {}, {}, {}, {}
"""
TOMORROW, TODAY = "now() + interval '1 day'", "now()"


@pytest.fixture
def place():
    """A stock row with a reservation, one in lots, one in slots, a hold that holds and one that ended, a planned day."""
    place = a_place(products=3)
    stocked(place, 10)
    reserve_lines([demand(place, 4)])
    in_lots, in_slots = Stock.objects.filter(product__in=place.products[1:]).order_by("product__sku")
    Stock.objects.filter(pk=in_lots.pk).update(has_lots=True)
    Lot.objects.bulk_create([Lot(stock=in_lots, code="L1", on_hand=6), Lot(stock=in_lots, code="L2", on_hand=4)])
    Stock.objects.filter(pk=in_slots.pk).update(handling="slots", escrowed=8)
    StockSlot.objects.bulk_create([StockSlot(stock=in_slots, slot_no=n, granted=4) for n in (1, 2)])
    Hold.objects.create(source_ref="h:1", caller_id=SYSTEM.id, expires_at=NOW.replace(year=2027), made_at=NOW)
    Hold.objects.create(
        source_ref="h:2", caller_id=SYSTEM.id, expires_at=NOW.replace(year=2027), made_at=NOW, state="expired"
    )
    CapacityDay.objects.create(warehouse=place.warehouses[0], day=NOW.date())
    execute("SELECT 1")
    return place


def test_checks(place):
    assert_refused(
        ("warehouse_lies_on_earth", "UPDATE inventory_warehouse SET latitude = 91, longitude = 0"),
        ("warehouse_lies_on_earth", "UPDATE inventory_warehouse SET latitude = 1"),
        ("warehouse_lies_on_earth", "UPDATE inventory_warehouse SET latitude = 1, longitude = -181"),
        ("capacity_day_not_negative", "UPDATE inventory_capacityday SET planned = -1"),
        (
            "capacity_day_once",
            "INSERT INTO inventory_capacityday (id, warehouse_id, day) SELECT new_id(), warehouse_id, day FROM inventory_capacityday",
        ),
        ("stock_bins_never_negative", "UPDATE inventory_stock SET damaged = -1"),
        ("stock_bins_never_negative", "UPDATE inventory_stock SET on_hold = -1"),
        ("stock_bins_never_negative", "UPDATE inventory_stock SET safety_stock = -1"),
        ("stock_bins_never_negative", "UPDATE inventory_stock SET sale_rate = -1"),
        ("stock_never_below_zero", "UPDATE inventory_stock SET damaged = on_hand - reserved - escrowed + 1"),
        ("stock_never_below_zero", "UPDATE inventory_stock SET on_hold = on_hand - reserved - escrowed + 1"),
        ("stock_handling_known", "UPDATE inventory_stock SET handling = 'luck'"),
        ("stock_lots_and_quotas_are_decided", "UPDATE inventory_stock SET has_lots = true WHERE handling = 'slots'"),
        ("stock_lots_and_quotas_are_decided", "UPDATE inventory_stock SET has_quotas = true, handling = 'eventual'"),
        ("lot_has_code", "INSERT INTO inventory_lot (id, stock_id, code) SELECT new_id(), stock_id, '' FROM inventory_lot"),
        ("lot_once_per_stock", "INSERT INTO inventory_lot (id, stock_id, code) SELECT new_id(), stock_id, code FROM inventory_lot"),
        ("lot_(parts_never_negative|damaged_is_blocked)", "UPDATE inventory_lot SET blocked = -1"),
        ("lot_never_below_zero", "UPDATE inventory_lot SET blocked = on_hand + 1"),
        ("slot_never_below_zero", "UPDATE inventory_stockslot SET taken = granted + 1"),
        ("slot_never_below_zero", "UPDATE inventory_stockslot SET taken = -1"),
        ("slot_once_per_stock", SLOT.replace("9, 1", "1, 0")),
        ("reservation_state_known", "UPDATE inventory_reservation SET state = 'hoped'"),
        ("reservation_held_until", "UPDATE inventory_reservation SET state = 'held'"),
        ("reservation_held_until", "UPDATE inventory_reservation SET expires_at = now()"),
        ("reservation_once_per_line", RESERVED_AGAIN.format("NULL", "NULL")),
        ("hold_has_source", A_HOLD.format("''", "'held'", TOMORROW, TODAY, "NULL::uuid")),
        ("hold_state_known", A_HOLD.format("'h:3'", "'lost'", TOMORROW, TODAY, "NULL::uuid")),
        ("hold_lasts_some_time", A_HOLD.format("'h:3'", "'held'", TODAY, TODAY, "NULL::uuid")),
        ("hold_claimed_by_an_order", A_HOLD.format("'h:3'", "'claimed'", TOMORROW, TODAY, "NULL::uuid")),
        ("hold_claimed_by_an_order", A_HOLD.format("'h:3'", "'held'", TOMORROW, TODAY, "new_id()")),
        ("source_ref", A_HOLD.format("'h:1'", "'held'", TOMORROW, TODAY, "NULL::uuid")),
    )  # fmt: skip


def test_checks_of_movements(place):
    assert_refused(
        ("movement_moves_something", MOVEMENT.format("bin", 0, 0, 0, 0)),
        ("movement_moves_something", MOVEMENT.format("revaluation", 0, 0, 0, 0)),
        ("movement_kind_fits_quantity", MOVEMENT.format("bin", 1, 0, 1, 0)),
        ("movement_kind_fits_quantity", MOVEMENT.format("revaluation", 1, 5, 0, 0)),
        ("movement_kind_fits_quantity", MOVEMENT.format("issue", 1, 0, 0, 0)),
        ("movement_kind_fits_quantity", MOVEMENT.format("scrap", 1, 0, 0, 0)),
        ("movement_only_some_kinds_take", MOVEMENT.format("return", -1, 0, 0, 0)),
        ("movement_value_follows_quantity", MOVEMENT.format("bin", 0, 5, 1, 0)),
        ("movement_history_has_no_value", MOVEMENT.format("history", 1, 5, 0, 0)),
    )
    for number, values in enumerate(
        [("bin", 0, 0, 0, 1), ("issue", -1, -5, 0, 0), ("scrap", -1, -5, -1, 0), ("revaluation", 0, -5, 0, 0), ("history", -3, 0, 0, 0)]
    ):  # fmt: skip
        execute(MOVEMENT.format(*values).replace("m:1", f"fine:{number}"))


def test_a_line_is_reserved_once_per_lot_and_slot(place):
    execute(RESERVED_AGAIN.format(1, "NULL"))
    assert_refused(("reservation_once_per_lot_and_slot", RESERVED_AGAIN.format(1, "NULL")))
    lot = Lot.objects.get(code="L1")
    assert_refused(("is none of stock", RESERVED_AGAIN.format("NULL", f"'{lot.pk}'::uuid")))
    again = RESERVED_AGAIN.format("NULL", f"'{lot.pk}'::uuid")
    again = again.replace("stock_id, quantity, occurred_at, NULL", f"'{lot.stock_id}', 1, now(), NULL")
    more = f"UPDATE inventory_stock SET reserved = 1 WHERE id = '{lot.stock_id}'"
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(again)
        cursor.execute(more)
    assert_refused(("reservation_once_per_lot_and_slot", again))


def test_lots_are_all_of_their_stock(place):
    assert_refused(
        ("the lots of stock", "UPDATE inventory_lot SET on_hand = on_hand + 1 WHERE code = 'L1'"),
        ("the lots of stock", "UPDATE inventory_lot SET reserved = 1 WHERE code = 'L1'"),
        ("the lots of stock", "DELETE FROM inventory_lot WHERE code = 'L2'"),
        ("without lots", "INSERT INTO inventory_lot (id, stock_id, code) SELECT new_id(), stock_id, 'X' FROM inventory_stockslot LIMIT 1"),
        ("is refused", "UPDATE inventory_lot SET stock_id = new_id()"),
        ("is refused", "TRUNCATE inventory_lot CASCADE"),
    )  # fmt: skip
    assert_refused(
        ("the lots of stock", "UPDATE inventory_lot SET blocked = 1"),
        ("the lots of stock", "UPDATE inventory_stock SET on_hold = 1 WHERE has_lots"),
        ("the lots of stock", "UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE has_lots"),
        ("the lots of stock", "UPDATE inventory_stock SET reserved = 1 WHERE has_lots"),
        ("without lots", "UPDATE inventory_stock SET has_lots = false WHERE has_lots"),
        ("lot_damaged_is_blocked", "UPDATE inventory_lot SET damaged = blocked + 1"),
    )
    execute("UPDATE inventory_lot SET on_hand = CASE code WHEN 'L1' THEN 7 ELSE 3 END")


def test_products_that_lie_in_stock_stay_in_lots_or_without(place):
    assert_refused(
        ("lies in stock", "UPDATE masterdata_product SET tracks_lots = NOT tracks_lots"),
    )  # fmt: skip


def test_slots_are_their_escrow(place):
    assert_refused(
        ("the slots of stock", "UPDATE inventory_stock SET escrowed = 7 WHERE handling = 'slots'"),
        ("the slots of stock", "UPDATE inventory_stockslot SET granted = 5 WHERE slot_no = 1"),
        ("the slots of stock", "DELETE FROM inventory_stockslot WHERE slot_no = 1"),
        ("the slots of stock", f"{SLOT} WHERE handling = 'slots'"),
        ("is refused", "UPDATE inventory_stockslot SET slot_no = slot_no + 10"),
        ("is refused", "TRUNCATE inventory_stockslot"),
    )
    execute("UPDATE inventory_stockslot SET granted = CASE slot_no WHEN 1 THEN 8 ELSE 0 END")
    execute("UPDATE inventory_stockslot SET taken = 3 WHERE slot_no = 1")


def test_a_hold_ends_once(place):
    assert_refused(
        ("a hold ends once", "UPDATE inventory_hold SET state = 'held' WHERE source_ref = 'h:2'"),
        ("a hold ends once", "UPDATE inventory_hold SET caller_id = new_id() WHERE source_ref = 'h:1'"),
        ("is refused", "DELETE FROM inventory_hold"),
        ("is refused", "TRUNCATE inventory_hold CASCADE"),
    )
    execute("UPDATE inventory_hold SET state = 'claimed', order_id = new_id() WHERE source_ref = 'h:1'")


def test_stock_rows_stay(place):
    assert_refused(
        ("is refused", "DELETE FROM inventory_stock"),
        ("is refused", "TRUNCATE inventory_stock CASCADE"),
        ("is refused", "UPDATE inventory_shipmentline SET lot_id = NULL"),
        ("is refused", "UPDATE inventory_reservation SET lot_id = new_id()"),
        ("foreign key", "UPDATE inventory_reservation SET hold_id = new_id()"),
    )


def test_the_balance_is_reckoned_by_the_database(place):
    Stock.objects.filter(product=place.products[0]).update(damaged=1, on_hold=2, safety_stock=5)
    assert Stock.objects.get(product=place.products[0]).free == -2
    with pytest.raises(DatabaseError, match="generated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stock SET free = 9")


def test_the_stock_card_is_every_change(place):
    product = place.products[0]
    receive_stock([ReceiptDraft(place.warehouses[0].pk, product.pk, 5, 2, NOW, "r:9")], actor=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, quantity FROM inventory_stockcard c JOIN inventory_stock s ON s.id = c.stock_id WHERE s.product_id = %s"
            " ORDER BY c.seq",
            [product.pk],
        )
        assert [(kind, int(quantity)) for kind, quantity in cursor.fetchall()] == [("receipt", 10), ("receipt", 5)]
    assert Reservation.objects.count() == 1
    assert StockMovement.objects.count() == 4
