"""Rules of availability: which one decides, what is wrong with them, how they read, and decisions that are taken again."""

from decimal import Decimal
from pathlib import Path

import pydantic
import pytest
import yaml

from apps.inventory.decisions.atp.facts import PARTS, Coming, Group, Shelf, Waiting, quantity_of
from apps.inventory.decisions.atp.record import Asked, replay, texts_of
from apps.inventory.decisions.document.availability import Availability, compile_availability
from apps.inventory.decisions.document.availability_examination import examine_availability
from apps.inventory.decisions.document.availability_words import words_of
from apps.inventory.selectors.rules import LANGUAGE


def document(*rules):
    return Availability.model_validate({"rules": list(rules)})


def test_the_first_rule_that_holds_decides():
    rules = compile_availability(
        document({"name": "clocks", "when": 'category == "clocks"', "horizon_days": 30}, {"name": "others"}), LANGUAGE
    )
    assert rules.of("CUCKOO", "clocks", "UK").rule.horizon_days == 30
    assert rules.of("MUG", "", "UK").rule.name == "others"
    assert rules.named("others").arithmetic.horizon_days == 180


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([{"name": "a", "when": "skuu == 1"}, {"name": "b"}], "condition_invalid"),
        ([{"name": "a"}, {"name": "a"}], "name_taken"),
        ([{"name": "a", "when": 'sku == "M"'}], "last_rule_has_condition"),
        ([{"name": "a", "infinite_after_days": 200}], "without_effect"),
        ([{"name": "a", "supplies": {"kinds": []}}], "nothing_counts"),
        ([{"name": "a", "consumption": {"forward": False}}], "late_demand_is_left"),
        ([{"name": "a"}, {"name": "b"}], "unreachable"),
    ],
)
def test_what_is_wrong_is_found(rules, code):
    assert code in {found.code for found in examine_availability(document(*rules), LANGUAGE)}


@pytest.mark.parametrize(
    "rule",
    [
        {"horizon_days": 0},
        {"horizon_days": 367},
        {"accumulate_days": 3, "accumulate": False},
        {"unknown": 1},
        {"name": "X"},
    ],
)
def test_what_cannot_be_is_refused(rule):
    with pytest.raises(pydantic.ValidationError):
        document({"name": "a", **rule})


def test_the_shipped_rules_read_well():
    path = Path(__file__).parents[2] / "examples" / "rulebooks" / "inventory_availability.yaml"
    shipped = Availability.model_validate(yaml.safe_load(path.read_text())["document"])
    assert examine_availability(shipped, LANGUAGE) == []
    words = words_of(shipped)["standard"].words
    assert words["horizon"] == "180 days"
    assert words["overdue supply"] == "comes 1 day from today, until 10 days overdue"
    assert words["takes"] == "from earlier days, then from later ones"


def test_a_decision_is_taken_again_to_the_byte():
    rules = compile_availability(document({"name": "all"}), LANGUAGE)
    group = Group(
        "MUG", "", "UK", (Shelf("shelf:w", "w", 1, 0),), (Coming("po", "w", 1, "purchase", "confirmed", Decimal("90.00"), 5, 20 * PARTS),),
        (Waiting("old", 7, None, -1, 15 * PARTS, ("2026-03-01", "old")),),
    )  # fmt: skip
    asked = [Asked("new", 0, 0, 4 * PARTS), Asked("next", 0, 0, 4 * PARTS)]
    facts, outcome, trace = texts_of(rules, "2026-03-02", [group], asked)
    assert replay(rules, facts) == (outcome, trace)
    assert outcome == '{"promises":[["new",5,[[5,"4",[["po","4"]]]],"0"],["next",null,[],"4"]]}'
    assert '"all"' in trace


@pytest.mark.parametrize(("parts", "text"), [(150_000, "15"), (100_000, "10"), (5_000, "0.5"), (1, "0.0001"), (0, "0")])
def test_quantities_read_plainly(parts, text):
    assert f"{quantity_of(parts):f}" == text
