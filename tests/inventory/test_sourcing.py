"""Sourcing in the house: its rulebook is examined and told in words, decisions replay to the byte, plans read what is free and where."""

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.document.sourcing import Sourcing
from apps.inventory.decisions.document.sourcing_examination import examine_sourcing
from apps.inventory.decisions.document.sourcing_words import words_of
from apps.inventory.decisions.sourcing import choose
from apps.inventory.decisions.sourcing.bounds import Bounds
from apps.inventory.decisions.sourcing.choosing import _ask
from apps.inventory.decisions.sourcing.distance import km_between
from apps.inventory.decisions.sourcing.filling import Patience
from apps.inventory.decisions.sourcing.record import replay, sourcing_texts
from apps.inventory.decisions.sourcing.search import _Search, search
from apps.inventory.models import CapacityDay
from apps.inventory.selectors.rules import LANGUAGE
from apps.inventory.services.sourcing import keep_sources, plan_sources
from apps.rulebooks.contract import decisions_of
from tests.factories.counting import counted
from tests.factories.inventory import Place, joined
from tests.factories.near_and_far import RULES, TABLE, near_and_far, wanted
from tests.factories.rulebooks import put_in_force
from tests.factories.sourcing import random_order, random_rules

SHIPPED = yaml.safe_load(
    (Path(__file__).parents[2] / "examples/rulebooks/by_choice/inventory_sourcing.yaml").read_text("utf-8")
)


def test_the_shipped_rulebook_has_no_faults() -> None:
    document = Sourcing.model_validate(SHIPPED["document"])
    assert examine_sourcing(document, LANGUAGE) == []
    assert words_of(document)["carrier parcel"].words["near, to 2 kg"] == "4.50 EUR, 3.90 GBP, 5.00 USD"


