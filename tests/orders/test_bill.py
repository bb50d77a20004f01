"""Billing what was shipped, also when its period has been closed meanwhile."""

from datetime import date, timedelta

import pytest

from apps.billing.models import Invoice
from apps.ledger.models import Period
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.bill import ALL_MODES, bill_orders
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import NOW, place, ship

pytestmark = pytest.mark.usefixtures("company")


def test_a_delivery_of_a_closed_period_is_invoiced_today_and_holds_up_nobody() -> None:
    late = place(lines=[("CARRIAGE", "1")])
    ship(late)
    Period.objects.create(
        legal_entity_id=late.legal_entity_id, from_date=date(2026, 3, 1), until_date=date(2026, 4, 1), state="closed"
    )
    forget_everything()
    now = NOW + timedelta(days=40)
    other = place(now=now)
    ship(other, at=now)
    bill_orders(until=now + timedelta(days=1), modes=ALL_MODES, dated="supply", actor=SYSTEM, now=now)
    assert {order.state for order in Order.objects.all()} == {"invoiced"}
    assert Invoice.objects.get(order_id=late.pk).issue_date == date(2026, 4, 11)
    assert prove().holds
