"""What callers send about back-tests and scenarios."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from apps.rulebooks.api.bodies import Note
from ordercash.web.api.values import Instant, Text, Whole, strict

Name = Annotated[Text, Field(min_length=1, max_length=120)]


class BackTestWanted(BaseModel):
    """What to try the version on: decisions logged in [since_at, until_at), at most the newest `most` of them.

    Without a period and a number it is tried on the newest 10,000.
    """

    model_config = strict(most=1000)

    since_at: Instant | None = None
    until_at: Instant | None = None
    most: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None


class ScenarioWanted(BaseModel):
    """Facts and what is expected; left out, it is what the version in force decides."""

    model_config = strict(name="Four of them", facts={"number": 4}, expected={"result": 8}, note="")

    name: Name
    facts: Any
    expected: Any = None
    note: Note = ""


class NewScenario(BaseModel):
    """A scenario by its facts, or kept from a logged decision."""

    model_config = strict(name="Four of them", facts={"number": 4}, expected={"result": 8}, note="")

    name: Name
    facts: Any = None
    expected: Any = None
    decision_id: UUID | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.facts is None) == (self.decision_id is None) or (self.decision_id and self.expected is not None):
            raise ValueError("give either facts, perhaps with what is expected, or the decision_id")
        return self
