"""A kind for tests: double or halve a number."""

import json

import pydantic

from apps.rulebooks.contract import Decided, canonical_json, register_kind

KIND = "test.factor"


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


def register() -> None:
    register_kind(KIND, title="Factors", schema=Factor, decide=decide)
