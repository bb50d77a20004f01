"""What a stored decision is worth, line by line: for back-tests, which add it up by customer, product and rule."""

from typing import NamedTuple

import orjson


class Weighed(NamedTuple):
    """One line: its place ("1", or "free 1" and "charge 1" for added ones), for whom, what, by which rules, and its net."""

    line: str
    customer: str
    product: str
    rules: tuple[str, ...]
    currency: str
    amount_minor: int


def weigh_cart(facts: str, outcome: str) -> list[Weighed]:
    """Return what each line of a decision weighs, from its stored texts."""
    known, answer = orjson.loads(facts), orjson.loads(outcome)
    customer, currency = known["customer"], known["currency"]
    lines = zip(known["lines"], answer["lines"], strict=True)
    weights = [
        Weighed(str(place), customer, line["product"], tuple([rule for rule, _ in row[7]]), currency, row[4])
        for place, (line, row) in enumerate(lines, start=1)
    ]
    for place, row in enumerate(answer["added"], start=1):
        weights.append(Weighed(f"{row[0]} {place}", customer, row[2], (row[1],), currency, row[10]))
    return weights
