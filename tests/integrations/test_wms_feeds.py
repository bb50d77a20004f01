"""A connected system has to speak: one that stops, and one that never says its first word, is a case within a minute."""

from datetime import datetime, timedelta

import pytest

from apps.exceptions.models import Case
from apps.integrations.models import WarehouseConnection
from apps.integrations.services.wms_connections import ConnectionDraft, change_connection
from apps.integrations.services.wms_jobs import expect_connected
from apps.inventory.models import SyncFeed
from apps.inventory.selectors.sync import feeds
from apps.inventory.services.feeds import FEED_JOBS, watch_feeds
from apps.orders.models import OrderLine
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import NOW, place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def warehouse(company: None) -> Connected:
    return a_connected_warehouse()


def alerted_after(since: datetime) -> timedelta:
    """Look as often as the job does, at the worst moment, until a case is there; return how long that took."""
    every = FEED_JOBS["inventory.watch_feeds"][1]
    look = since + timedelta(seconds=every - 0.001)
    while not watch_feeds(now=look)[0]:
        look += timedelta(seconds=every)
        assert look - since < timedelta(seconds=300)
    return look - since


def change(warehouse: Connected, *, is_active: bool, at: datetime) -> None:
    draft = ConnectionDraft("UK-MAIN", "http://127.0.0.1:9", "TEST", is_active=is_active)
    change_connection(warehouse.connection_id, draft, actor=SYSTEM, now=at)


def test_one_that_never_speaks_is_told_within_a_minute_of_being_connected(warehouse: Connected) -> None:
    assert alerted_after(NOW) <= timedelta(seconds=60)
    case = Case.objects.get()
    assert "has never spoken" in case.title
    assert case.reasons.get().detail["last_word"] == "never"
    assert [(feed.code, feed.has_spoken, feed.stopped_since) for feed in feeds()] == [("UK-MAIN", False, NOW)]
    warehouse.wms.beat()
    warehouse.hear()
    assert watch_feeds(now=warehouse.now + timedelta(seconds=1)) == (0, 1)
    case.refresh_from_db()
    assert (case.state, SyncFeed.objects.get().has_spoken) == ("resolved", True)


def test_one_that_stops_is_told_within_a_minute_of_its_last_word(warehouse: Connected) -> None:
    warehouse.wms.beat()
    warehouse.hear()
    last = SyncFeed.objects.get().said_at
    assert last == warehouse.now
    assert alerted_after(last) <= timedelta(seconds=60)
    assert Case.objects.get().title.endswith("is silent")


def test_a_first_word_is_believed_also_when_its_clock_is_behind(warehouse: Connected) -> None:
    warehouse.wms.beat()
    (message,) = warehouse.wms.untold()
    behind = NOW - timedelta(seconds=20)
    warehouse.hear([message | {"occurred_at": behind.isoformat()}])
    assert SyncFeed.objects.get().said_at == behind


def test_what_is_taken_out_of_use_is_not_expected_to_speak(warehouse: Connected) -> None:
    alerted_after(NOW)
    change(warehouse, is_active=False, at=NOW + timedelta(seconds=90))
    assert Case.objects.get().resolution == "disconnected"
    assert watch_feeds(now=NOW + timedelta(days=1)) == (0, 0)
    again = NOW + timedelta(days=2)
    change(warehouse, is_active=True, at=again)
    assert alerted_after(again) <= timedelta(seconds=60)


def test_those_connected_before_anybody_watched_are_found(warehouse: Connected) -> None:
    SyncFeed.objects.all().delete()
    for _ in range(2):
        expect_connected(now=NOW)
    assert SyncFeed.objects.get().warehouse_id == WarehouseConnection.objects.get().warehouse_id
    assert alerted_after(NOW) <= timedelta(seconds=60)


def test_one_that_speaks_while_a_return_waits_for_its_invoice_is_not_silent(warehouse: Connected) -> None:
    order = place(lines=[("MUG-BLUE", "2")], customer="C-1004")
    warehouse.tell(order)
    warehouse.settle()
    warehouse.wms.work()
    warehouse.settle()
    warehouse.wms.beat()
    warehouse.hear()
    line = OrderLine.objects.get(order=order)
    warehouse.wms.take_back(str(order.pk), str(line.pk), 1)
    parked = warehouse.now
    while warehouse.now - parked < timedelta(seconds=50):
        warehouse.wms.beat()
        warehouse.hear()
        assert watch_feeds(now=warehouse.now) == (0, 0)
        warehouse.wait(10)
    assert SyncFeed.objects.get().said_at <= parked, "nothing behind the return was applied"
    last = warehouse.now - timedelta(seconds=10)
    assert alerted_after(last) <= timedelta(seconds=60), "now it is silent"


def test_one_of_which_nothing_is_applied_for_minutes_is_told(warehouse: Connected) -> None:
    warehouse.wms.beat()
    (message,) = warehouse.wms.untold()
    warehouse.hear()
    began = warehouse.now
    while warehouse.now - began < timedelta(seconds=240):
        behind_a_gap = message | {"id": f"b-{warehouse.now:%H%M%S}", "seq": 9, "occurred_at": warehouse.now.isoformat()}
        warehouse.hear([behind_a_gap])
        if watch_feeds(now=warehouse.now)[0]:
            break
        warehouse.wait(15)
    assert timedelta(seconds=190) < warehouse.now - began <= timedelta(seconds=210)
