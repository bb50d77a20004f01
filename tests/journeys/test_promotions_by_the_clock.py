"""Promotions begin and end by the market's clock on orders that come in, with no worker and no beat: nothing is switched by a job.

Orders are placed a second before, at and after both ends, on days on which the clock is put forward or back, in five zones.
"""

from datetime import datetime, timedelta

import pytest

from apps.audit.models import Job
from apps.masterdata.models import LegalEntity
from apps.orders.models import Order
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import place
from tests.factories.pricing_orders import a_discount, rules
from tests.pricing.test_rules_instants import DAYS, SECOND

pytestmark = pytest.mark.usefixtures("company")
FULL_PRICE, LESS = 650, 585


def price_at(at: datetime) -> int:
    """Return what a mug costs in an order that is placed and received at the instant."""
    order = place(now=at, lines=[("MUG-BLUE", "1")], customer="C-1004")
    assert order.state == "confirmed"
    return Order.objects.get(pk=order.pk).net_minor


@pytest.mark.parametrize(("zone", "from_wall", "from_at", "until_wall", "until_at"), DAYS)
def test_a_second_before_at_and_after_both_ends(
    zone: str, from_wall: str, from_at: str, until_wall: str, until_at: str
) -> None:
    LegalEntity.objects.filter(code="UK01").update(time_zone=zone)
    forget_everything()
    rules(discounts=[a_discount("day", {"percent": "10"}, **{"from": from_wall, "until": until_wall})])
    jobs = Job.objects.count()
    begins, ends = datetime.fromisoformat(from_at), datetime.fromisoformat(until_at)
    steps = (-SECOND, timedelta(0), SECOND)
    assert [price_at(begins + step) for step in steps] == [FULL_PRICE, LESS, LESS]
    assert [price_at(ends + step) for step in steps] == [LESS, FULL_PRICE, FULL_PRICE]
    assert Job.objects.count() == jobs
