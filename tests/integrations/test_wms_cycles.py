"""Cycle counts are asked for in turn, and what they find otherwise is a case; so are lies about what left."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.exceptions.models import Case
from apps.integrations.contract import STOCK_RESOLUTIONS
from apps.integrations.models import WarehouseConnection, WarehouseMessage
from apps.integrations.services.wms_connections import ConnectionDraft, ConnectionRefused, change_connection
from apps.integrations.services.wms_cycles import ask_for_counts
from apps.inventory.models import ShipmentLine, Stock
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def warehouse(company: None) -> Connected:
    return a_connected_warehouse(counts_a_day=4)


def asked() -> list[str]:
    return [m.payload["sku"] for m in WarehouseMessage.objects.filter(kind="count").order_by("id")]


def test_every_product_is_counted_in_turn(warehouse: Connected) -> None:
    assert ask_for_counts(now=warehouse.now) == 4
    assert ask_for_counts(now=warehouse.now + timedelta(hours=1)) == 0, "those of the day were asked for"
    shelves = set(Stock.objects.filter(warehouse__code="UK-MAIN", on_hand__gt=0).values_list("product__sku", flat=True))
    days = -(-len(shelves) // 4)
    for _ in range(days - 1):
        warehouse.wait(86_401)
        ask_for_counts(now=warehouse.now)
    assert set(asked()) == shelves and len(set(asked()[: len(shelves)])) == len(shelves)
    warehouse.wait(86_401)
    ask_for_counts(now=warehouse.now)
    assert asked()[len(shelves) :][-4:] != [] and asked()[len(shelves)] == asked()[0], "then from the beginning"


def test_a_cycle_count_that_differs_is_a_case_and_one_that_equals_is_none(warehouse: Connected) -> None:
    ask_for_counts(now=warehouse.now)
    first, *_ = (sku for sku in asked() if Stock.objects.get(product__sku=sku, warehouse__code="UK-MAIN").on_hand > 3)
    warehouse.wms.lose(first, 2)
    warehouse.send()
    warehouse.hear()
    (case,) = Case.objects.all()
    assert first in case.title
    assert case.reasons.get().detail["difference"] == "-2"
    STOCK_RESOLUTIONS["book_count"].function([case.subject_id], note="Gone", actor=SYSTEM, now=warehouse.now)
    assert warehouse.differences() == {}


def test_nobody_is_asked_who_should_not_be(company: None) -> None:
    warehouse = a_connected_warehouse()
    assert ask_for_counts(now=warehouse.now) == 0
    WarehouseConnection.objects.update(counts_a_day=5, is_active=False)
    assert ask_for_counts(now=warehouse.now) == 0
    draft = ConnectionDraft("UK-MAIN", "http://127.0.0.1:9", "TEST", counts_a_day=5_001)
    with pytest.raises(ConnectionRefused):
        change_connection(warehouse.connection_id, draft, actor=SYSTEM, now=warehouse.now)


@pytest.mark.parametrize(("said", "difference"), [(4, "2"), (9, "-2")])
def test_a_lie_about_what_left_is_found_by_the_next_count(warehouse: Connected, said: int, difference: str) -> None:
    order = place(lines=[("MUG-BLUE", "9")], customer="C-1004")
    warehouse.tell(order)
    warehouse.settle()
    really = 6 if said == 4 else 11
    warehouse.wms.ship(str(order.pk), most=said)
    warehouse.wms.lose("MUG-BLUE", really - said)
    warehouse.settle()
    assert ShipmentLine.objects.get().quantity == Decimal(said)
    assert not Case.objects.exists(), "nobody can know yet"
    warehouse.wms.count("MUG-BLUE")
    warehouse.settle()
    assert Case.objects.get().reasons.get().detail["difference"] == f"-{difference.lstrip('-')}"
