"""What the database refuses of stock, whoever asks: each rule tried in SQL."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.inventory.contract import ReturnItem, receive_returns, reserve_lines, ship
from apps.inventory.models import Backorder, Reservation, Shipment, ShipmentLine, Stock, Supply, Warehouse
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, a_place, demand, joined, ship_request, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    """A place with a reservation, a backorder, a shipment, a return and a planned receipt."""
    place = a_place()
    stocked(place, 10)
    lines = [demand(place, 4), demand(place, 3), demand(place, 9)]
    joined(reserve_lines, lines)
    shipped = joined(ship, [ship_request(lines[0])], actor=SYSTEM).lines[0]
    joined(
        receive_returns, [ReturnItem(shipped.shipment_line_id, shipped.quantity / 2, True, "rma:1", NOW)], actor=SYSTEM
    )
    Supply.objects.create(
        kind="purchase",
        warehouse=place.warehouses[0],
        product=place.products[0],
        quantity=1,
        unit_cost=1,
        due_at=NOW,
        first_due_at=NOW,
        source_ref="plan:1",
    )
    return place


def execute(statement: str, params: Any = ()) -> None:
    """Run a statement and every deferred check behind it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


CHECKS = [
    ("stock_never_below_zero", "UPDATE inventory_stock SET on_hand = reserved - 1"),
    ("stock_never_below_zero", "UPDATE inventory_stock SET reserved = on_hand + 1"),
    ("stock_reserved_never_negative", "UPDATE inventory_stock SET reserved = -1"),
    ("stock_value_never_negative", "UPDATE inventory_stock SET value_minor = -1"),
    ("stock_nothing_is_worth_nothing", "UPDATE inventory_stock SET on_hand = 0, reserved = 0, value_minor = 1"),
    ("warehouse_has_code", "UPDATE inventory_warehouse SET code = ''"),
    ("reservation_quantity_positive", "UPDATE inventory_reservation SET quantity = 0"),
    ("backorder_quantity_positive", "UPDATE inventory_backorder SET quantity = 0"),
    ("shipment_line_returned_at_most_once", "UPDATE inventory_shipmentline SET returned_quantity = quantity + 1"),
    ("shipment_line_returned_not_negative", "UPDATE inventory_shipmentline SET returned_quantity = -1"),
]


@pytest.mark.parametrize(("name", "statement"), CHECKS)
def test_checks_of_balances(place, name, statement):
    with pytest.raises(IntegrityError, match=name):
        execute(statement)


MOVEMENT = """
INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, value_minor, source_ref, occurred_at)
SELECT new_id(), id, %s, %s, %s, %s, now() FROM inventory_stock
"""


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("movement_kind_known", ("gift", 1, 1, "m:1")),
        ("movement_moves_something", ("receipt", 0, 0, "m:1")),
        ("movement_only_some_kinds_take", ("receipt", -1, -1, "m:1")),
        ("movement_value_follows_quantity", ("receipt", 1, -1, "m:1")),
        ("movement_value_follows_quantity", ("adjustment", -1, 1, "m:1")),
        ("movement_has_source", ("receipt", 1, 1, "")),
    ],
)
def test_checks_of_movements(place, name, values):
    with pytest.raises(IntegrityError, match=name):
        execute(MOVEMENT, values)


def test_a_movement_is_written_once(place):
    execute(MOVEMENT, ("receipt", 1, 1, "m:1"))
    with pytest.raises(IntegrityError, match="source_ref"):
        execute(MOVEMENT, ("receipt", 1, 1, "m:1"))


LINE = """
INSERT INTO inventory_shipmentline (id, shipment_id, order_id, line_id, product_id, quantity, cost_minor)
SELECT new_id(), id, order_id, order_id, order_id, %s, %s FROM inventory_shipment
"""


