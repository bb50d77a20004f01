"""Which supply serves which promise: the rows that follow supplies and waiting lines."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.inventory.contract import ReleaseItem, plan_receipts, receive_due, release_lines, reserve_lines
from apps.inventory.models import Backorder, Peg, PlanStamp, Supply
from apps.inventory.services.stamps import drop_old_stamps
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, a_place, announced, demand

DAY = date(2026, 3, 5)


def pegged():
    rows = Peg.objects.order_by("line__occurred_at", "ship_on").values_list("line_id", "supply__source_ref", "quantity")
    return [(line_id, ref, int(quantity)) for line_id, ref, quantity in rows]


@pytest.mark.django_db
def test_pegs_follow_supplies_and_waiting_lines():
    place = a_place()
    line = demand(place, 6)
    reserve_lines([line])
    plan_receipts([announced(place, 4, "po:1", days=2)], now=NOW)
    assert pegged() == []
    Backorder.objects.update(promised_on=DAY)
    plan_receipts([announced(place, 9, "po:2", days=5)], now=NOW)
    assert pegged() == [(line.line_id, "po:1", 4), (line.line_id, "po:2", 2)]
    assert list(Peg.objects.order_by("ship_on").values_list("ship_on", flat=True)) == [
        date(2026, 3, 4),
        date(2026, 3, 7),
    ]
    release_lines([ReleaseItem(line.line_id, Decimal(3))], now=NOW)
    assert pegged() == [(line.line_id, "po:1", 3)]
    receive_due(now=NOW + timedelta(days=3), limit=9, actor=SYSTEM)
    assert (pegged(), Backorder.objects.count()) == ([], 0)
    assert [int(supply.open_quantity) for supply in Supply.objects.order_by("due_at")] == [0, 9]


@pytest.mark.django_db
def test_whoever_changes_a_plan_leaves_a_stamp():
    place = a_place(products=2)
    reserve_lines([demand(place, 2), demand(place, 1, product=1)])
    before = PlanStamp.objects.count()
    assert before == 2
    plan_receipts([announced(place, 4, "po:1", days=2)], now=NOW)
    assert PlanStamp.objects.filter(product_id=place.products[0].id).count() == 2
    assert set(PlanStamp.objects.values_list("legal_entity_id", flat=True)) == {place.entity.id}


@pytest.mark.django_db(transaction=True)
def test_only_the_newest_stamps_are_kept():
    place = a_place(products=2)
    for product in (0, 0, 1):
        writes(reserve_lines)([demand(place, 2, product=product)])
    newest = PlanStamp.objects.order_by("-id")[0]
    assert drop_old_stamps() == 1
    kept = dict(PlanStamp.objects.values_list("product_id", "id"))
    assert kept[place.products[1].id] == newest.id
    assert kept[place.products[0].id] > newest.id
    assert drop_old_stamps() == 0
