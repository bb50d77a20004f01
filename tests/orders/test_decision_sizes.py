"""What the log keeps of a price decision stays small: what is equal stands once, and rules that concern no line are named once."""

import pytest

from apps.rulebooks.contract import decisions_of
from tests.factories.orders import place
from tests.factories.pricing_orders import a_discount, rules

pytestmark = pytest.mark.usefixtures("company")
LINES = [("MUG-BLUE", "2"), ("TEAPOT-1L", "1"), ("CANDLE-VAN", "3")]


def size(lines: list[tuple[str, str]]) -> int:
    """Return the bytes of a decision before PostgreSQL compresses them."""
    (decision,) = decisions_of(place(customer="C-1004", lines=lines).pk)
    return sum(len(text.encode()) for text in (decision.facts, decision.outcome, decision.trace))


def test_a_plain_order_takes_some_hundred_bytes_a_line() -> None:
    rules()
    assert size(LINES) < 2_000
    assert size(LINES * 10) < 20_000


def test_rules_that_concern_no_line_cost_their_name_once() -> None:
    rules()
    plain, many = size(LINES), size(LINES * 10)
    idle = [a_discount(f"idle_{number:02}", {"percent": "5"}, when=f'category == "c{number}"') for number in range(60)]
    rules(discounts=idle)
    assert size(LINES) - plain < 1_200
    assert size(LINES * 10) - many < 1_200


def test_rules_that_lose_cost_some_bytes_a_line() -> None:
    rules(discounts=[a_discount(f"rival_{number:02}", {"percent": str(number + 1)}) for number in range(10)])
    assert size(LINES) < 4_500
