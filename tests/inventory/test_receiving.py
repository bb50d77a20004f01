"""Goods that come in, planned goods, counted differences, and the backorders that they fill."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.models import EventRecord
from apps.inventory.contract import (
    AdjustmentDraft,
    ReceiptDraft,
    WarehouseDraft,
    adjust_counted,
    availability,
    ensure_warehouses,
    fill_backorders,
    plan_receipts,
    receive_due,
    receive_stock,
    reserve_lines,
)
from apps.inventory.models import Backorder, Reservation, Stock, StockMovement, Supply, Warehouse
from apps.ledger.models import Account, Posting
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.inventory import NOW, Place, a_place, demand, stocked

pytestmark = pytest.mark.django_db


def receipt(place, quantity=1, *, source_ref: str = "", **changes) -> ReceiptDraft:
    draft = ReceiptDraft(
        place.warehouses[0].id,
        place.products[0].id,
        Decimal(quantity),
        Decimal("2.50"),
        NOW,
        source_ref or f"r:{new_id()}",
    )
    return replace(draft, **changes)


def difference(place, quantity, *, source_ref: str = "", **changes) -> AdjustmentDraft:
    draft = AdjustmentDraft(
        place.warehouses[0].id, place.products[0].id, Decimal(quantity), NOW, source_ref or f"a:{new_id()}"
    )
    return replace(draft, **changes)


def balances() -> dict[str, int]:
    found: dict[str, int] = {}
    for role, amount in Posting.objects.values_list("account__role", "amount_minor"):
        found[role] = found.get(role, 0) + amount
    return found


def test_receipts_raise_stock_and_post_its_value():
    place = a_place()
    result = receive_stock(
        [receipt(place, 3, kind="opening"), receipt(place, 2, unit_cost=Decimal("1.006"))], actor=SYSTEM
    )
    assert len(result.made) == 2
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.value_minor) == (5, 951)
    assert balances() == {"stock": 951, "opening_balance": -750, "goods_received": -201}
    assert EventRecord.objects.get(name="inventory.stock_received").payload["product_ids"] == [
        str(place.products[0].id)
    ]


def test_a_receipt_told_twice_comes_in_once():
    place = a_place()
    draft = receipt(place, 3, source_ref="po:1")
    assert receive_stock([draft, draft], actor=SYSTEM).made == ["po:1"]
    again = receive_stock([draft, receipt(place, 1, source_ref="po:2")], actor=SYSTEM)
    assert (again.made, again.known) == (["po:2"], ["po:1"])
    assert Stock.objects.get().on_hand == 4


def test_bad_receipts_fail_alone():
    place = a_place()
    result = receive_stock(
        [
            receipt(place, 0, source_ref="zero"),
            receipt(place, 1, source_ref="nowhere", warehouse_id=new_id()),
            receipt(place, 1, source_ref="kind", kind="gift"),
            receipt(place, 1, source_ref="cost", unit_cost=Decimal("-0.01")),
            receipt(place, 1, source_ref="good"),
        ],
        actor=SYSTEM,
    )
    assert result.made == ["good"]
    assert {refusal.source_ref: refusal.code for refusal in result.refused} == {
        "zero": "quantity_out_of_range",
        "nowhere": "unknown_warehouse",
        "kind": "unknown_kind",
        "cost": "cost_negative",
    }


def test_planned_goods_come_in_when_their_time_has_come():
    place = a_place()
    early, late = (
        receipt(place, 1, source_ref="early"),
        receipt(place, 2, source_ref="late", due_at=NOW + timedelta(days=2)),
    )
    assert plan_receipts([early, late, early], now=NOW).made == ["early", "late"]
    assert plan_receipts([early], now=NOW).known == ["early"]
    assert receive_due(now=NOW - timedelta(seconds=1), limit=10, actor=SYSTEM).count == 0
    due = receive_due(now=NOW + timedelta(days=1), limit=10, actor=SYSTEM)
    assert (due.count, due.product_ids) == (1, {place.products[0].id})
    assert Stock.objects.get().on_hand == 1
    assert receive_due(now=NOW + timedelta(days=9), limit=10, actor=SYSTEM).count == 1
    assert receive_due(now=NOW + timedelta(days=9), limit=10, actor=SYSTEM).count == 0
    assert StockMovement.objects.get(source_ref="late").occurred_at == NOW + timedelta(days=2)
    assert not Supply.objects.filter(open_quantity__gt=0).exists()


def test_counted_differences():
    place = a_place()
    stocked(place, 3, unit_cost="0.333333")
    result = adjust_counted(
        [
            difference(place, -1, source_ref="lost"),
            difference(place, 1, source_ref="found"),
            difference(place, 1, source_ref="dear", unit_cost=Decimal("5.00")),
        ],
        actor=SYSTEM,
    )
    assert result.made == ["lost", "found", "dear"]
    values = dict(StockMovement.objects.filter(kind="adjustment").values_list("source_ref", "value_minor"))
    assert values == {"lost": -33, "found": 34, "dear": 500}
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.value_minor) == (4, 601)
    assert balances()["stock"] == 601
    assert balances()["cost_of_sales"] == -501


def test_differences_that_cannot_be():
    place = a_place(products=2)
    stocked(place, 3, product=0)
    reserve_lines([demand(place, 2)])
    result = adjust_counted(
        [
            difference(place, -2, source_ref="reserved"),
            difference(place, 0, source_ref="nothing"),
            difference(place, 1, source_ref="worthless", product_id=place.products[1].id),
            difference(place, 1, source_ref="nowhere", warehouse_id=new_id()),
        ],
        actor=SYSTEM,
    )
    assert {refusal.source_ref: refusal.code for refusal in result.refused} == {
        "reserved": "below_reserved",
        "nothing": "quantity_out_of_range",
        "worthless": "cost_missing",
        "nowhere": "unknown_warehouse",
    }
    assert not StockMovement.objects.filter(kind="adjustment").exists()


def test_backorders_are_filled_first_come_first_served():
    place = a_place(warehouses=2)
    stocked(place, 1)
    old = replace(demand(place, 4), occurred_at=NOW - timedelta(days=2))
    new = replace(demand(place, 3), occurred_at=NOW - timedelta(days=1))
    reserve_lines([new, old])
    assert sorted(Backorder.objects.values_list("quantity", flat=True)) == [2, 4]
    stocked(place, 2)
    assert {int(b.quantity) for b in Backorder.objects.all()} == {2}
    stocked(place, 3, warehouse=1)
    assert Backorder.objects.get().line_id == new.line_id
    assert {int(q) for q in Reservation.objects.filter(line_id=old.line_id).values_list("quantity", flat=True)} == {2}
    stocked(place, 5)
    assert fill_backorders(now=NOW, limit=10) == []
    assert not Backorder.objects.exists()
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 7
    told = EventRecord.objects.filter(name="inventory.backorders_filled", thread_id=new.order_id)
    assert len(told) == 2


def with_goods_that_nobody_shared(place: Place, units: int) -> None:
    """Let goods lie free of which those who wait were not told, as when both were written at the same moment."""
    waiting = list(Backorder.objects.values_list("line_id", flat=True))
    Backorder.objects.filter(line_id__in=waiting).update(reason="later")
    stocked(place, units)
    Backorder.objects.filter(line_id__in=waiting).update(reason="short")


def test_backorders_of_other_products_and_entities_wait_on():
    place = a_place(products=2)
    other = a_place(code="DE", currency="EUR")
    lines = [demand(place, 1, product=0), demand(place, 1, product=1), demand(other, 1)]
    reserve_lines([*lines, replace(lines[0], line_id=new_id(), legal_entity_id=other.entity.id)])
    with_goods_that_nobody_shared(place, 5)
    assert fill_backorders(now=NOW, limit=10, product_ids=[place.products[1].id]) == [lines[1].order_id]
    assert fill_backorders(now=NOW, limit=10) == [lines[0].order_id]
    assert Backorder.objects.count() == 2


def test_the_limit_serves_the_oldest():
    place = a_place()
    lines = [replace(demand(place, 1), occurred_at=NOW + timedelta(minutes=n)) for n in range(3)]
    reserve_lines(lines)
    with_goods_that_nobody_shared(place, 3)
    assert fill_backorders(now=NOW, limit=2) == [line.order_id for line in lines[:2]]


def test_warehouses_are_made_once():
    place = a_place(warehouses=0)
    drafts = [
        WarehouseDraft("N-1", "North", place.entity.id, "GB"),
        WarehouseDraft("S-1", "South", place.entity.id, "GB", 2),
    ]
    first = ensure_warehouses(drafts)
    assert ensure_warehouses([replace(drafts[0], name="Other"), drafts[1]]) == first
    assert first["N-1"].name == "North"


def test_availability_names_every_warehouse():
    place = a_place(warehouses=2)
    stocked(place, 3, warehouse=1)
    reserve_lines([demand(place, 1)])
    (row,) = availability([place.products[0].id])[place.products[0].id]
    assert (row.warehouse_code, row.on_hand, row.reserved, row.available) == ("UK-2", 3, 1, 2)
    assert availability([new_id()]) == {}


def test_a_receipt_that_the_ledger_cannot_post_stays_planned_and_holds_up_nobody():
    stuck, fine = a_place(code="DE", currency="EUR"), a_place()
    account = Account.objects.get(legal_entity=stuck.entity, role="goods_received")
    Account.objects.filter(id=account.id).update(role="")
    early = NOW - timedelta(days=1)
    plan_receipts(
        [receipt(stuck, 3, source_ref="p:stuck", due_at=early), receipt(fine, 4, source_ref="p:fine")], now=NOW
    )
    done = receive_due(now=NOW, limit=1, actor=SYSTEM)
    assert (done.count, done.product_ids) == (1, {fine.products[0].id})
    assert receive_due(now=NOW, limit=1, actor=SYSTEM).count == 0
    assert Supply.objects.get(open_quantity__gt=0).source_ref == "p:stuck"
    assert receive_stock([receipt(stuck)], actor=SYSTEM).refused[0].code == "account_missing"
    Account.objects.filter(id=account.id).update(role="goods_received")
    assert receive_due(now=NOW, limit=1, actor=SYSTEM).count == 1
    assert Stock.objects.get(product=stuck.products[0]).on_hand == 3


def test_goods_for_a_warehouse_that_was_closed_meanwhile_stay_planned():
    place = a_place()
    plan_receipts([receipt(place, 3, source_ref="p:1")], now=NOW)
    Warehouse.objects.update(is_active=False)
    forget_everything()
    assert receive_due(now=NOW, limit=10, actor=SYSTEM).count == 0
    assert Supply.objects.get().open_quantity == 3
