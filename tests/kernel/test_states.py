"""A table of states: what it allows happens, everything else raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercash.kernel.states import StateTable, WrongState

words = st.sampled_from(["held", "confirmed", "shipped", "closed"])
verbs = st.sampled_from(["release", "ship", "close", "cancel"])
tables = st.dictionaries(st.tuples(words, verbs), words, max_size=10).map(lambda moves: StateTable("order", moves))


@given(tables, words, verbs)
def test_a_move_is_in_the_table_or_raises(table: StateTable, state: str, verb: str) -> None:
    if (state, verb) in table.moves:
        assert table.after(state, verb) == table.moves[state, verb]
        assert verb in table.verbs(state)
        assert state in table.sources(verb)
        return
    with pytest.raises(WrongState) as refused:
        table.after(state, verb)
    assert verb not in table.verbs(state)
    assert all(possible in refused.value.detail for possible in table.verbs(state))


@given(tables, st.lists(verbs, max_size=10))
def test_a_life_never_leaves_the_table(table: StateTable, life: list[str]) -> None:
    state = "held"
    for verb in life:
        try:
            state = table.after(state, verb)
        except WrongState:
            continue
        assert state in table.states


def test_a_refusal_says_what_is_possible() -> None:
    table = StateTable("order", {("held", "release"): "confirmed", ("held", "cancel"): "cancelled"})
    with pytest.raises(WrongState, match="The order is held: ship is not possible; possible: release, cancel"):
        table.after("held", "ship")
    with pytest.raises(WrongState, match="possible: nothing"):
        table.after("cancelled", "release")
    assert table.states == ["held", "confirmed", "cancelled"]
