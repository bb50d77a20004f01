"""Why less was sold than lay free on shelves that others sell from, as canonical texts, and its replay from them to the same bytes.

Facts: {"shelves": [[warehouse, legal entity, SKU, category, free, units a second sold elsewhere, seconds since the last word]]}, as they
were when an order was refused a part of what it wants. Outcome: {"held_back": [[warehouse, SKU, held back, may be sold]]}. Trace:
{"rules": [name | null]}, one for each shelf.
"""

import json
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any, NamedTuple

from apps.inventory.decisions.freshness import HOUR, Compiled, FreshnessRule

# The rate that a shelf has beside it counts millionths of a unit.
STEP = Decimal("0.000001")
# More digits than any rate, age and factor have together.
DIGITS = 80


class StaleShelf(NamedTuple):
    """A shelf as it was: what lay free, how fast others sell from it, and how old their last word was."""

    warehouse: str
    legal_entity: str
    sku: str
    category: str
    free: Decimal
    a_second: Decimal
    age_seconds: Decimal


class Texts(NamedTuple):
    """A decision as it is stored."""

    facts: str
    outcome: str
    trace: str


def held_by(rule: FreshnessRule | None, shelf: StaleShelf) -> Decimal:
    """Return what of a shelf may not be sold, exactly as `inventory_held_back` (sql/freshness.sql) says."""
    if rule is None:
        return Decimal(0)
    if rule.protected and shelf.age_seconds >= rule.stop_after_seconds:
        return max(shelf.free, Decimal(0))
    if shelf.age_seconds <= rule.grace_seconds:
        return Decimal(0)
    with localcontext() as context:
        context.prec = DIGITS
        rate = max(shelf.a_second, (rule.least_per_hour / HOUR).quantize(STEP))
        return (rate * shelf.age_seconds * rule.factor).quantize(Decimal(1), rounding=ROUND_CEILING)


def freshness_texts(rules: Compiled, shelves: Sequence[StaleShelf]) -> Texts:
    """Return the texts of a decision."""
    facts = _canonical({"shelves": [(*shelf[:4], *(_text(figure) for figure in shelf[4:])) for shelf in shelves]})
    return Texts(facts, *replay_freshness(rules, facts))


def replay_freshness(rules: Compiled, facts: str) -> tuple[str, str]:
    """Decide again from stored facts; returns the outcome and the trace, to the byte."""
    shelves = [StaleShelf(*row[:4], *(Decimal(figure) for figure in row[4:])) for row in json.loads(facts)["shelves"]]
    found = [(shelf, rules.rule_for(_names(shelf))) for shelf in shelves]
    rows = []
    for shelf, rule in found:
        held = held_by(rule, shelf)
        rows.append((shelf.warehouse, shelf.sku, _text(held), _text(max(shelf.free - held, Decimal(0)))))
    return _canonical({"held_back": rows}), _canonical({"rules": [rule.name if rule else None for _, rule in found]})


def _names(shelf: StaleShelf) -> dict[str, Any]:
    own = ("warehouse", "legal_entity", "sku", "category")
    return dict(zip(own, shelf, strict=False))


def _text(figure: Decimal) -> str:
    return f"{figure.normalize():f}" if figure else "0"


def _canonical(value: Any) -> str:
    """Return the canonical JSON text: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
