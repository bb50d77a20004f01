"""Conditions: compiled, checked with line and column, evaluated."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rulebooks.contract import ConditionFailed, ConditionInvalid, compile_condition
from apps.rulebooks.decisions.literals import place_before, written_with
from apps.rulebooks.decisions.tokens import offset_of, place_of, tokens_of

NAMES: Any = {"quantity": "number", "category": "string", "first": "bool", "coupons": "list", "at": "instant"}
FACTS = {
    "quantity": Decimal("3.0000"), "category": "bikes", "first": True, "coupons": ("SUMMER",),
    "at": datetime(2026, 3, 5, 12, tzinfo=UTC), "customer": "not asked for",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('category == "bikes" && quantity >= 3', True),
        ("quantity > 3", False),
        ("quantity in [1, 2, 3]", True),
        ("quantity in [1, 2.5]", False),
        ("-3 < quantity && 2 * quantity == 6", True),
        ("quantity != 3 || first", True),
        ('"SUMMER" in coupons && size(coupons) == 1', True),
        ('coupons.exists(c, c.startsWith("SU"))', True),
        ('at >= timestamp("2026-03-05T12:00:00Z")', True),
        ("quantity > 1 // the rest is a remark\n && first", True),
        ("quantity < 9223372036854775808", True),
        ("(quantity == (3)) == true", True),
        ("quantity == 0x3", True),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert compile_condition(text, NAMES).test(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ('categori == "a"', 1, 1, "unknown name 'categori'; did you mean 'category'"),
        ("zzz > 1", 1, 1, "known: at, category, coupons, first, quantity"),
        ('quantity > 10 &&\n  "ä" == quantity', 2, 7, "'==' does not go with a text and a number"),
        ("quantity > 1 && category == 3", 1, 26, "'==' does not go with a text and a whole number"),
        ("quantity >", 1, 11, "something is missing at the end"),
        ("quantity > 1 category", 1, 14, "'category' is not expected here"),
        ('category == "open', 1, 13, "token recognition"),
        ("quantity", 1, 1, "true or false, this is a number"),
        ("", 1, 1, "missing"),
        ("quantity % 2 == 0", 1, 10, "'%' does not go with a number and a number"),
        ("quantity > size(coupons)", 1, 10, "a number and a whole number"),
        ("9 > " * 2000, 1, 4000, "longer than"),
    ],
)
def test_mistakes_have_their_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition(text, NAMES)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert says in refused.value.message


GROWING = ".map(a, a + a + a + a + a + a + a + a)"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (f"[category + category]{GROWING * 9}[0].size() > 1", 99),
        (f"([category]{GROWING}).map(b, b).map(c, [c, c, c])[0].size() > 1", 62),
        ("[category].exists(a, [a + a].exists(b, [b + b].exists(c, c.size() > 1)))", 48),
        ("[1].map(a, [a, a]).map(b, [b, b]).map(c, [c, c]) == []", 35),
        ("coupons.map(a, a + a).filter(b, true)[0].split.map(c, c + c) == coupons", 48),
        ("{'a': [category].map(a, a + a).map(b, b + b)}['a'].map(c, c + c) == coupons", 52),
    ],
)
def test_what_would_grow_without_end_is_refused(text: str, column: int) -> None:
    with pytest.raises(ConditionInvalid, match="too deep") as refused:
        compile_condition(text, NAMES)
    assert (refused.value.line, refused.value.column) == (1, column)


@pytest.mark.parametrize(
    "text",
    [
        " && ".join(f'coupons.exists(c, c == "A" + "{number}")' for number in range(9)) + " || true",
        '["A", "SUMMER"].exists(a, coupons.exists(b, a == b + ""))',
        'coupons.filter(a, a != "x").map(b, b + "!").size() == 1 && coupons.exists(c, c in ["SUMMER"])',
        "coupons.all(a, coupons.all(b, coupons.all(c, a == c)))",
        'coupons.exists(c, c == "(+[.map(")',
    ],
)
def test_lists_may_be_walked_side_by_side(text: str) -> None:
    compile_condition(text, NAMES).test(FACTS)


def test_every_mistake_is_told_where_its_author_wrote_it() -> None:
    """The literal before the second mistake is longer after it was read as a number; places are those of the text."""
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition("quantity > 1 && quantity < 20 && (one || two)", NAMES)
    assert [(each.line, each.column) for each in refused.value.mistakes] == [(1, 35), (1, 42)]


@pytest.mark.parametrize(
    ("text", "facts", "says"),
    [
        ('coupons[3] == "A"', FACTS, "no answer"),
        ("quantity > 1", {}, "not among the facts"),
        ("1 / 0 == 1", FACTS, "divide by zero"),
        (
            "coupons.all(a, coupons.all(b, coupons.all(c, coupons.all(d, a != 'x'))))",
            {"coupons": ["a"] * 99},
            "no answer",
        ),
    ],
)
def test_what_has_no_answer_is_no_answer(text: str, facts: Any, says: str) -> None:
    with pytest.raises(ConditionFailed, match=says):
        compile_condition(text, NAMES).test(facts)


def test_it_says_which_names_it_reads() -> None:
    condition = compile_condition('category.size() > 2 && quantity > 1 && category == "quantity"', NAMES)
    assert condition.names == ("category", "quantity")
    assert condition.test({"category": "quantity", "quantity": 2})


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_words_are_the_text(text: str) -> None:
    assert "".join(token.written for token in tokens_of(text)) == text
    for offset in range(len(text)):
        assert offset_of(text, *place_of(text, offset)) == offset


@given(st.lists(st.sampled_from(["12", "x", " ", "+", "0x1", "1.5", "7"]), max_size=12))
def test_places_survive_the_rewriting(parts: list[str]) -> None:
    tokens = tokens_of(" ".join(parts))
    numbers = {token.start for token in tokens if token.sort == "integer"}
    written = written_with(tokens, numbers)
    for token in tokens:
        assert (
            place_before(tokens, numbers, len(written_with([t for t in tokens if t.start < token.start], numbers)))
            == token.start
        )
    assert len(written) >= sum(len(token.written) for token in tokens) or "0x" in written or "0x1" in parts


@given(st.text(max_size=30))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        compile_condition(text, NAMES)
    except ConditionInvalid as refused:
        assert refused.mistakes