@pytest.mark.parametrize(
    ("pointer", "code", "change"),
    [
        ("/zones/0", "last_zone_is_bounded", {"zones": [{"name": "near", "to_km": 5}]}),
        ("/carriers/0/zones/nowhere", "zone_unknown", {"carriers": [{"name": "a", "zones": {"nowhere": [{"cost": {"GBP": 1}}]}}]}),
        ("/lead_time/days_by_zone/nowhere", "zone_unknown", {"lead_time": {"days_by_zone": {"nowhere": 1}}}),
        ("/split_penalty", "currency_missing", {"split_penalty": {"EUR": 1}}),
        ("/carriers/0/zones/far/1/to_kg", "steps_out_of_order", {"carriers": [{"name": "a", "zones": {"far": [
            {"to_kg": 2, "cost": {"GBP": 1}}, {"to_kg": 1, "cost": {"GBP": 2}}]}}]}),
        ("/carriers/0/zones/far/1/cost", "step_never_used", {"carriers": [{"name": "a", "zones": {"far": [
            {"to_kg": 2, "cost": {"GBP": 3}}, {"to_kg": 3, "cost": {"GBP": 2}}]}}]}),
        ("/carriers/1/name", "name_taken", {"carriers": [{"name": "a", "zones": {"far": [{"cost": {"GBP": 1}}]}}] * 2}),
        ("/restrictions/0/when", "condition_invalid", {"restrictions": [{"name": "r", "when": "colour == 'red'"}]}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rulebook(pointer: str, code: str, change: dict[str, Any]) -> None:
    usual = {"zones": [{"name": "far"}], "carriers": [{"name": "a", "zones": {"far": [{"cost": {"GBP": 1}}]}}]}
    found = examine_sourcing(Sourcing.model_validate(usual | change), LANGUAGE)
    assert (pointer, code) in [(each.pointer, each.code) for each in found]


@pytest.mark.parametrize("number", range(12))
def test_bounds_pass_nothing_over(number: int) -> None:
    """With 7 warehouses and 6 lines every set is worked out: the search finds the same and looks at fewer."""
    dice = random.Random(number)
    rules = random_rules(dice, steps=5)
    facts = random_order(dice, places=7, lines=6, most=4, density=0.5)
    problem = _ask(rules, facts).problem
    every = _Search(problem, Patience())
    for bound in Bounds(problem).sets(None):
        every.weigh(bound.houses)
    found = search(problem, Patience())
    assert found.is_proven
    assert (found.best and found.best.key) == (every.best and every.best.key)
    assert found.looked_at <= max(len(every.weighed), 30)


def test_a_decision_is_replayed_to_the_byte() -> None:
    dice = random.Random(5)
    rules, facts = random_rules(dice, steps=4), random_order(dice, places=4, lines=3)
    texts = sourcing_texts(facts, choose(rules, facts))
    assert replay(rules, texts.facts) == (texts.outcome, texts.trace)


def test_distances() -> None:
    london, edinburgh = (Decimal("51.50722"), Decimal("-0.12750")), (Decimal("55.95335"), Decimal("-3.18837"))
    assert km_between(london, edinburgh) == 534
    assert km_between(london, london) == 0
    assert km_between((Decimal(0), Decimal(0)), (Decimal(0), Decimal(180))) == 20015


@pytest.mark.django_db
class TestPlans:
    @pytest.fixture
    def place(self) -> Place:
        return near_and_far()

    def test_the_nearest_is_chosen_and_the_decision_kept(self, place: Place) -> None:
        version = put_in_force(SOURCING, RULES)
        line = wanted(place, 3)
        (plan,) = plan_sources([line]).plans
        assert [(take.warehouse_id, take.quantity) for take in plan.takes] == [(place.warehouses[1].id, 3)]
        assert plan.sourced.cost_minor == 400
        told = {(each.name, *each.warehouses): each.cost_minor for each in plan.sourced.alternatives}
        assert told["by_priority", "UK-1"] == told["alone", "UK-1"] == 900
        joined(keep_sources, [plan])
        assert not CapacityDay.objects.exists(), "only what is reserved is counted"
        kept = decisions_of(line.order_id)[0]
        assert (kept.kind, kept.version_sha256) == (SOURCING, bytes(version.sha256))
        assert "EH1" not in kept.facts

    def test_an_order_sees_what_those_before_it_took(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        lines = [wanted(place, 2), wanted(place, 2), wanted(place, 2)]
        plans = plan_sources(lines).plans
        assert [plan.takes[0].warehouse_id == place.warehouses[1].id for plan in plans] == [True, True, False]

    def test_lines_of_one_product_share_what_is_free(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        first = wanted(place, 4)
        second = replace(wanted(place, 4), order_id=first.order_id)
        other = replace(wanted(place, 9, 1), order_id=first.order_id)
        (plan,) = plan_sources([first, second, other]).plans
        given = {
            line.line_id: sum(t.quantity for t in plan.takes if t.line_id == line.line_id)
            for line in (first, second, other)
        }
        assert list(given.values()) == [4, 4, 5]
        assert plan.sourced.unserved == {str(place.products[1].id): 4}

    def test_nothing_is_asked_without_a_rulebook_or_its_currency(self, place: Place) -> None:
        plan_sources([wanted(place, 1)])
        with counted() as asked:
            assert plan_sources([wanted(place, 1)]).plans == ()
        assert asked.count == 0
        tables = {zone: [{"cost": {"JPY": 900}}] for zone in TABLE}
        put_in_force(SOURCING, RULES | {"carriers": [{"name": "parcel", "zones": tables}], "split_penalty": {}})
        assert plan_sources([wanted(place, 1)]).plans == ()

    def test_statements_do_not_grow(self, place: Place) -> None:
        put_in_force(SOURCING, RULES)
        plan_sources([wanted(place, 1)])
        counts = []
        for orders in (2, 30):
            with counted() as asked:
                plans = plan_sources([wanted(place, 1) for _ in range(orders)]).plans
                joined(keep_sources, plans)
            counts.append(asked.count)
        assert counts[0] == counts[1] <= 6
