"""What becomes free goes by the strategy of the rules in force, in the transaction that frees it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.inventory.contract import OrderTag, ReleaseItem, fill_backorders, release_lines, reserve_lines
from apps.inventory.models import Backorder, OrderPolicy, Quota, Reservation
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, demand, stocked
from tests.factories.rulebooks import put_in_force
from tests.inventory.test_statements import Counted

pytestmark = pytest.mark.django_db

TIERS = [
    {"name": "gold", "rank": 1, "when": 'customer_group == "A"'},
    {"name": "silver", "rank": 2, "when": 'customer_group == "B"'},
    {"name": "others", "rank": 9},
]


@pytest.fixture
def place():
    return a_place(warehouses=2, products=2)


def rules(strategy, **changes):
    put_in_force("inventory.allocation", {"tiers": TIERS, "products": [{"strategy": strategy}], **changes})


def waits(place, group, quantity, *, product=0, minutes=0, **changes):
    """Let a line of a customer's group wait; the others of the order's facts can be changed."""
    about = OrderTag(group=group, channel=changes.pop("channel", ""), currency="GBP")
    at = NOW + timedelta(minutes=minutes)
    line = replace(demand(place, quantity, product=product), occurred_at=at, about=about, **changes)
    reserve_lines([line])
    return line


def held(line):
    return sum(Reservation.objects.filter(line_id=line.line_id).values_list("quantity", flat=True))


def test_better_customers_first_then_who_came_first(place):
    rules("priority")
    other = waits(place, "C", 5)
    silver = waits(place, "B", 5, minutes=1)
    late, gold = waits(place, "A", 5, minutes=3), waits(place, "A", 5, minutes=2)
    stocked(place, 12)
    assert [held(line) for line in (gold, late, silver, other)] == [5, 5, 2, 0]
    release_lines([ReleaseItem(late.line_id, Decimal(5))], now=NOW)
    assert [held(line) for line in (gold, silver, other)] == [5, 5, 2]


def test_within_a_tier_by_the_wish(place):
    rules("priority", order_within=["wanted_on", "occurred_at"])
    first = waits(place, "A", 5)
    wish = waits(place, "A", 5, minutes=1, wanted_on=date(2026, 3, 9))
    stocked(place, 6)
    assert (held(wish), held(first)) == (5, 1)


def test_fair_shares_in_the_unit_of_the_product(place):
    rules("fair_share")
    lines = [waits(place, "C", quantity, minutes=n) for n, quantity in enumerate((60, 50, 40))]
    stocked(place, 60)
    stocked(place, 40, warehouse=1)
    assert [held(line) for line in lines] == [24 + 16, 20 + 13, 16 + 11]


def test_what_is_shared_by_hand_waits_for_a_hand(place):
    rules("manual")
    line = waits(place, "A", 5)
    stocked(place, 9)
    assert held(line) == 0
    assert fill_backorders(now=NOW, limit=9) == []


def test_a_channel_keeps_its_quota_until_it_is_released(place):
    rules("quotas")
    web, edi = waits(place, "C", 8, channel="web"), waits(place, "C", 8, minutes=1, channel="edi")
    today = NOW.date()
    quota = Quota.objects.create(
        legal_entity=place.entity, product=place.products[0], channel="edi", quantity=10, from_on=today,
        release_on=today + timedelta(days=2),
    )  # fmt: skip
    stocked(place, 11, product=0)
    assert (held(web), held(edi)) == (1, 8)
    quota.refresh_from_db()
    assert quota.taken == 8
    assert Reservation.objects.get(line_id=edi.line_id).quota_id == quota.id
    assert fill_backorders(now=NOW + timedelta(days=1), limit=9) == []
    assert fill_backorders(now=NOW + timedelta(days=2), limit=9) == [web.order_id]
    assert held(web) == 3


def test_kits_wait_until_all_of_their_parts_are_there(place):
    order_id = new_id()
    parts = [
        waits(place, "C", 5, order_id=order_id, kit_no=1, per_kit=Decimal(1)),
        waits(place, "C", 10, product=1, order_id=order_id, kit_no=1, per_kit=Decimal(2)),
    ]
    alone = waits(place, "C", 4, minutes=5)
    OrderPolicy.objects.create(order_id=order_id, kits_whole=True)
    stocked(place, 5, product=0)
    assert (held(parts[0]), held(alone)) == (0, 4)
    stocked(place, 4, product=0)
    stocked(place, 7, product=1)
    assert held(parts[1]) == 0
    assert fill_backorders(now=NOW, limit=9) == [order_id]
    assert [held(part) for part in parts] == [3, 6]
    assert fill_backorders(now=NOW, limit=9) == []


def test_sharing_by_rules_takes_as_many_statements_for_one_as_for_many():
    rules("priority")
    counts = []
    for number in (3, 60):
        place = a_place(products=3, code=f"R{number}")
        for n in range(number):
            waits(place, "ABC"[n % 3], 2, product=n % 3)
        stocked(place, 1)  # what is remembered for some seconds is read by this one
        counts.append(Counted().of(stocked, place, 50))
    assert counts[0] == counts[1]
    assert not Backorder.objects.exists()
