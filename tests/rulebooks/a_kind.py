"""Kinds for tests: multiply a number, which weighs as many euro cents; rules with conditions."""

import json
from collections.abc import Sequence

import pydantic

from apps.rulebooks.contract import (
    Conditioned,
    Decided,
    Finding,
    RuleText,
    Weight,
    canonical_json,
    examine_conditions,
    register_kind,
)

KIND = "test.factor"
TEXT_KIND = "test.rules"


class Factor(pydantic.BaseModel):
    """A document: by how much a number is multiplied, and from which number on by how much more."""

    model_config = pydantic.ConfigDict(extra="forbid")

    factor: int
    words: dict[str, str] = {}
    large_from: int | None = None
    large_factor: int = 1


def decide(document: Factor, facts: str) -> Decided:
    """Multiply, and say how."""
    known = json.loads(facts)
    number = known["number"]
    factor = document.factor
    if document.large_from is not None and number >= document.large_from:
        factor *= document.large_factor
    return Decided(canonical_json({"result": number * factor}), canonical_json([f"{number} x {factor}"]))


def weigh(facts: str, outcome: str) -> Sequence[Weight]:
    """A decision is one line of its customer and product; its rule is its size."""
    known = json.loads(facts)
    rule = "large" if known["number"] >= 10 else "small"
    currency = known.get("currency", "EUR")
    result = json.loads(outcome)["result"]
    return [Weight("1", known.get("customer", "C"), known.get("product", "P"), (rule,), currency, result)]


class Rule(pydantic.BaseModel):
    """A rule that applies when something holds."""

    model_config = pydantic.ConfigDict(extra="forbid")

    name: str
    when: str = ""
    note: str = ""


class Ruled(pydantic.BaseModel):
    """A document: rules, of which the first that applies wins."""

    model_config = pydantic.ConfigDict(extra="forbid")

    rules: list[Rule]


def examine(document: Ruled) -> list[Finding]:
    rules = [Conditioned(rule.name, f"/rules/{place}/when", rule.when) for place, rule in enumerate(document.rules)]
    return examine_conditions(rules, {"size": "number", "word": "string"}, first_wins=True)


def words(document: Ruled) -> dict[str, RuleText]:
    return {rule.name: RuleText(rule.name, {"when": rule.when or "always"}) for rule in document.rules}


def register() -> None:
    register_kind(TEXT_KIND, title="Rules with conditions", schema=Ruled, examine=examine, rules=words)
    register_kind(KIND, title="Factors", schema=Factor, decide=decide, weigh=weigh, titles=lambda made: made.words)
