"""What a price decision is worth, for back-tests."""

from typing import NamedTuple

import orjson


class LineWeight(NamedTuple):
    """The net amount of a line in minor units, and by which accesses it came about. The facts of this kind name no customer."""

    line: str
    customer: str
    product: str
    rules: tuple[str, ...]
    currency: str
    amount_minor: int


def weigh_prices(facts: str, outcome: str) -> list[LineWeight]:
    """Return what each line of a decision weighs, from its stored facts and an outcome."""
    known = orjson.loads(facts)
    currency = known["currency"]
    return [
        LineWeight(str(index), "", line["product"], (source,) if source else (), currency, net_minor)
        for index, (line, (_, net_minor, source)) in enumerate(
            zip(known["lines"], orjson.loads(outcome)["lines"], strict=True)
        )
    ]
