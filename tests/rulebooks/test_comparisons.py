"""What can be said of plain comparisons, held against trying every value."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.rulebooks.contract import (
    Comparison,
    Conditioned,
    comparisons,
    compile_condition,
    contradiction,
    covers,
    examine_conditions,
    overlap,
)

NAMES: Any = {"x": "number", "y": "number", "who": "string", "on": "bool", "tags": "list"}

# Literals are whole, so that values between and beyond them stand for the continuum.
NUMBERS = [half / 2 for half in range(-1, 9)]
WORDS = ["a", "b", "other"]
TAGS = [(), ("a",), ("b",), ("a", "b")]


def literal(number: int) -> float:
    return float(number)


numbers = st.integers(0, 3).map(literal)
words = st.sampled_from(["a", "b"])
on_x = st.builds(Comparison, st.just("x"), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers)
several = st.builds(
    Comparison, st.just("x"), st.sampled_from(["in", "not in"]), st.lists(numbers, max_size=3).map(tuple)
)
on_who = st.builds(Comparison, st.just("who"), st.sampled_from(["==", "!="]), words)
whos = st.builds(Comparison, st.just("who"), st.sampled_from(["in", "not in"]), st.lists(words, max_size=2).map(tuple))
on_on = st.builds(Comparison, st.just("on"), st.sampled_from(["==", "!="]), st.booleans())
on_tags = st.builds(Comparison, st.just("tags"), st.sampled_from(["has", "lacks"]), words)
conjunctions = st.lists(on_x | several | on_who | whos | on_on | on_tags, max_size=5)


def worlds() -> list[dict[str, Any]]:
    return [
        {"x": x, "who": who, "on": on, "tags": tags, "y": 0.0}
        for x, who, on, tags in product(NUMBERS, WORDS, [True, False], TAGS)
    ]


def holds(said: list[Comparison], world: dict[str, Any]) -> bool:
    """Evaluate comparisons as Python would, apart from what is tested."""
    ways = {
        "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "in": lambda a, b: a in b, "not in": lambda a, b: a not in b,
        "has": lambda a, b: b in a, "lacks": lambda a, b: b not in a,
    }  # fmt: skip
    return all(ways[each.op](world[each.name], each.literal) for each in said)


def written(said: list[Comparison]) -> str:
    return " && ".join(str(each) for each in said)


@settings(max_examples=400)
@given(conjunctions)
def test_contradictions_are_those_that_trying_finds(said: list[Comparison]) -> None:
    possible = any(holds(said, world) for world in worlds())
    assert (contradiction(said) is None) == possible


@settings(max_examples=400)
@given(conjunctions, conjunctions)
def test_covering_and_overlapping_are_what_trying_finds(first: list[Comparison], second: list[Comparison]) -> None:
    tried = [(holds(first, world), holds(second, world)) for world in worlds()]
    assert covers(first, second) == all(one for one, two in tried if two)
    assert overlap(first, second) == any(one and two for one, two in tried)


@settings(max_examples=150)
@given(conjunctions.filter(bool))
def test_what_is_read_is_what_cel_evaluates(said: list[Comparison]) -> None:
    """Written out, read again and compiled: CEL agrees with the comparisons in every world."""
    if any(isinstance(each.literal, tuple) and not each.literal for each in said):
        return
    text = written(said)
    read = comparisons(text)
    assert read is not None
    condition = compile_condition(text, NAMES)
    for world in worlds()[::7]:
        assert condition.test(world) == holds(said, world) == holds(read, world)


@pytest.mark.parametrize(
    "text",
    [
        "x > 1 || x < 0", "x + 1 > 2", "x > y", "size(tags) > 1", 'who.startsWith("a")', "!(x > 1 && x < 3)", "x > 1 ? on : on",
        '"a" < who', 'who == "a\\"b"', 'who == r"a"', "-x > 1", "x == 3 == on", "!on in [true, false]", 'tags[0] == "a"',
        'tags.exists(t, t == "a")', 'who in ["a", 1]', "x * 2 > 1", 'who == """a"""',
    ],
)  # fmt: skip
def test_more_than_comparisons_is_left_alone(text: str) -> None:
    compile_condition(text, NAMES)
    assert comparisons(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x > 10 && x < 5", "x > 10 and x < 5"),
        ("10 < x && (x < 5)", "x > 10 and x < 5"),
        ("on && !on", "on == true and on != true"),
        ('who == "a" && who in ["b", "c"]', 'who == "a" and who in ["b", "c"]'),
        ('"a" in tags && !("a" in tags)', '"a" in tags and !("a" in tags)'),
        ("x >= 1 && x <= 1 && x != 1", "x >= 1 and x <= 1 and x != 1"),
        ("x > 0x10 && x < -1.5", "x > 16 and x < -1.5"),
    ],
)
def test_a_contradiction_in_words(text: str, says: str) -> None:
    said = comparisons(text)
    assert said is not None
    assert contradiction(said) == says


def test_rules_against_each_other() -> None:
    rules = [
        Conditioned("never", "/0/when", "x > 10 && x < 5"),
        Conditioned("big", "/1/when", "x > 10"),
        Conditioned("bigger", "/2/when", 'x > 20 && who == "a"'),
        Conditioned("wide", "/3/when", "x >= 5 && x < 15"),
        Conditioned("odd", "/4/when", "x > 1 || on"),
        Conditioned("wrong", "/5/when", "x > 1 &&\n  z"),
        Conditioned("else", "/6/when", ""),
        Conditioned("late", "/7/when", "x < 0"),
        Conditioned("elsewhere", "/8/when", "x > 30", "other scope"),
    ]
    found = examine_conditions(rules, NAMES, first_wins=True)
    assert {(each.pointer, each.severity, each.code, each.rules) for each in found} == {
        ("/0/when", "warning", "contradictory", ("never",)),
        ("/2/when", "warning", "unreachable", ("bigger", "big")),
        ("/3/when", "warning", "overlap", ("wide", "big")),
        ("/4/when", "undecided", "undecided", ("odd",)),
        ("/5/when", "error", "condition_invalid", ("wrong",)),
        ("/7/when", "warning", "unreachable", ("late", "else")),
    }
    (mistake,) = (each for each in found if each.severity == "error")
    assert (mistake.line, mistake.column) == (2, 3)
    together = examine_conditions(rules[1:4], NAMES, first_wins=False)
    assert [each.rules for each in together] == [("bigger", "big"), ("wide", "big")]
    assert "both apply" in together[0].message


def test_very_many_rules_are_not_held_against_each_other() -> None:
    rules = [Conditioned(f"r{number}", f"/{number}", f"x == {number}") for number in range(301)]
    (found,) = examine_conditions(rules, NAMES, first_wins=True)
    assert (found.severity, found.code) == ("undecided", "too_many")
    assert examine_conditions(rules[:300], NAMES, first_wins=True) == []