@pytest.mark.parametrize(
    ("name", "values"), [("shipment_line_quantity_positive", (0, 0)), ("shipment_line_cost_not_negative", (1, -1))]
)
def test_checks_of_shipment_lines(place, name, values):
    with pytest.raises(IntegrityError, match=name):
        execute(LINE, values)


RETURN = """
INSERT INTO inventory_goodsreturn (id, shipment_line_id, order_id, quantity, is_restocked, cost_minor, source_ref, occurred_at)
SELECT new_id(), id, order_id, %s, true, %s, %s, now() FROM inventory_shipmentline
"""


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("goods_return_quantity_positive", (0, 0, "r:1")),
        ("goods_return_cost_not_negative", (1, -1, "r:1")),
        ("goods_return_has_source", (1, 1, "")),
        ("source_ref", (1, 1, "rma:1")),
    ],
)
def test_checks_of_returns(place, name, values):
    with pytest.raises(IntegrityError, match=name):
        execute(RETURN, values)


SHIPMENT = """
INSERT INTO inventory_shipment (id, number, legal_entity_id, warehouse_id, order_id, customer_id, shipped_at, source_ref)
SELECT new_id(), coalesce(%s, number), legal_entity_id, warehouse_id, order_id, customer_id, shipped_at, coalesce(%s, source_ref)
  FROM inventory_shipment
"""


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("shipment_number_once", (None, "other")),
        ("shipment_source_once", ("SH-other", None)),
        ("shipment_has_source", ("SH-other", "")),
    ],
)
def test_a_shipment_is_made_once(place, name, values):
    with pytest.raises(IntegrityError, match=name):
        execute(SHIPMENT, values)


def test_a_line_is_reserved_once_per_warehouse_and_waits_once(place):
    copied = "id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at"
    with pytest.raises(IntegrityError, match="reservation_once_per_line"):
        execute(
            f"INSERT INTO inventory_reservation ({copied}) SELECT new_id(), {copied.partition(', ')[2]} FROM inventory_reservation"
        )
    with pytest.raises(IntegrityError, match="inventory_backorder_pkey"):
        execute("INSERT INTO inventory_backorder SELECT * FROM inventory_backorder")


def test_a_product_has_one_stock_row_per_warehouse(place):
    with pytest.raises(IntegrityError, match="stock_once_per_warehouse"):
        Stock.objects.create(warehouse=place.warehouses[0], product=place.products[0])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_stockmovement SET quantity = 99",
        "DELETE FROM inventory_stockmovement",
        "TRUNCATE inventory_stockmovement CASCADE",
        "UPDATE inventory_goodsreturn SET cost_minor = 0",
        "DELETE FROM inventory_goodsreturn",
        "UPDATE inventory_shipment SET shipped_at = now()",
        "DELETE FROM inventory_shipment",
        "UPDATE inventory_shipmentline SET quantity = 99",
        "UPDATE inventory_shipmentline SET cost_minor = 0",
        "DELETE FROM inventory_shipmentline",
        "TRUNCATE inventory_shipment CASCADE",
        "DELETE FROM inventory_stock",
    ],
)
def test_facts_are_only_added(place, statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="is refused"):
        execute(statement)


def test_the_carrier_may_be_completed(place):
    assert Shipment.objects.update(carrier="Van", tracking="T-1") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_stock SET warehouse_id = new_id()",
    ],
)
def test_references_hold(place, statement):
    with pytest.raises(IntegrityError, match="foreign key"):
        execute(statement)


def test_changes_of_warehouses_are_recorded(place):
    Warehouse.objects.update(priority=7)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT before, after FROM audit_changerecord WHERE table_name = 'inventory_warehouse' AND operation = 'update'"
        )
        assert cursor.fetchall() == [('{"priority": 1}', '{"priority": 7}')]


def test_the_start_is_as_described(place):
    counted = [model.objects.count() for model in (Reservation, Backorder, Shipment, ShipmentLine, Supply)]
    assert counted == [2, 1, 1, 1, 1]
