"""Goods that are held or promised to nobody are free again within a minute: holds that are over, orders that ended or never were."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.audit.contract import JobContext
from apps.audit.models import EventRecord
from apps.inventory.contract import DemandLine, HoldWish, hold_goods, reserve_lines
from apps.inventory.models import Hold, Reservation, Stock
from apps.inventory.services.holding import free_expired
from apps.masterdata.models import LegalEntity, Product
from apps.operations.selectors.prove import prove
from apps.orders.contract import JOBS
from apps.orders.models import Order
from apps.orders.services.orphans import free_orphans
from ordercash.kernel import clock
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.orders import CLERK, NOW, RELEASER, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _world(company: None) -> None:
    """The demo company."""


def free(sku: str = "MUG-BLUE") -> Decimal:
    return sum(Stock.objects.filter(product__sku=sku).values_list("free", flat=True), Decimal(0))


def held(quantity: int = 5) -> Hold:
    """Set mugs aside for ten minutes."""
    wish = HoldWish(LegalEntity.objects.get(code="UK01").id, Product.objects.get(sku="MUG-BLUE").id, Decimal(quantity))
    made = writes(hold_goods)([wish], source_ref=f"cart:{new_id()}", for_seconds=600, actor=CLERK, now=NOW)
    return Hold.objects.get(pk=made.id)


def holds() -> bool:
    return next(checked.holds for checked in prove().equalities if checked.code.startswith("21"))


def context(now) -> JobContext:  # type: ignore[no-untyped-def]
    return JobContext(job_id=new_id(), arguments={}, now=now, tell=lambda done, total: None)


def test_an_order_claims_what_its_caller_set_aside() -> None:
    before, hold = free(), held(5)
    assert free() == before - 5
    order = place(hold=str(hold.pk), lines=[("MUG-BLUE", "5")])
    hold.refresh_from_db()
    assert (hold.state, hold.order_id) == ("claimed", order.pk)
    assert free() == before - 5
    assert Reservation.objects.get(order_id=order.pk).state == "firm"
    assert holds()


def test_a_hold_that_is_over_frees_its_goods_within_a_minute() -> None:
    before, hold = free(), held(5)
    assert free_expired(context(hold.expires_at - timedelta(seconds=1))) == {"holds": 0}
    assert free_expired(context(hold.expires_at + timedelta(seconds=10))) == {"holds": 1}
    assert free() == before
    assert holds()


def test_goods_of_orders_that_are_not_are_freed_and_told() -> None:
    before = free()
    entity, product = LegalEntity.objects.get(code="UK01").id, Product.objects.get(sku="MUG-BLUE").id
    orphan = DemandLine(new_id(), new_id(), entity, product, True, Decimal(4), NOW)
    writes(reserve_lines)([orphan])
    alive, ended = place(lines=[("MUG-BLUE", "2")]), place(lines=[("MUG-BLUE", "3")])
    Order.objects.filter(pk=ended.pk).update(state="cancelled")
    assert not holds()
    now = clock.now()
    assert free_orphans(since=now - timedelta(minutes=15), now=now) == 2
    assert free() == before - 2
    assert list(Reservation.objects.values_list("order_id", flat=True)) == [alive.pk]
    told = EventRecord.objects.filter(name="inventory.reservation_orphaned")
    assert {row.aggregate_id: row.payload["quantity"] for row in told} == {orphan.order_id: "4", ended.pk: "3"}
    assert holds()
    assert free_orphans(since=now - timedelta(minutes=15), now=now) == 0


def test_old_orphans_are_found_by_the_slow_look() -> None:
    order = place(lines=[("MUG-BLUE", "2")])
    Order.objects.filter(pk=order.pk).update(state="closed")
    now = clock.now() + timedelta(days=1)
    quick, slow = JOBS["orders.release_orphans"], JOBS["orders.release_old_orphans"]
    assert quick[0](context(now)) == {"orders": 0}
    assert slow[0](context(now)) == {"orders": 1}
    assert not Reservation.objects.exists()
    assert (quick[1], slow[1]) == (15, 600)


@pytest.mark.parametrize("wrong", ["no-id", "00000000-0000-7000-8000-000000000000"])
def test_a_hold_that_nobody_knows_is_refused(wrong: str) -> None:
    with pytest.raises(AssertionError, match="hold_unknown"):
        place(hold=wrong, lines=[("MUG-BLUE", "1")])


def test_a_hold_of_somebody_else_or_one_that_ended_is_refused() -> None:
    hold = held()
    with pytest.raises(AssertionError, match="hold_unknown"):
        place(hold=str(hold.pk), lines=[("MUG-BLUE", "1")], actor=RELEASER)
    Hold.objects.filter(pk=hold.pk).update(state="released")
    with pytest.raises(AssertionError, match="hold_ended"):
        place(hold=str(hold.pk), lines=[("MUG-BLUE", "1")])
