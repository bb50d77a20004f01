"""Pages of warehouse systems: connections, messages, the trace of an order, how fresh stock is; and who may do what on them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.integrations.models import MessageState, WarehouseConnection, WarehouseMessage
from apps.integrations.pages.messages import lines_of
from apps.integrations.services.wms_jobs import measure_minutes
from apps.inventory.models import SyncSample
from apps.inventory.pages.sync import chart
from apps.orders.models import Order
from ordercash.kernel import clock
from ordercash.web.columns import Table
from tests.factories.api import a_program
from tests.factories.orders import place
from tests.factories.wms import Connected, a_connected_warehouse

pytestmark = pytest.mark.django_db(transaction=True)
VIEW, MANAGE, AGAIN = (
    "integrations.view_warehouse_messages",
    "integrations.manage_warehouse_connections",
    "integrations.send_again",
)


@pytest.fixture
def warehouse(company: None) -> Connected:
    """A warehouse whose system has shipped an order and told its stock."""
    warehouse = a_connected_warehouse(shares_stock=True)
    warehouse.now = clock.now() - timedelta(minutes=5)
    warehouse.tell(place(lines=[("MUG-BLUE", "2")], customer="C-1004", now=warehouse.now))
    warehouse.settle()
    warehouse.wms.work()
    warehouse.wms.sell("MUG-RED", 3)
    warehouse.settle()
    return warehouse


def browser(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_program(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_trace_of_an_order_shows_every_hop(warehouse: Connected) -> None:
    shipped = WarehouseMessage.objects.get(kind="shipped")
    page = browser(VIEW).get(reverse("warehouse_message", args=[shipped.pk])).content.decode()
    for hop in ("order", "reserved", "shipped"):
        assert hop in page
    assert "MUG-BLUE" in page and "Applied" in page
    listed = browser(VIEW).get(reverse("warehouse_messages"), {"order": str(shipped.order_id)}).content.decode()
    assert listed.count("data-oc-row") >= 3
    number = Order.objects.get().number
    assert (
        browser(VIEW).get(reverse("warehouse_messages"), {"order": number}).content.decode().count("data-oc-row") >= 3
    )
    assert (
        "No message matches" in browser(VIEW).get(reverse("warehouse_messages"), {"order": "nonsense"}).content.decode()
    )


def test_connections_are_seen_connected_and_changed_by_who_may(warehouse: Connected) -> None:
    address = reverse("warehouse_connections")
    page = browser(VIEW).get(address).content.decode()
    assert "UK-MAIN" in page and settings.ORDERCASH_WMS_SECRETS["TEST"][0] not in page
    form = {"verb": "connect", "connect-warehouse": "UK-NORTH", "connect-base_url": "http://10.0.0.1",
            "connect-secret_name": "TEST", "connect-timeout_ms": "500", "connect-most_attempts": "9"}  # fmt: skip
    assert browser(VIEW).post(address, form).status_code == 403
    manager = browser(VIEW, MANAGE)
    refused = manager.post(address, form, follow=True).content.decode()
    assert WarehouseConnection.objects.count() == 1 and "https" in refused
    manager.post(address, form | {"connect-base_url": "https://wms.example"})
    assert WarehouseConnection.objects.filter(base_url="https://wms.example").exists()
    one = reverse("warehouse_connection", args=[warehouse.connection_id])
    assert "up to message" in browser(VIEW).get(one).content.decode()
    changed = {"verb": "change", "change-base_url": "https://other.example", "change-secret_name": "TEST",
               "change-timeout_ms": "700", "change-most_attempts": "8", "change-is_active": "on"}  # fmt: skip
    assert browser(VIEW).post(one, changed).status_code == 403
    manager.post(one, changed)
    assert WarehouseConnection.objects.get(pk=warehouse.connection_id).base_url == "https://other.example"
    WarehouseConnection.objects.update(failures=7, open_until=clock.now() + timedelta(seconds=10))
    assert "Left alone" in manager.get(address).content.decode()


def test_messages_are_tried_again_by_who_may(warehouse: Connected) -> None:
    message = WarehouseMessage.objects.filter(direction="out").first()
    assert message is not None
    WarehouseMessage.objects.filter(pk=message.pk).update(state=MessageState.DEAD)
    address = reverse("warehouse_message", args=[message.pk])
    form = {"verb": "again", "reason_again": "It is back"}
    assert browser(VIEW).post(address, form).status_code == 403
    browser(VIEW, AGAIN).post(address, form)
    message.refresh_from_db()
    assert message.state == MessageState.WAITING


def test_how_fresh_stock_is_with_its_chart(warehouse: Connected) -> None:
    assert browser(VIEW).get(reverse("sync_latency")).status_code == 403
    viewer = browser("inventory.view_sync")
    assert "MUG-RED" in viewer.get(reverse("sync_latency")).content.decode()
    assert measure_minutes(until=clock.now() + timedelta(minutes=5), minutes=20) >= 1
    assert SyncSample.objects.filter(warehouse__code="UK-MAIN").exists()
    page = viewer.get(reverse("sync_latency"), {"warehouse": "UK-MAIN"}).content.decode()
    assert "From their word to our row" in page and "Feeds" in page


def test_messages_are_found_by_warehouse_and_kind_and_told_to_the_second(warehouse: Connected) -> None:
    address, viewer = reverse("warehouse_messages"), browser(VIEW)
    assert viewer.get(address, {"warehouse": "UK-MAIN"}).content.decode().count("data-oc-row ") > 3
    assert "No message matches" in viewer.get(address, {"warehouse": "DE-MAIN"}).content.decode()
    page = viewer.get(address, {"kind": "shipped"}).content.decode()
    shipped = WarehouseMessage.objects.get(kind="shipped")
    assert page.count("data-oc-row ") == 1 and f"{shipped.created_at:%H:%M:%S}</time>" in page
    one = viewer.get(reverse("warehouse_connection", args=[warehouse.connection_id])).content.decode()
    assert f"{address}?warehouse=UK-MAIN" in one


def test_heartbeats_are_listed_when_they_are_asked_for(warehouse: Connected) -> None:
    warehouse.wms.beat()
    warehouse.hear()
    address, viewer = reverse("warehouse_messages"), browser(VIEW)
    for asked, listed in (({}, False), ({"beats": "on"}, True), ({"kind": "heartbeat"}, True)):
        assert (">heartbeat</a>" in viewer.get(address, asked).content.decode()) is listed, asked


def test_lines_of_messages_show_what_was_found_and_of_which_lot() -> None:
    found = {"line_id": "a", "sku": "TEA-EARL", "good": "3", "damaged": "1", "scrapped": None, "lot": "EG-0622"}
    told = {"line_id": "a", "sku": "TEA-EARL", "quantity": "1200", "lots": [{"lot": "EG-0701", "quantity": "1200"}]}
    for line, labels, shown in (
        (found, ["SKU", "Lot", "Good", "Damaged", "Scrapped"], ["TEA-EARL", "EG-0622", ">3<", ">1<", "–"]),
        (told, ["SKU", "Quantity", "Lots"], ["TEA-EARL", ">1,200<", "1200 of EG-0701"]),
        ({"line_id": "a", "missing": "2"}, ["Line", "Missing"], [">a<", ">2<"]),
    ):
        table = Table(columns=lines_of(WarehouseMessage(payload={"lines": [line]})), rows=[line], caption="Lines")
        assert [column.label for column in table.columns] == labels
        assert all(text in cell for (_, cell), text in zip(table.shown[0].cells, shown, strict=True))


def test_the_chart_of_freshness_is_in_the_zone_of_its_reader_and_shows_silence(warehouse: Connected) -> None:
    begin = (clock.now() - timedelta(minutes=20)).replace(second=0, microsecond=0)
    place = warehouse.connection.warehouse_id
    SyncSample.objects.all().delete()
    for passed, p50 in ((0, 40), (1, 50), (4, 60)):
        SyncSample.objects.create(
            warehouse_id=place, minute=begin + timedelta(minutes=passed), messages=3, p50_ms=p50, p99_ms=90, worst_ms=95
        )
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        shown = chart("UK-MAIN")
    assert shown is not None and chart("DE-MAIN") is None
    assert shown.labels[0] == f"{begin.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}"
    assert [list(each.values) for each in shown.series] == [[40, 50, None, None, 60], [90, 90, None, None, 90]]
    page = browser("inventory.view_sync").get(reverse("sync_latency")).content.decode()
    assert "shelves on this page" in page or "1 shelf on this page" in page
