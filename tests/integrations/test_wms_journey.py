"""Twenty orders through the reference warehouse system as a process of its own, over HTTP in both directions."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import urllib3
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from apps.integrations.models import MessageState, WarehouseConnection, WarehouseMessage
from apps.integrations.services.wms_applying import apply_messages
from apps.integrations.services.wms_connections import ConnectionDraft, add_connection
from apps.integrations.services.wms_http import over_http
from apps.integrations.services.wms_polling import poll_all
from apps.integrations.services.wms_sending import send_waiting
from apps.integrations.services.wms_telling import tell_orders
from apps.inventory.models import Shipment, Stock
from apps.orders.models import Order
from examples.reference_wms.signing import HEADER, sign
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import load_company, place
from tests.factories.wms_process import SECRET, Process

pytestmark = pytest.mark.django_db(transaction=True)
SKUS = ("MUG-BLUE", "MUG-RED", "CANDLE-VAN")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "wms.sqlite")
    yield process
    process.stop()


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    """Let both sides work until something is so."""
    limit, transport = time.monotonic() + seconds, over_http(clock.now)
    while not done():
        assert time.monotonic() < limit, list(
            WarehouseMessage.objects.values_list("kind", "state", "error", "status_code")
        )
        send_waiting(transport, now=clock.now())
        apply_messages(now=clock.now())
        time.sleep(0.05)


def confirmed() -> int:
    return WarehouseMessage.objects.filter(direction="out", state=MessageState.CONFIRMED).count()


def test_twenty_orders_through_a_process_that_dies_in_between(live_server: LiveServer, process: Process) -> None:
    load_company()
    settings.ORDERCASH_WMS_SECRETS, settings.ORDERCASH_WMS_HOSTS = {"TEST": (SECRET,)}, ("127.0.0.1",)
    connection_id = add_connection(
        ConnectionDraft("UK-MAIN", "http://127.0.0.1:9", "TEST"), actor=SYSTEM, now=clock.now()
    )
    callback = f"{live_server.url}/api/v1/wms/{connection_id}/messages"
    process.start(callback)
    WarehouseConnection.objects.update(base_url=process.address)
    for sku, on_hand in Stock.objects.filter(product__sku__in=SKUS, warehouse__code="UK-MAIN").values_list(
        "product__sku", "on_hand"
    ):
        process.ask("POST", "/floor/receive", {"sku": sku, "quantity": int(on_hand)})
    process.ask("POST", "/faults", {"repeat": 2, "reorder": 5, "drop": 0.2, "errors": 0.1, "slow_ms": 5})
    orders = [place(lines=[(SKUS[n % 3], str(1 + n % 4))], customer="C-1004") for n in range(20)]
    tell_orders([order.pk for order in orders], now=clock.now())
    until(lambda: not WarehouseMessage.objects.filter(direction="out", state=MessageState.WAITING).exists())

    process.stop()  # it forgets nothing: what it was told is in its file
    process.start(callback)
    WarehouseConnection.objects.update(base_url=process.address)
    process.ask("POST", "/floor/work", {})
    until(lambda: poll_all(over_http(clock.now), now=clock.now()) >= 0 and Shipment.objects.count() == 20)
    until(lambda: confirmed() == 20)
    assert set(Order.objects.values_list("state", flat=True)) == {"shipped"}
    theirs = {each["sku"]: each["on_hand"] for each in process.ask("GET", "/stock")["items"]}
    ours = Stock.objects.filter(product__sku__in=SKUS, warehouse__code="UK-MAIN")
    assert theirs == {row.product.sku: f"{row.on_hand.normalize():f}" for row in ours.select_related("product")}


def test_the_process_believes_nobody_who_does_not_sign(process: Process) -> None:
    process.start("")
    path = "/orders/" + str(UUID(int=1))
    for headers in ({}, {HEADER: sign("another secret of sixteen", int(time.time()), "GET", path, b"")}):
        assert urllib3.request("GET", process.address + path, headers=headers, timeout=10).status == 401
    late = {HEADER: sign(SECRET, int(time.time()) - 301, "GET", path, b"")}
    assert urllib3.request("GET", process.address + path, headers=late, timeout=10).status == 401
