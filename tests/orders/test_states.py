"""Every move of an order and of a return, and every move that they do not have."""

from itertools import product

import pytest

from apps.orders.states import ORDER, RETURN
from ordercash.kernel.states import StateTable, WrongState

ORDER_MOVES = {
    ("held", "release", "confirmed"),
    ("held", "cancel", "cancelled"),
    ("confirmed", "ship_part", "partly_shipped"),
    ("confirmed", "ship_rest", "shipped"),
    ("confirmed", "cancel_part", "confirmed"),
    ("confirmed", "cancel", "cancelled"),
    ("partly_shipped", "ship_part", "partly_shipped"),
    ("partly_shipped", "ship_rest", "shipped"),
    ("partly_shipped", "cancel_part", "partly_shipped"),
    ("partly_shipped", "cancel_rest", "shipped"),
    ("shipped", "bill", "invoiced"),
    ("invoiced", "close", "closed"),
}
RETURN_MOVES = {
    ("announced", "credit", "credited"),
    ("announced", "hold", "held"),
    ("held", "credit", "credited"),
    ("held", "dismiss", "dismissed"),
}
TABLES = [(ORDER, ORDER_MOVES), (RETURN, RETURN_MOVES)]


@pytest.mark.parametrize(("table", "moves"), TABLES)
def test_a_noun_makes_these_moves_and_no_other(table: StateTable, moves: set[tuple[str, str, str]]) -> None:
    allowed = {(state, verb): after for state, verb, after in moves}
    states, verbs = set(table.states), {verb for _, verb, _ in moves}
    assert states == {state for state, _, _ in moves} | {after for _, _, after in moves}
    for state, verb in product(states | {"unheard_of"}, verbs | {"explode"}):
        if (state, verb) in allowed:
            assert table.after(state, verb) == allowed[state, verb]
        else:
            with pytest.raises(WrongState, match=f"{verb.replace('_', ' ')} is not possible"):
                table.after(state, verb)


@pytest.mark.parametrize(("table", "ends"), [(ORDER, {"closed", "cancelled"}), (RETURN, {"credited", "dismissed"})])
def test_every_life_can_come_to_an_end(table: StateTable, ends: set[str]) -> None:
    assert {state for state in table.states if not table.verbs(state)} == ends
    reached = set(ends)
    while more := {state for (state, _), after in table.moves.items() if after in reached} - reached:
        reached |= more
    assert reached == set(table.states)
