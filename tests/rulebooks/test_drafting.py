"""Examining the text of a rulebook as it is written: everything found has its line and column."""

from typing import Any

import pytest

from apps.rulebooks.contract import Finding
from apps.rulebooks.decisions.differences import Change, differences
from apps.rulebooks.decisions.documents import DocumentInvalid, checked_text
from apps.rulebooks.decisions.drafting import examine_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.decisions.places import Places
from tests.rulebooks.a_kind import KIND, TEXT_KIND


def found(text: str) -> list[tuple[Any, ...]]:
    return [(each.severity, each.code, each.line, each.column) for each in examine_text(text).findings]


def test_a_good_text_has_no_findings() -> None:
    examined = examine_text(f"kind: {KIND}\nname: Factors\ndocument: {{factor: 2}}\n")
    assert examined.can_be_saved
    assert examined.members is not None
    assert examined.members["document"] == {"factor": 2}
    assert not examined.findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: [", [("error", "file_unreadable", 1, 8)]),
        (f"kind: {KIND}\nname: a\nname: b\ndocument: {{}}", [("error", "file_unreadable", 3, 1)]),
        ("kind: test.none\nname: a\ndocument: {}", [("error", "kind_unknown", 1, 7)]),
        (f"kind: {KIND}\nname: a", [("error", "file_unreadable", 1, 1)]),
        (f"kind: {KIND}\nname: a\ndocument:\n  factor: 1.5\n", [("error", "float_refused", 4, 11)]),
        (
            f"kind: {KIND}\nname: a\ndocument:\n  factor: two\n  more: 1",
            [("error", "int_parsing", 4, 11), ("error", "extra_forbidden", 5, 9)],
        ),
        (f"kind: {KIND}\nname: a\ndocument:\n  words: {{}}", [("error", "missing", 4, 3)]),
        ("kind: &a [1]\nname: *a\ndocument: {}", [("error", "file_unreadable", 2, 7)]),
        ("x" * 300_001, [("error", "too_long", 1, 1)]),
    ],
)  # fmt: skip
def test_mistakes_have_their_place_in_the_text(text: str, expected: list[Any]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("when: size > 3 && oops", 5, 25),
        ("when: 'size > 3 && oops'", 5, 26),
        ('when: "size > 3 && oops"', 5, 26),
        ("when: 'word == ''it'' && oops'", 5, 32),
        ('when: "word == \\"a\\" && oops"', 5, 31),
        ("when: |\n        size > 3\n        && oops", 7, 12),
        ("when: >-\n        size > 3\n        && oops", 7, 12),
        ("when: size > 3\n        && oops", 6, 12),
        ("when: 'size > 3\n        && oops'", 6, 12),
    ],
)
def test_a_mistake_inside_a_condition_has_its_place_in_the_text(written: str, line: int, column: int) -> None:
    text = f"kind: {TEXT_KIND}\nname: a\ndocument:\n  rules:\n    - {written}\n      name: one\n"
    assert found(text) == [("error", "condition_invalid", line, column)]


def test_a_save_refuses_the_mistake_with_its_place_in_the_condition() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        checked_text(kind_of(TEXT_KIND), {"rules": [{"name": "one", "when": "size > 3 && oops"}]})
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.line, fault.column) == ("/rules/0/when", 1, 13)
    assert fault.detail.startswith("line 1, column 13: unknown name 'oops'")
    assert refused.value.as_problem()["errors"][0]["line"] == 1


def test_warnings_do_not_refuse() -> None:
    text = f"kind: {TEXT_KIND}\nname: a\ndocument:\n  rules:\n    - {{name: one, when: size > 3 && size < 1}}\n"
    examined = examine_text(text)
    assert examined.can_be_saved
    (finding,) = examined.findings
    assert isinstance(finding, Finding)
    assert (finding.code, finding.line, finding.column, finding.rules) == ("contradictory", 5, 25, ("one",))


def test_a_pointer_beyond_the_text_is_placed_where_it_would_belong() -> None:
    assert Places("a:\n  b: [1, 2]\n").of("/a/b/7/x") == (2, 6)
    assert Places("").of("/a") == (1, 1)


def test_differences_in_words() -> None:
    kind = kind_of(TEXT_KIND)
    before = {"rules": [{"name": "one", "when": "size > 3"}, {"name": "two", "when": "size > 4"}]}
    after = {"rules": [{"name": "three", "when": ""}, {"name": "one", "when": "size > 5"}]}
    told = [
        (each.how, each.rule, [str(change) for change in each.changes]) for each in differences(kind, before, after)
    ]
    assert told == [
        ("removed", "two", ["when size > 4 (gone)"]),
        ("changed", "one", ["when size > 3 → size > 5"]),
        ("added", "three", ["when always (new)"]),
    ]
    assert differences(kind, before, before) == []


def test_a_kind_without_words_is_compared_by_its_members() -> None:
    before, after = {"factor": 2, "words": {"a": "x", "b": "y"}}, {"factor": 3, "words": {"a": "x"}}
    told = {each.rule: each.changes for each in differences(kind_of(KIND), before, after)}
    assert told == {"factor": (Change("value", "2", "3"),), "words": (Change("b", "y", ""),)}


def test_what_words_do_not_tell_apart_is_still_told() -> None:
    before = {"rules": [{"name": "one", "when": "size > 3", "note": "x"}]}
    after = {"rules": [{"name": "one", "when": "size > 3", "note": "y"}]}
    (found,) = differences(kind_of(TEXT_KIND), before, after)
    assert (found.rule, [str(change) for change in found.changes]) == ("rules", ["[1].note x → y"])


def test_a_text_that_does_not_fit_any_more_is_compared_by_its_members() -> None:
    before, after = {"rules": {"old": "form"}}, {"rules": []}
    (found,) = differences(kind_of(TEXT_KIND), before, after)
    assert (found.rule, found.how) == ("rules", "changed")
