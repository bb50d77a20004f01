"""Who loses goods by an allocation run is told his new day once, whatever is handed over again, and so is every other fact."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.audit.services.delivery import start_cursors
from apps.audit.services.relay import relay_until_idle
from apps.inventory.contract import ReceiptDraft, plan_receipts
from apps.inventory.decisions.notices.texts import text_of
from apps.inventory.models import Backorder, Notice, Warehouse
from apps.inventory.services.allocating import carry_out_allocation, take_back_allocation, try_allocation
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.redating import redate_lines
from apps.masterdata.models import Customer, Product
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.orders import NOW, place, ship
from tests.factories.rulebooks import put_in_force
from tests.orders.test_allocation_pages import RULES
from tests.orders.test_notices import promised

pytestmark = pytest.mark.django_db(transaction=True)

NOTICES = [each for each in SUBSCRIPTIONS if each.name == "inventory.make_notices"]
COMES = datetime(2026, 4, 10, 12, tzinfo=UTC)
DAY = date(2026, 4, 10)


def comes(quantity: int, ref: str = "po:1", at: datetime = COMES) -> None:
    clocks, main = Product.objects.get(sku="CLOCK-WALL"), Warehouse.objects.get(code="UK-MAIN")
    writes(plan_receipts)([ReceiptDraft(main.pk, clocks.pk, Decimal(quantity), Decimal(1), at, ref)], now=NOW)


@pytest.fixture
def scarce(company: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Order, Order]:
    """A retailer who reads German has all wall clocks, a wholesaler waits for five; a hundred more are to come."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    put_in_force("inventory.allocation", RULES)
    Customer.objects.filter(code="C-1001").update(language="de")
    small = place(customer="C-1001", lines=[("CLOCK-WALL", "12")])
    big = place(customer="C-1003", lines=[("CLOCK-WALL", "5")])
    comes(100)
    return small, big


def handed_over() -> None:
    """Hand over every event there is, then all of them twice again, as a relay that lost its place."""
    for _ in range(3):
        start_cursors(NOTICES)
        assert relay_until_idle(NOTICES, clock=clock.now, pause=time.sleep)
        run("UPDATE audit_subscribercursor SET position = 0 WHERE name = 'inventory.make_notices'", [])


def told(order: Order) -> list[tuple[str, str, str]]:
    handed_over()
    found = Notice.objects.filter(order_id=order.pk).order_by("recorded_at", "id")
    return [(each.kind, each.state, last_day(each)) for each in found]


def last_day(notice: Notice) -> str:
    return max((line["promised_on"] or "" for line in notice.payload.get("lines", ())), default="")


def carried_out(order: Order, hours: int = 1) -> object:
    at = NOW + timedelta(hours=hours)
    trial = try_allocation(scope=Scope(order.legal_entity_id), strategy="", actor=SYSTEM, now=at)
    return carry_out_allocation(run_id=trial.pk, reason="They wait", actor=SYSTEM, now=at).pk


def taken_back(run_id: object, hours: int = 2) -> None:
    take_back_allocation(run_id=run_id, reason="Promised", actor=SYSTEM, now=NOW + timedelta(hours=hours))  # type: ignore[arg-type]


def test_who_loses_is_told_his_new_day_once_in_his_language(scarce: tuple[Order, Order]) -> None:
    small, big = scarce
    carried_out(small)
    assert told(small) == [("first_promise", "waiting", "2026-04-10")]
    assert told(small) == told(small)
    assert told(big) == []
    (notice,) = Notice.objects.all()
    assert notice.customer_id == small.customer_id
    assert text_of(notice.kind, notice.language, notice.payload).endswith("Er geht bis 10. April 2026 ab.")


@pytest.mark.parametrize(("wants", "state"), [("all", "waiting"), ("important", "suppressed"), ("none", "suppressed")])
def test_who_loses_hears_what_he_wants_to(scarce: tuple[Order, Order], wants: str, state: str) -> None:
    small, _ = scarce
    Customer.objects.filter(code="C-1001").update(notices=wants)
    carried_out(small)
    assert told(small) == [("first_promise", state, "2026-04-10")]


def waits_since(order: Order, day: date) -> None:
    """Promise the line a day, as when it began to wait."""
    (line,) = Backorder.objects.filter(order_id=order.pk)
    writes(redate_lines)({line.line_id: day}, why="promised", run_id=None, now=NOW, actor=SYSTEM)


def test_a_run_that_is_taken_back_moves_the_day_back_and_that_is_told_once(company: None, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    put_in_force("inventory.allocation", RULES)
    small = place(customer="C-1001", lines=[("CLOCK-WALL", "14")])
    waits_since(small, date(2026, 3, 20))
    place(customer="C-1003", lines=[("CLOCK-WALL", "5")])
    comes(100)
    made = carried_out(small)
    lost = [("first_promise", "waiting", "2026-03-20"), ("promise_moved", "waiting", "2026-04-10")]
    assert told(small) == lost
    taken_back(made)
    assert Backorder.objects.get(order_id=small.pk).promised_on == date(2026, 3, 20)
    assert told(small) == [*lost, ("promise_moved", "waiting", "2026-03-20")]


def test_taken_back_before_anybody_heard_of_it_nothing_is_told(scarce: tuple[Order, Order]) -> None:
    small, big = scarce
    taken_back(carried_out(small))
    assert told(small) == []
    assert told(big) == [("first_promise", "waiting", "2026-04-10")]


def test_a_second_run_after_one_that_was_taken_back_is_a_fact_of_its_own(scarce: tuple[Order, Order]) -> None:
    small, _ = scarce
    made = carried_out(small)
    assert len(told(small)) == 1
    taken_back(made)
    comes(100, "po:0", COMES - timedelta(days=20))
    carried_out(small, 3)
    assert told(small)[1:] == [("promise_moved", "waiting", "2026-03-21")]


def test_small_moves_are_never_told_after_a_large_one_was(company: None) -> None:
    rules = {"policies": [{"name": "usual"}], "notices": {"first_promise": False, "moved_by_days": 3}}
    put_in_force("inventory.backorders", rules)
    order = place(customer="C-1001", lines=[("CLOCK-WALL", "20")])
    for hours, days in enumerate((0, 2, 9, 10), start=1):
        promised(order, DAY + timedelta(days=days), hours)
    assert told(order) == [("promise_moved", "waiting", "2026-04-19")]


def test_the_database_keeps_one_notice_for_each_fact(scarce: tuple[Order, Order]) -> None:
    small, _ = scarce
    carried_out(small)
    handed_over()
    (notice,) = Notice.objects.all()
    notice.pk = small.pk
    with pytest.raises(IntegrityError, match="notice_once_per_fact"), transaction.atomic():
        notice.save(force_insert=True)


def test_what_left_in_part_and_what_was_cancelled_is_told_once(scarce: tuple[Order, Order]) -> None:
    small, _ = scarce
    carried_out(small)
    ship(small)
    before = told(small)
    assert sorted(before) == [("first_promise", "waiting", "2026-04-10"), ("part_shipped", "waiting", "")]
    cancel_orders([CancelOrder(small.pk)], reason="Too late", actor=SYSTEM, now=NOW + timedelta(hours=3))
    assert told(small) == [*before, ("cancelled", "waiting", "")]
