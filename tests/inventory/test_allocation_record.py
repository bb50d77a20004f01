"""What an allocation run was decided from: logged when it is carried out, and decided again to the same bytes."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as some

from apps.inventory.decisions.sharing.document import Allocation, compile_allocation
from apps.inventory.decisions.sharing.facts import PARTS, QuotaLeft, Shelf, from_parts
from apps.inventory.decisions.sharing.record import RunFacts, decide_run, replay_run, run_texts
from apps.inventory.decisions.sharing.runs import Held
from apps.inventory.decisions.sharing.turns import Goods, Waiting
from apps.inventory.selectors.rules import LANGUAGE
from apps.inventory.services.allocation_runs import AllocationStale, commit_allocation
from apps.rulebooks.models import Decision
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import NOW
from tests.inventory.test_allocation_runs import LATER, TIERS, held, line, place, rules, shared, tags, tried

__all__ = ["place", "shared", "tags"]

ENTITY, GOODS, PLACES = UUID(int=1), [UUID(int=10), UUID(int=11)], [UUID(int=20), UUID(int=21)]
STOCK = {(product, at): UUID(int=100 + 10 * p + w) for p, product in enumerate(GOODS) for w, at in enumerate(PLACES)}
RULES = compile_allocation(
    Allocation.model_validate(
        {
            "tiers": TIERS,
            "products": [{"strategy": "fair_share", "when": 'sku == "P0"'}, {"strategy": "priority"}],
            "take_from": [{"of": "others", "by": ["gold", "silver"], "not_within_days": 2}],
            "fair_share": {"weights": {"gold": "2.5"}},
        }
    ),
    LANGUAGE,
)
QUANTITIES = some.integers(0, 90_000)
DAYS = some.none() | some.dates(date(2026, 3, 1), date(2026, 3, 9))


@some.composite
def lines(draw, number):
    product = draw(some.sampled_from(GOODS))
    quantity = from_parts(draw(QUANTITIES))
    kit = draw(some.none() | some.integers(1, 2))
    return Waiting(
        UUID(int=500 + draw(some.integers(0, 3))), UUID(int=1000 + number), ENTITY, product, quantity,
        NOW + timedelta(microseconds=draw(some.integers(0, 3))), draw(DAYS), draw(some.sampled_from("ABC")),
        draw(some.sampled_from(("web", ""))), "GB", "GBP", 500, quantity, None, None, kit,
        None if kit is None else Decimal(2), kit is not None and draw(some.booleans()),
    )  # fmt: skip


@some.composite
def runs(draw):
    waiting = [draw(lines(n)) for n in range(draw(some.integers(0, 6)))]
    held = {
        each.line_id: tuple(
            Held(STOCK[each.product_id, at], at, draw(some.integers(1, 50_000)))
            for at in draw(some.lists(some.sampled_from(PLACES), max_size=2, unique=True))
        )
        for each in waiting
    }
    shelves = [Shelf(stock, at, (ENTITY, product), draw(QUANTITIES)) for (product, at), stock in STOCK.items()]
    at = draw(some.none() | some.sampled_from(PLACES))
    quotas = [QuotaLeft(UUID(int=7), (ENTITY, GOODS[0]), at, "web", draw(QUANTITIES))]
    goods = {id: Goods(f"P{n}", "", draw(some.integers(0, 3))) for n, id in enumerate(GOODS)}
    barred = {each.line_id: frozenset(draw(some.sets(some.sampled_from(PLACES)))) for each in waiting}
    return RunFacts(ENTITY, date(2026, 3, 2), waiting, held, shelves, quotas, goods, barred)


@given(runs(), some.sampled_from(("", "first_come", "priority", "fair_share")))
def test_a_run_is_replayed_from_its_text_to_what_it_was(facts, strategy):
    texts = run_texts(RULES, facts, strategy)
    done = decide_run(RULES, facts, strategy)
    at = {stock: place for (_, place), stock in STOCK.items()}
    for line_id, stock_id in [(g.line_id, g.stock_id) for g in done.given] + [
        (t.to_line, t.stock_id) for t in done.taken
    ]:
        assert at[stock_id] not in facts.barred[line_id]
    told = json.loads(texts.outcome)
    assert [Decimal(row[2]) * PARTS for row in told["given"]] == [each.quantity for each in done.given]
    assert [tuple(row[:2]) for row in told["taken"]] == [(str(t.from_line), str(t.to_line)) for t in done.taken]
    assert replay_run(RULES, texts.facts) == (texts.outcome, texts.trace)


def replayed():
    out = StringIO()
    call_command("replay", "--kind", "inventory.allocation", "--since", "2020-01-01", stdout=out, stderr=out)
    return out.getvalue().partition(";")[0]


@pytest.mark.django_db
def test_what_was_carried_out_is_logged_once_and_replayed(place, shared):
    small, _, gold = shared
    trial = tried(place)
    assert not Decision.objects.exists()
    run = commit_allocation(trial.pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    logged = Decision.objects.get(pk=run.decision_id)
    assert (logged.kind, logged.subject_kind, logged.subject_id) == ("inventory.allocation", "allocation_run", run.pk)
    assert bytes(logged.version_sha256) == bytes(trial.version_sha256)
    taken = json.loads(logged.outcome)["taken"]
    assert {(row[0], row[1]) for row in taken} == {(str(small.line_id), str(gold.line_id))}
    assert sum(Decimal(row[3]) for row in taken) == 7
    trace = json.loads(logged.trace)
    assert trace["tiers"]["gold"] == [str(gold.line_id)]
    assert trace["strategies"][0][1] == "priority"
    assert replayed() == "1 decisions replayed, 1 the same, 0 different"


@pytest.mark.django_db
def test_a_trial_under_other_rules_is_tried_again(place, shared):
    _, _, gold = shared
    run = tried(place)
    rules(take_from=())
    with pytest.raises(AllocationStale):
        commit_allocation(run.pk, reason="Gold waits", actor=SYSTEM, now=LATER)
    assert held(gold) == 0
    assert not Decision.objects.exists()


@pytest.mark.django_db
def test_a_trial_of_another_day_is_tried_again(place, shared):
    run = tried(place)
    with pytest.raises(AllocationStale):
        commit_allocation(run.pk, reason="Gold waits", actor=SYSTEM, now=LATER + timedelta(days=1))


@pytest.mark.django_db
def test_a_run_without_rules_is_not_a_decision_of_rules(place, tags):
    line(place, tags, "C", 5)
    run = commit_allocation(tried(place).pk, reason="Nobody wrote rules", actor=SYSTEM, now=LATER)
    assert run.decision_id is None
    assert not Decision.objects.exists()
