"""Decisions of inventory that were taken by rules, replayed to the same bytes by the command that replays every kind."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as some

from apps.inventory.contract import FeedTold, note_feed, reserve_lines
from apps.inventory.decisions.atp.facts import Coming, Group, Shelf, Waiting, needs_of, sources_of
from apps.inventory.decisions.atp.nouns import Need
from apps.inventory.decisions.atp.promising import plan_of, promise, with_promised, with_waiting
from apps.inventory.decisions.atp.record import Asked, by_day, promise_lines, replay, texts_made
from apps.inventory.decisions.atp.replan_record import ReplanFacts, replan_texts, replay_replan
from apps.inventory.decisions.atp.replanning import Late
from apps.inventory.decisions.document.availability import Availability, compile_availability
from apps.inventory.decisions.freshness import Freshness, compile_freshness
from apps.inventory.decisions.freshness_record import StaleShelf, freshness_texts, held_by, replay_freshness
from apps.inventory.models import Stock, Supply
from apps.inventory.selectors.rules import LANGUAGE
from apps.inventory.services.replanning import apply_replan
from apps.rulebooks.models import Decision
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.sql import fetch, run
from tests.factories.inventory import NOW, a_place, demand, joined, stocked
from tests.factories.rulebooks import put_standard_in_force
from tests.inventory.test_freshness import in_force
from tests.inventory.test_promises import announce, move, order

DAYS = some.integers(-12, 40)


def rules_of(**changes):
    rule = {"name": "standard", "horizon_days": 30} | changes
    return compile_availability(Availability.model_validate({"rules": [rule]}), LANGUAGE)


RULES = [
    rules_of(),
    rules_of(consumption={"backward": True, "forward": False}),
    rules_of(accumulate_days=7),
    rules_of(infinite_after_days=20),
]


@some.composite
def groups(draw):
    quantity = some.integers(1, 90_000)
    untils = some.none() | some.integers(0, 40)
    shelves = [
        Shelf(f"s{n}", place, n, draw(quantity), draw(untils) if draw(some.booleans()) else None)
        for n, place in enumerate(draw(some.lists(some.sampled_from(("a", "b")), max_size=2, unique=True)))
    ]
    coming = [
        Coming(f"c{n}", "a", 0, "purchase", "confirmed", Decimal(100), draw(DAYS), draw(quantity))
        for n in range(draw(some.integers(0, 4)))
    ]
    waiting = [
        Waiting(f"w{n}", draw(some.none() | DAYS), draw(some.none() | DAYS), 0, draw(quantity), (str(n),))
        for n in range(draw(some.integers(0, 7)))
    ]
    return Group("SKU", "", "UK", tuple(shelves), tuple(coming), tuple(waiting))


def asked_of(group):
    return [Asked(row.key, 0, max(row.wanted or 0, 0), row.quantity) for row in group.waiting if row.promised is None]


@given(groups(), some.sampled_from(RULES))
def test_promises_are_the_same_by_line_and_by_day_and_when_they_are_replayed(group, rules):
    asked = asked_of(group)
    found, plans = promise_lines(rules, [by_day(group)], asked)
    terms = rules.of(group.sku, group.category, group.legal_entity)
    dated = group._replace(waiting=tuple(row for row in group.waiting if row.promised is not None))
    plan = plan_of(sources_of(dated, terms), needs_of(dated, terms), terms.arithmetic)
    for place, line in enumerate(asked):
        wanted = Need(line.key, line.day, line.quantity, (2, place))
        by_line = promise(plan, wanted, terms.arithmetic, whole=True)
        assert by_line.complete_day == found[line.key].complete_day
        if by_line.complete_day is None:
            plan = with_waiting(plan, wanted, terms.arithmetic)
        else:
            plan = with_promised(plan, wanted, by_line, terms.arithmetic)
    texts = texts_made("2026-03-02", [by_day(group)], asked, found, plans)
    assert replay(rules, texts.facts) == (texts.outcome, texts.trace)


@given(
    groups(), some.lists(some.tuples(some.integers(1, 9), some.integers(0, 9)), max_size=5), some.sampled_from(RULES)
)
def test_replans_are_replayed_to_the_byte(group, costs, rules):
    late = tuple(
        Late(Need(f"l{n}", n, 10_000 * (n + 1), (n, "2026-03-02", f"l{n}")), per_day, "a", per_move, "GBP")
        for n, (per_day, per_move) in enumerate(costs)
    )
    texts = replan_texts(rules, "2026-03-02", ReplanFacts(by_day(group), late), "cheapest")
    assert replay_replan(rules, texts.facts) == (texts.outcome, texts.trace)


HELD = """
SELECT inventory_held_back(id, free, synced_at, sale_rate), free, extract(epoch FROM now() - synced_at) FROM inventory_stock
"""
FRESH = Freshness.model_validate(
    {
        "rules": [
            {"name": "dear", "when": 'category == "clocks"', "factor": "3", "protected": False},
            {"name": "all", "least_per_hour": "7"},
        ]
    }
)


@given(
    some.lists(
        some.builds(
            StaleShelf,
            some.sampled_from(("A", "B")), some.just("UK"), some.text(max_size=5), some.sampled_from(("clocks", "")),
            some.decimals(-99, 9_999, places=4), some.decimals(0, 50, places=6), some.decimals(0, 2_000, places=6),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_what_was_held_back_is_replayed_to_the_byte(shelves):
    rules = compile_freshness(FRESH, LANGUAGE)
    texts = freshness_texts(rules, shelves)
    assert replay_freshness(rules, texts.facts) == (texts.outcome, texts.trace)


def replayed(kind):
    out = StringIO()
    call_command("replay", "--kind", kind, "--since", "2020-01-01", stdout=out, stderr=out)
    return out.getvalue().partition(";")[0]


@pytest.mark.django_db(transaction=True)
def test_promises_and_replans_that_rules_decided_are_logged_once_and_replayed():
    place = a_place()
    order(place, 3)
    assert not Decision.objects.exists()
    put_standard_in_force("inventory_availability.yaml")
    line, _ = order(place, 6, minutes=1)
    assert not Decision.objects.exists()
    announce(place, 20, "po:1", 5)
    (first,) = Decision.objects.all()
    assert (first.kind, first.subject_kind, first.subject_id) == (
        "inventory.availability",
        "product",
        place.products[0].id,
    )
    assert str(line.line_id) in first.outcome
    third, _ = order(place, 4, minutes=2, net_minor=900)
    assert Decision.objects.latest("id").subject_id == third.order_id
    order(place, 999, minutes=3)
    assert Decision.objects.count() == 2
    move(place, "po:1", 9)
    assert Decision.objects.count() == 2
    supply = Supply.objects.get()
    apply_replan(supply_id=supply.pk, way="cheapest", stamp=None, actor=SYSTEM, now=NOW)
    last = Decision.objects.latest("id")
    assert (last.subject_kind, last.subject_id) == ("supply", supply.pk)
    assert str(third.line_id) in last.outcome
    assert replayed("inventory.availability") == "3 decisions replayed, 3 the same, 0 different"


@pytest.mark.django_db(transaction=True)
def test_what_was_held_back_is_logged_where_somebody_was_refused(tmp_path):
    place = a_place(warehouses=2)
    stocked(place, 40)
    joined(reserve_lines, [demand(place, 41)])
    in_force(tmp_path)
    row, now = Stock.objects.get(), clock.now()
    said = now - timedelta(seconds=290)
    joined(note_feed, FeedTold(row.pk, 1, said, said, is_shared=True), now=now)
    Stock.objects.update(reserved=0, sale_rate=Decimal(120) / 3600)
    forget_everything()
    joined(reserve_lines, [demand(place, 1)])
    assert not Decision.objects.exists()
    refused = demand(place, 26)
    joined(reserve_lines, [refused])
    (logged,) = Decision.objects.all()
    assert (logged.kind, logged.subject_kind, logged.subject_id) == ("inventory.freshness", "order", refused.order_id)
    assert logged.outcome == '{"held_back":[["UK-1","UK-P00000","15","0"]]}'
    assert replayed("inventory.freshness") == "1 decisions replayed, 1 the same, 0 different"


@pytest.mark.django_db(transaction=True)
def test_the_formula_of_the_log_is_that_of_the_statement_that_sells(tmp_path):
    place = a_place()
    stocked(place, 400)
    in_force(tmp_path, factor='"1.7"', least_per_hour='"11"')
    row, now = Stock.objects.get(), clock.now()
    joined(note_feed, FeedTold(row.pk, 1, now, now, is_shared=True), now=now)
    document = {"rules": [{"name": "shared", "factor": "1.7", "least_per_hour": "11", "stop_after_seconds": 900}]}
    rule = Freshness.model_validate(document).rules[0]
    with transaction.atomic():
        for seconds in (0, 30, 31, 299.123456, 899.999999, 900, 5_000):
            for rate in ("0", "0.003055", "0.003056", "0.033333", "13.000001"):
                run(
                    "UPDATE inventory_stock SET sale_rate = %s, synced_at = now() - %s::interval",
                    [rate, f"{seconds} seconds"],
                )
                ((held, free, age),) = fetch(HELD)
                assert held_by(rule, StaleShelf("", "", "", "", free, Decimal(rate), age)) == held
