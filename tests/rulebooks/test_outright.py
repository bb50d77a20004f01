"""Conditions answered without the interpreter: the same answer, and the same refusal."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rulebooks.contract import ConditionFailed, compile_condition
from apps.rulebooks.decisions.outright import outright

NAMES: Any = {"net": "number", "quantity": "number", "category": "string", "country": "string", "first": "bool"}
NUMBERS = ("0", "-0.0", "1", "2.5", "0.1", "1e3", "0x10", "9007199254740993", "12345678901234567890")
TEXTS = ("", "bikes", "Bikes", "straße", "日本")

_number = st.tuples(st.sampled_from(["net", "quantity"]), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
_comparison = st.one_of(
    st.builds(lambda pair, literal: f"{pair[0]} {pair[1]} {literal}", _number, st.sampled_from(NUMBERS)),
    st.builds(lambda pair, literal: f"{literal} {pair[1]} {pair[0]}", _number, st.sampled_from(NUMBERS)),
    st.builds(
        lambda name, sign, text: f'{name} {sign} "{text}"',
        st.sampled_from(["category", "country"]), st.sampled_from(["==", "!="]), st.sampled_from(TEXTS),
    ),
    st.builds(lambda texts: f"category in [{', '.join(texts)}]", st.lists(st.sampled_from(['"bikes"', "'x'"]), min_size=1)),
    st.builds(lambda numbers: f"!(quantity in [{', '.join(numbers)}])", st.lists(st.sampled_from(["1.0", "2.5"]), min_size=1)),
)  # fmt: skip
_facts = st.fixed_dictionaries(
    {
        "net": st.one_of(st.sampled_from(NUMBERS[1:6]).map(Decimal), st.decimals("-1e20", "1e20", allow_nan=False)),
        "quantity": st.sampled_from(["1", "2.50", "16", "9007199254740992"]).map(Decimal),
        "category": st.sampled_from(TEXTS),
        "country": st.sampled_from(TEXTS),
    }
)


@given(st.lists(_comparison, min_size=1, max_size=3).map(" && ".join), _facts)
def test_the_answer_is_the_interpreters(text: str, facts: dict[str, Any]) -> None:
    condition = compile_condition(text, NAMES)
    assert condition.quick is not None
    assert condition.test(facts) == condition._interpreted(facts)


@pytest.mark.parametrize(
    "text", ["first", "net > quantity", "net + 1 > 2", 'category.startsWith("b")', "net > 1 || quantity > 1", "category < 'b'"]
)  # fmt: skip
def test_more_than_comparisons_is_left_to_the_interpreter(text: str) -> None:
    assert outright(text, NAMES) is None
    assert compile_condition(text, NAMES).quick is None


@pytest.mark.parametrize("facts", [{}, {"category": None}, {"category": 5}])
def test_what_is_missing_or_no_text_is_refused(facts: dict[str, Any]) -> None:
    for text in ('category == "bikes"', 'category != "bikes" && country == "DE"'):
        with pytest.raises(ConditionFailed):
            compile_condition(text, NAMES).test({"country": "DE", **facts})


def test_a_text_is_no_number() -> None:
    condition = compile_condition("net > 5", NAMES)
    assert condition.test({"net": "6.5"})
    with pytest.raises(ValueError, match="could not convert"):
        condition.test({"net": "many"})
