"""Kinds for tests: double or halve a number; rules with conditions."""

import json

import pydantic

from apps.rulebooks.contract import (
    Conditioned,
    Decided,
    Finding,
    RuleText,
    canonical_json,
    examine_conditions,
    register_kind,
)

KIND = "test.factor"
TEXT_KIND = "test.rules"


class Factor(pydantic.BaseModel):
    """A document: by how much a number is multiplied."""

    model_config = pydantic.ConfigDict(extra="forbid")

    factor: int
    words: dict[str, str] = {}


def decide(document: Factor, facts: str) -> Decided:
    """Multiply, and say how."""
    number = json.loads(facts)["number"]
    return Decided(
        canonical_json({"result": number * document.factor}), canonical_json([f"{number} x {document.factor}"])
    )


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
    register_kind(KIND, title="Factors", schema=Factor, decide=decide)
