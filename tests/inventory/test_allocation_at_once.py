"""Runs beside others who change the same goods: nothing is doubled, nobody waits for ever, and what left is not taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F, Sum

from apps.inventory import ports
from apps.inventory.contract import LineTag, OrderTag, plan_receipts, receive_stock, reserve_lines, ship
from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.models import AllocationRun, Backorder, Quota, Reservation, Stock
from apps.inventory.services.allocating import carry_out_allocation, take_back_allocation, try_allocation
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import RollBackRefused, WrongRunState
from apps.inventory.services.quotas import release_due_quotas, set_quotas
from apps.inventory.services.sharing import fill_backorders
from apps.masterdata.models import Channel, LegalEntity, Region
from apps.operations.selectors.prove import prove
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.inventory import NOW, a_place, announced, demand, joined, ship_request, stocked
from tests.inventory.test_allocation_runs import rules
from tests.journeys.running import together

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=2)
ROUNDS = 6


@pytest.fixture
def scarce(monkeypatch):
    known: dict[Any, LineTag] = {}
    monkeypatch.setattr(ports, "_connected", [lambda ids: {id: known[id] for id in ids if id in known}])
    rules()
    place = a_place(warehouses=2, products=2)
    for product in (0, 1):
        stocked(place, 30, product=product)
        stocked(place, 30, product=product, warehouse=1)
    lines = [(n, "CA"[n >= 12], n % 2) for n in range(24)]
    made = []
    for n, group, product in lines:
        line = replace(demand(place, 10, product=product), occurred_at=NOW + timedelta(minutes=n), net_minor=1000)
        line = replace(line, about=OrderTag(group=group, currency="GBP"))
        known[line.line_id] = LineTag(
            line.line_id, line.order_id, None, group, "", "", "GBP", 1000, line.quantity, None, line.occurred_at
        )
        joined(reserve_lines, [line])
        made.append(line)
    joined(plan_receipts, [announced(place, 900, "PO-1", days=9)], now=NOW)
    return place, made


def carried_out(place):
    trial = try_allocation(scope=Scope(place.entity.id), strategy="", actor=SYSTEM, now=NOW)
    return carry_out_allocation(run_id=trial.pk, reason="They wait", actor=SYSTEM, now=NOW).pk


def holds(lines):
    """Say that every line is reserved and waiting for all that was ordered, and that balances equal their reservations."""
    there = {line.line_id: 0 for line in lines}
    for model in (Reservation, Backorder):
        for line_id, quantity in model.objects.values_list("line_id", "quantity"):
            there[line_id] += quantity
    assert set(there.values()) == {10}
    balances = dict(Stock.objects.values_list("id", "reserved"))
    sums = Reservation.objects.values_list("stock_id").annotate(Sum("quantity"))
    assert dict(sums) == {id: reserved for id, reserved in balances.items() if reserved}
    assert not Stock.objects.filter(reserved__gt=F("on_hand")).exists()
    broken = [each for each in prove().equalities if each.code[:2] in ("07", "20", "21") and not each.holds]
    # Orders are stood in for here, so that what is held for lines of theirs is held for nobody.
    assert [row for each in broken for row in each.rows if not row.ref.startswith("order ")] == []


def test_a_run_is_taken_back_while_the_net_serves_who_waits(scarce):
    place, lines = scarce
    before = sorted(Reservation.objects.values_list("line_id", "warehouse_id", "quantity"))
    for _ in range(ROUNDS):
        run_id = carried_out(place)

        def work(number, run_id=run_id):
            if number == 0:
                return take_back_allocation(run_id=run_id, reason="Promised", actor=SYSTEM, now=LATER)
            return joined(fill_backorders, now=LATER, limit=100)

        together(4, work)
        assert AllocationRun.objects.get(pk=run_id).state == "rolled_back"
        assert sorted(Reservation.objects.values_list("line_id", "warehouse_id", "quantity")) == before
        holds(lines)


def test_goods_come_while_a_run_is_taken_back_and_the_net_looks(scarce):
    """Whoever lost by the run and was served meanwhile needs nothing back: then it is refused as a whole, else done as a whole."""
    place, lines = scarce
    run_id = carried_out(place)

    def work(number):
        if number == 0:
            try:
                return take_back_allocation(run_id=run_id, reason="Promised", actor=SYSTEM, now=LATER)
            except RollBackRefused as refused:
                return str(refused)
        if number == 1:
            return joined(receive_stock, [replace(announced(place, 25, "PO-2"), due_at=NOW)], actor=SYSTEM)
        return joined(fill_backorders, now=LATER, limit=100)

    refused = isinstance(together(4, work)[0], str)
    assert AllocationRun.objects.get(pk=run_id).state == ("committed" if refused else "rolled_back")
    holds(lines)
    assert Reservation.objects.aggregate(sum=Sum("quantity"))["sum"] == 120 + 25


def test_either_it_left_or_it_is_taken_back(scarce):
    place, lines = scarce
    gold = lines[12]

    def work(run_id):
        def one(number):
            try:
                if number:
                    return joined(ship, [ship_request(gold)], actor=SYSTEM).lines
                return take_back_allocation(run_id=run_id, reason="Promised", actor=SYSTEM, now=LATER)
            except RollBackRefused:
                return None

        return one

    run_id = carried_out(place)
    back, left = together(2, work(run_id))
    state = AllocationRun.objects.get(pk=run_id).state
    assert (state, bool(back), bool(left)) in {("rolled_back", True, False), ("committed", False, True)}
    with pytest.raises((RollBackRefused, WrongRunState)):
        take_back_allocation(run_id=run_id, reason="Again", actor=SYSTEM, now=LATER)


def in_zone(code, zone):
    """Make a legal entity of a time zone, with 20 units of which 12 are kept for the web until 1 April, and a line that waits for 40."""
    place = a_place(code=code)
    LegalEntity.objects.filter(pk=place.entity.pk).update(time_zone=zone)
    forget_everything()
    stocked(place, 20)
    draft = QuotaDraft(
        place.entity.id, place.products[0].id, None, "web", Decimal(12), date(2026, 3, 1), date(2026, 4, 1)
    )
    assert joined(set_quotas, [draft], now=NOW, actor=SYSTEM).refused == []
    waiting = replace(demand(place, 40), about=OrderTag(channel="shop", currency="GBP"))
    joined(reserve_lines, [waiting])
    return place


def test_a_quota_is_raced_for_on_its_day_where_that_day_has_begun(db):
    """At 14:00 UTC of 31 March it is 1 April in Auckland and not yet in Honolulu: takers, the release and the net job ask at once."""
    region = Region.objects.create(code="UK", name="UK")
    for code in ("web", "shop"):
        Channel.objects.create(code=code, name=code, region=region)
    early, late = in_zone("NZ", "Pacific/Auckland"), in_zone("HI", "Pacific/Honolulu")
    then = datetime(2026, 3, 31, 14, 0, tzinfo=UTC)

    def work(number):
        if number < 3:
            return release_due_quotas(now=then)
        if number == 3:
            return len(joined(fill_backorders, now=then, limit=100))
        place, channel = (early, late)[number % 2], ("web", "shop")[number // 2 % 2]
        line = replace(demand(place, 2), occurred_at=then, about=OrderTag(channel=channel, currency="GBP"))
        joined(reserve_lines, [line])
        return 0

    done = together(20, work)
    released = {row.legal_entity_id: row.released_at for row in Quota.objects.all()}
    assert sum(done[:3]) >= 1 and released == {early.entity.id: then, late.entity.id: None}
    for place in (early, late):
        stock = Stock.objects.get(warehouse=place.warehouses[0])
        quota = Quota.objects.get(legal_entity=place.entity)
        parts = dict(Reservation.objects.filter(stock=stock).values_list("quota_id").annotate(Sum("quantity")))
        assert quota.taken == parts.get(quota.pk, 0)
        # The day has begun there: all 20 are somebody's. It has not: what the web did not take is still kept for it.
        kept = 0 if place is early else quota.quantity - quota.taken
        assert stock.reserved == stock.on_hand - kept
    web = Quota.objects.get(legal_entity=late.entity)
    assert web.taken == 8
    broken = [each for each in prove().equalities if each.code[:2] in ("07", "20", "21") and not each.holds]
    assert [row for each in broken for row in each.rows if not row.ref.startswith("order ")] == []
