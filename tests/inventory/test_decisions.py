"""The pure decisions, against worked tables and against brute force."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inventory.decisions.allocation import Candidate, Want, allocate
from apps.inventory.decisions.costing import issue_costs, returned_cost, share_of

GROUP = (UUID(int=1), UUID(int=2))
quantities = st.decimals(min_value="0.0001", max_value="1000", places=4)


@pytest.mark.parametrize(
    ("on_hand", "value_minor", "issued", "costs"),
    [
        ("3", 100, ["1", "1", "1"], [33, 34, 33]),
        ("3", 100, ["3"], [100]),
        ("3", 1, ["1", "1", "1"], [0, 1, 0]),
        ("8", 5, ["4"], [2]),
        ("1.5", 100, ["0.5", "0.5", "0.5"], [33, 34, 33]),
        ("10", 0, ["10"], [0]),
        ("7", 1000, [], []),
    ],
)
def test_moving_average_to_the_penny(on_hand, value_minor, issued, costs):
    assert issue_costs(Decimal(on_hand), value_minor, [Decimal(q) for q in issued]) == costs


def test_more_than_there_is_cannot_be_costed():
    with pytest.raises(ValueError, match="cannot be issued"):
        issue_costs(Decimal(1), 100, [Decimal(1), Decimal("0.0001")])


@given(st.lists(quantities, min_size=1, max_size=20), st.integers(0, 10**12), st.booleans())
def test_costs_never_lose_or_make_a_penny(issued, value_minor, everything):
    on_hand = sum(issued) + (0 if everything else Decimal(1))
    costs = issue_costs(on_hand, value_minor, issued)
    assert all(cost >= 0 for cost in costs)
    assert sum(costs) <= value_minor
    one_by_one = value_minor - sum(costs)
    assert one_by_one == (0 if everything else share_of(value_minor, Decimal(1), on_hand))


@given(st.lists(quantities, min_size=1, max_size=10), st.integers(0, 10**9))
def test_returned_parts_add_up_to_what_left(parts, cost_minor):
    shipped = sum(parts)
    before = [sum(parts[:index], Decimal(0)) for index in range(len(parts))]
    costs = [returned_cost(cost_minor, shipped, b, part) for b, part in zip(before, parts, strict=True)]
    assert sum(costs) == cost_minor
    assert min(costs) >= 0


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.lists(st.integers(1, 8), min_size=1, max_size=8),
)
def test_allocation_is_first_come_whole_where_possible(shelves, wants):
    candidates = [Candidate(UUID(int=i), UUID(int=100 + i), GROUP, Decimal(free)) for i, free in enumerate(shelves)]
    demands = [Want(UUID(int=i), GROUP, Decimal(quantity)) for i, quantity in enumerate(wants)]
    takes = allocate(demands, candidates)
    left = list(shelves)
    for index, quantity in enumerate(wants):
        expected = {}
        whole = next((i for i, free in enumerate(left) if free >= quantity), None)
        if whole is not None:
            expected[whole] = quantity
        else:
            rest = quantity
            for i, free in enumerate(left):
                if rest and free:
                    expected[i] = min(rest, free)
                    rest -= expected[i]
        for i, part in expected.items():
            left[i] -= part
        mine = {take.stock_id.int: int(take.quantity) for take in takes if take.line_id.int == index}
        assert mine == expected
    assert min(left) >= 0
