"""What the database refuses of orders, tried in SQL: each constraint by the one statement that it is there for."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, ProgrammingError, connection, models, transaction

from apps.orders.models import IntakeDocument, IntakeRow, Order, OrderLine, ReturnLine, ReturnRequest
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.orders import NOW, place

pytestmark = pytest.mark.usefixtures("company")

AN_ORDER, A_LINE = "UPDATE orders_order SET {}", "UPDATE orders_orderline SET {}"
A_RETURN_LINE = "UPDATE orders_returnline SET {}"


@pytest.fixture
def written(company: None) -> None:
    """One of everything that orders keep."""
    order = place()
    document = IntakeDocument.objects.create(
        name="sales.csv", sha256=b"1" * 32, mapping_name="m", mapping_sha256=b"2" * 32, legal_entity=order.legal_entity,
        started_at=NOW,
    )  # fmt: skip
    IntakeRow.objects.create(
        document=document, row_number=1, subject_kind="order", subject_id=order.pk, code="c", detail="", raw={}
    )
    back = ReturnRequest.objects.create(
        legal_entity=order.legal_entity, customer=order.customer, number="R-1", source_ref="return:1", reason="",
        currency="GBP", occurred_at=NOW, recorded_at=NOW, intake_document=document,
    )  # fmt: skip
    ReturnLine.objects.create(
        request=back, line_no=1, product=order.lines.first().product, quantity=1, unit_price=1, net_minor=100,
        occurred_at=NOW, state="announced",
    )  # fmt: skip


TRIED = {
    "order_state_known": AN_ORDER.format("state = 'lost'"),
    "order_gross_is_net_and_tax": AN_ORDER.format("gross_minor = gross_minor + 1"),
    "order_complete_once_confirmed": AN_ORDER.format("customer_id = NULL"),
    "order_not_released_by_its_placer": AN_ORDER.format("released_by = placed_by"),
    "order_line_quantity_positive": A_LINE.format("quantity = 0"),
    "order_line_cancelled_within_quantity": A_LINE.format("cancelled_quantity = quantity + 1"),
    "order_line_discount_not_negative": A_LINE.format("discount_minor = -1"),
    "order_line_price_per_above_zero": A_LINE.format("price_per = 0"),
    "order_line_kind_known": A_LINE.format("kind = 'gift'"),
    "order_line_part_names_its_bundle": A_LINE.format("kind = 'part'"),
    "order_line_ordered_in_a_unit": A_LINE.format("ordered_unit = 'box'"),
    "order_line_one_manual_price": A_LINE.format("manual_price = 1"),
    "return_line_quantity_positive": A_RETURN_LINE.format("quantity = 0"),
    "return_line_state_known": A_RETURN_LINE.format("state = 'lost'"),
}
ALSO_TRIED = [
    ("order_complete_once_confirmed", AN_ORDER.format("ship_to_id = NULL")),
    ("order_complete_once_confirmed", AN_ORDER.format("bill_to_id = NULL")),
    ("order_line_cancelled_within_quantity", A_LINE.format("cancelled_quantity = -1")),
    ("order_state_known", AN_ORDER.format("state = ''")),
    ("order_line_part_names_its_bundle", A_LINE.format("part_of = 1")),
    ("order_line_ordered_in_a_unit", A_LINE.format("ordered_quantity = 1")),
    ("order_line_ordered_in_a_unit", A_LINE.format("ordered_unit = 'box', ordered_quantity = 0")),
    ("order_line_one_manual_price", A_LINE.format("manual_price = 1, manual_percent = 1, manual_by = new_id()")),
    ("order_line_one_manual_price", A_LINE.format("manual_percent = 101, manual_by = new_id()")),
    ("order_line_one_manual_price", A_LINE.format("manual_by = new_id()")),
    ("list_minor", A_LINE.format("list_minor = 1")),
]
# Tried in tests/journeys/test_discounts.py, where an order is below a floor.
OVERRIDES = {"floor_override_not_by_its_requester", "floor_override_has_a_reason", "floor_override_for_some_time"}
COPIED: dict[str, tuple[type[models.Model], dict[str, Any]]] = {
    "order_once_per_source": (Order, {"number": "SO-OTHER"}),
    "order_number_once_per_entity": (Order, {"source_ref": "other"}),
    "order_line_number_once": (OrderLine, {}),
    "intake_document_once": (IntakeDocument, {}),
    "intake_row_once": (IntakeRow, {}),
    "return_line_number_once": (ReturnLine, {}),
    "orders_returnrequest_source_ref": (ReturnRequest, {}),
}


@pytest.mark.parametrize(("name", "statement"), [*TRIED.items(), *ALSO_TRIED])
@pytest.mark.usefixtures("written")
def test_a_check_refuses(name: str, statement: str) -> None:
    refused(name, statement)


@pytest.mark.parametrize("name", COPIED)
@pytest.mark.usefixtures("written")
def test_a_second_one_is_refused(name: str) -> None:
    model, changes = COPIED[name]
    row = model._default_manager.first()
    assert row is not None
    row.pk = new_id()
    row._state.adding = True
    for field, value in changes.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


def test_every_constraint_is_tried() -> None:
    known = {c.name for model in apps.get_app_config("orders").get_models() for c in model._meta.constraints}
    assert known <= TRIED.keys() | COPIED.keys() | OVERRIDES


@pytest.mark.parametrize("column", ["currency", "state", "number", "ordered_at", "legal_entity_id", "net_minor"])
@pytest.mark.usefixtures("written")
def test_what_an_order_cannot_be_without_is_never_null(column: str) -> None:
    refused(column, AN_ORDER.format(f"{column} = NULL"))


@pytest.mark.usefixtures("written")
def test_what_others_refer_to_cannot_be_deleted() -> None:
    for table in ("orders_order", "orders_intakedocument", "orders_returnrequest"):
        refused("foreign key", f"DELETE FROM {table}")


def test_the_system_may_release_what_it_brought_in_itself() -> None:
    order = place()
    Order.objects.filter(pk=order.pk).update(placed_by=SYSTEM.id, released_by=SYSTEM.id)
    assert Order.objects.get().released_by == SYSTEM.id


def refused(name: str, statement: str) -> None:
    """Run a statement that the database must refuse by that name, and see that it changed nothing."""
    before = list(Order.objects.values()), list(OrderLine.objects.values()), list(ReturnLine.objects.values())
    with (
        pytest.raises((IntegrityError, DataError, ProgrammingError), match=name),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert before == (list(Order.objects.values()), list(OrderLine.objects.values()), list(ReturnLine.objects.values()))
