"""Allocation runs: tried, compared, carried out as one, taken back; who loses by them waits again and knows until when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from apps.audit.models import EventRecord
from apps.inventory import ports
from apps.inventory.contract import LineTag, OrderTag, plan_receipts, reserve_lines, ship
from apps.inventory.decisions.sharing.figures import Stand, figures_of, jain
from apps.inventory.models import AllocationMove, Backorder, PromiseChange, Reservation, RunState, Stock
from apps.inventory.services.allocation_facts import Scope
from apps.inventory.services.allocation_runs import (
    AllocationStale,
    NothingWaits,
    RollBackRefused,
    StrategyUnknown,
    WrongRunState,
    commit_allocation,
    discard_allocation,
    roll_back_allocation,
    simulate_allocation,
)
from apps.inventory.services.redating import redate_lines
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW, a_place, announced, demand, ship_request, stocked
from tests.factories.rulebooks import put_in_force
from tests.inventory.test_statements import Counted

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
TIERS = [
    {"name": "gold", "rank": 1, "when": 'customer_group == "A"', "stance": "win"},
    {"name": "silver", "rank": 2, "when": 'customer_group == "B"'},
    {"name": "others", "rank": 9},
]
TAKES = [{"of": "others", "by": ["gold", "silver"], "not_within_days": 2}]


@pytest.fixture
def tags(monkeypatch):
    """Stand in for orders: they know every line that a test made."""
    known = {}
    monkeypatch.setattr(ports, "_connected", [lambda ids: {id: known[id] for id in ids if id in known}])
    return known


@pytest.fixture
def place(tags):
    return a_place(warehouses=2, products=2)


def rules(strategy="priority", take_from=TAKES):
    put_in_force("inventory.allocation", {"tiers": TIERS, "products": [{"strategy": strategy}], "take_from": take_from})


def line(place, tags, group, quantity, *, minutes=0, product=0, wanted_on=None):
    about = OrderTag(group=group, currency="GBP")
    at = NOW + timedelta(minutes=minutes)
    made = replace(
        demand(place, quantity, product=product),
        occurred_at=at,
        about=about,
        net_minor=100 * quantity,
        wanted_on=wanted_on,
    )
    tags[made.line_id] = LineTag(
        made.line_id, made.order_id, None, group, "", "", "GBP", made.net_minor, made.quantity, wanted_on, at
    )
    reserve_lines([made])
    return made


def held(each):
    return sum(Reservation.objects.filter(line_id=each.line_id).values_list("quantity", flat=True))


def waits(each):
    return sum(Backorder.objects.filter(line_id=each.line_id).values_list("quantity", flat=True))


def tried(place, strategy=""):
    return simulate_allocation(Scope(place.entity.id), strategy=strategy, actor=SYSTEM, now=NOW)


@pytest.fixture
def shared(place, tags):
    """Ten pieces are there; a small customer has them, another one of the same rank and a better one wait."""
    rules()
    stocked(place, 6)
    stocked(place, 4, warehouse=1)
    small = line(place, tags, "C", 10)
    other = line(place, tags, "C", 5, minutes=1)
    gold = line(place, tags, "A", 7, minutes=2)
    plan_receipts([announced(place, 20, "PO-1", days=9)], now=NOW)
    return small, other, gold


def test_trying_changes_nothing_and_says_who_gains_and_loses(place, shared):
    small, other, gold = shared
    run = tried(place)
    assert (held(small), held(gold), waits(gold)) == (10, 0, 7)
    moves = {(m.line_id, m.reserved - m.was_reserved) for m in AllocationMove.objects.filter(run=run)}
    assert sum(change for line_id, change in moves if line_id == gold.line_id) == 7
    assert sum(change for line_id, change in moves if line_id == small.line_id) == -7
    assert other.line_id not in {line_id for line_id, _ in moves}
    figures = run.figures
    assert (figures["winners"], figures["losers"], figures["money"]["GBP"]["gained"]) == (1, 1, 700)
    assert figures["tiers"]["gold"] == {"lines": 1, "wanted": "7", "before": "0", "after": "7"}
    assert figures["longest_wait_days"] == 9
    assert figures["compared"]["first_come"]["winners"] == 0
    fair = figures["compared"]["fair_share"]
    assert (fair["winners"], fair["losers"]) == (1, 1)
    assert Decimal(fair["fairness"]) > Decimal(figures["compared"]["first_come"]["fairness"])


def test_carried_out_as_one_and_the_loser_is_told_his_new_day(place, shared):
    small, other, gold = shared
    run = commit_allocation(tried(place).pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    assert (held(small), held(other), held(gold)) == (3, 0, 7)
    assert (waits(small), waits(gold)) == (7, 0)
    assert sum(Stock.objects.values_list("reserved", flat=True)) == 10
    change = PromiseChange.objects.get(line_id=small.line_id)
    assert (change.promised_on, change.promise_no, change.why, change.run_id) == (
        date(2026, 3, 11),
        1,
        "allocation",
        run.pk,
    )
    told = EventRecord.objects.get(name="inventory.goods_taken")
    assert told.thread_id == small.order_id
    assert told.payload["promised_on"] == {str(small.line_id): "2026-03-11"}
    with pytest.raises(WrongRunState):
        commit_allocation(run.pk, reason="", actor=SYSTEM, now=LATER)


def test_taken_back_everybody_has_what_he_had(place, shared):
    small, _, gold = shared
    run = commit_allocation(tried(place).pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    row = roll_back_allocation(run.pk, reason="It was promised", actor=SYSTEM, now=LATER)
    assert (row.state, held(small), held(gold), waits(small), waits(gold)) == (RunState.ROLLED_BACK, 10, 0, 0, 7)
    assert EventRecord.objects.filter(name="inventory.allocation_rolled_back").count() == 1


def test_taken_back_a_line_has_the_day_it_was_promised_before_it_was_carried_out(place, shared):
    *_, gold = shared
    told, anew = date(2026, 3, 9), date(2026, 3, 16)
    redate_lines({gold.line_id: told}, why="promised", run_id=None, now=NOW - timedelta(hours=1), actor=SYSTEM)
    kept = commit_allocation(tried(place).pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    roll_back_allocation(kept.pk, reason="It was promised", actor=SYSTEM, now=LATER)
    assert Backorder.objects.get(line_id=gold.line_id).promised_on == told
    run = tried(place)
    redate_lines({gold.line_id: anew}, why="replan", run_id=None, now=NOW + timedelta(hours=1), actor=SYSTEM)
    commit_allocation(run.pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    roll_back_allocation(run.pk, reason="It was promised", actor=SYSTEM, now=LATER)
    assert Backorder.objects.get(line_id=gold.line_id).promised_on == anew, "not the day that the re-plan gave up"


def test_what_has_left_is_not_taken_back(place, shared):
    *_, gold = shared
    run = commit_allocation(tried(place).pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    assert ship([ship_request(gold)], actor=SYSTEM).lines
    with pytest.raises(RollBackRefused, match=str(gold.order_id)):
        roll_back_allocation(run.pk, reason="Too late", actor=SYSTEM, now=LATER)


def test_what_changed_since_is_tried_again(place, shared, tags):
    run = tried(place)
    line(place, tags, "A", 1, minutes=9)
    with pytest.raises(AllocationStale):
        commit_allocation(run.pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    assert discard_allocation(run.pk).state == RunState.DISCARDED
    with pytest.raises(WrongRunState):
        discard_allocation(run.pk)


def test_nobody_takes_where_no_rule_says_so_nor_from_who_wants_it_soon(place, tags):
    rules(take_from=())
    stocked(place, 10)
    soon = line(place, tags, "C", 6, wanted_on=date(2026, 3, 4))
    line(place, tags, "C", 4, wanted_on=date(2026, 3, 20))
    gold = line(place, tags, "A", 9, minutes=5)
    assert tried(place).figures["winners"] == 0
    rules()
    commit_allocation(tried(place).pk, reason="Gold waits", actor=SYSTEM, now=NOW)
    assert (held(soon), held(gold)) == (6, 4)


def test_what_is_shared_by_hand_is_given_by_a_run_of_another_strategy(place, tags):
    rules("manual")
    waiting = line(place, tags, "C", 6)
    stocked(place, 5)
    assert held(waiting) == 0
    assert tried(place).figures["winners"] == 0
    run = commit_allocation(tried(place, "first_come").pk, reason="By hand", actor=SYSTEM, now=NOW)
    assert held(waiting) == 5
    roll_back_allocation(run.pk, reason="Not yet", actor=SYSTEM, now=NOW)
    assert (held(waiting), waits(waiting)) == (0, 6)


def test_what_cannot_be_tried(place):
    with pytest.raises(NothingWaits):
        tried(place)
    with pytest.raises(StrategyUnknown):
        tried(place, "loudest")


def test_a_run_takes_as_many_statements_for_few_lines_as_for_many(tags):
    rules()
    counts = []
    for number in (4, 160):
        place = a_place(products=2, code=f"A{number}")
        stocked(place, number // 4)
        for n in range(number):
            line(place, tags, "CA"[n * 2 // number], 1, product=n % 2, minutes=n)
        tried(place)  # what is remembered for some seconds is read by this one
        counted = Counted()
        tries = counted.of(tried, place)
        counts.append((tries, counted.of(commit_allocation, counted.result.pk, reason="", actor=SYSTEM, now=LATER)))
    assert counts[0] == counts[1]


def test_the_index_of_fairness():
    assert jain([]) == jain([Fraction(1)] * 3) == 1
    one_has_all = [Stand("t", 10_000, 0, after, 100, 10_000, "GBP") for after in (10_000, 0, 0, 0)]
    figures = figures_of(one_has_all)
    assert (figures["fairness"], figures["least_fill"], figures["money"]) == (
        "0.25", "0", {"GBP": {"before": 0, "after": 100, "gained": 100, "lost": 0}},
    )  # fmt: skip
