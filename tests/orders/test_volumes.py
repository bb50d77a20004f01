"""What customers ordered is counted by product and day as orders are confirmed, and taken off as they are cancelled."""

import time
from datetime import date
from decimal import Decimal

import pytest

from apps.audit.services.relay import relay_until_idle
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.pricing.models import PurchaseVolume
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.orders import NOW, place

pytestmark = pytest.mark.usefixtures("company")


def counted() -> dict[str, tuple[int, int]]:
    """Let the relay deliver everything, and return quantity and net by SKU."""
    assert relay_until_idle(SUBSCRIPTIONS, clock=clock.now, pause=time.sleep, rounds=2_000)
    rows = PurchaseVolume.objects.filter(day=date(2026, 3, 2)).values_list("product__sku", "quantity", "net_minor")
    return {sku: (int(quantity), net) for sku, quantity, net in rows}


def test_confirmed_orders_count_and_cancelled_ones_no_more() -> None:
    first = place(lines=[("MUG-BLUE", "3"), ("TEA-FOR-TWO", "1")], ordered_at="2026-03-02T08:00:00Z")
    place(lines=[("MUG-BLUE", "2")], ordered_at="2026-03-02T08:00:00Z")
    place(customer="C-9001", lines=[("MUG-BLUE", "50")], ordered_at="2026-03-02T08:00:00Z")
    found = counted()
    assert found["MUG-BLUE"][0] == 6
    assert found["TEAPOT-1L"][0] == 1
    part = first.lines.get(kind="part", product__sku="MUG-BLUE")
    assert found["MUG-BLUE"][1] == 5 * 650 + part.net_minor
    assert counted() == found

    line = first.lines.get(kind="product")
    cancel_orders([CancelOrder(first.pk, {line.pk: Decimal(1)})], reason="Less", actor=SYSTEM, now=NOW)
    assert counted()["MUG-BLUE"] == (5, found["MUG-BLUE"][1] - 650)
    cancel_orders([CancelOrder(first.pk)], reason="All", actor=SYSTEM, now=NOW)
    left = counted()
    assert left["MUG-BLUE"] == (2, 1300)
    assert left["TEAPOT-1L"] == (0, 0)
