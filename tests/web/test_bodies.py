"""What a body's mistakes are called: by people's words, never by those of the language that reads them."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from ordercash.web.api.bodies import read_body
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import STRICT, Day, Exact, Instant, Text, Whole


class Part(BaseModel):
    """Any document."""

    model_config = STRICT

    sku: Annotated[Text, Field(min_length=1, max_length=4)] = "A"
    quantity: Annotated[Exact, Field(gt=0, le=Decimal("100000000"), decimal_places=4, allow_inf_nan=False)] = Decimal(1)
    count: Whole = 1
    at: Instant | None = None
    day: Day | None = None
    parts: Annotated[list["Part"], Field(max_length=1)] = []


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("quantity", "1e9", "Must be at most 100000000"),
        ("quantity", "0", "Must be greater than 0"),
        ("quantity", "0.00001", "Must have at most 4 decimals"),
        ("quantity", None, "Must be a number or the text of one"),
        ("quantity", "x", "Must be a number or the text of one"),
        ("quantity", True, 'Must be a number written exactly, such as 12 or "2.55"'),
        ("sku", 1, "Must be a text"),
        ("sku", "", "Must be at least 1 characters long"),
        ("sku", "A\tB", "Must not hold control characters such as tabs and line breaks"),
        ("count", "1", "Must be a whole number"),
        ("at", "2026-02-30T10:00:00Z", "There is no such instant; 2026-03-05T14:30:00+01:00 is one"),
        ("at", "2026-02-03T10:00:00", "Must carry an offset, such as Z or +01:00"),
        ("day", "2026-02-30", "There is no such day; 2026-03-05 is one"),
        ("day", "9999-12-31", "Must be at most 2200-12-31"),
        ("parts", [{}, {}], "Must hold at most 1 elements, not 2"),
        ("parts", {}, "Must be a JSON array"),
        ("more", 1, "There is no such member here"),
    ],
)
def test_a_mistake_is_told_in_words(name: str, value: Any, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_body(Part, {name: value})
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [(f"/{name}", words)]


def test_a_document_that_is_none_is_told_in_words() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_body(Part, "order")
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [("", "Must be a JSON object")]
