"""What callers send about rulebooks."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, model_validator

from ordercash.web.api.values import STRICT, Instant, Text, strict

Several = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Note = Annotated[Several, Field(max_length=300)]


class ChangedDraft(BaseModel):
    """The new text of one's own draft."""

    model_config = strict(document={"accesses": [{"name": "agreed", "source": "agreed_price"}]}, note="First try")

    document: Any
    note: Note = ""


class NewDraft(ChangedDraft):
    """A document as a new draft of the rulebook of its kind and legal entity, which is made when there is none."""

    model_config = strict(kind="test.kind", name="Prices of summer", document={}, note="")

    kind: Annotated[Text, Field(min_length=1, max_length=80)]
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    legal_entity: Annotated[Text, Field(max_length=40)] = ""


class ReasonGiven(BaseModel):
    """Why."""

    model_config = strict(reason="Discounts were given twice")

    reason: Annotated[Several, Field(min_length=1, max_length=1000)]


class RollBackWanted(ReasonGiven):
    """Why, and which version is left: where another one is in force by then, nothing happens. Left out: whichever is."""

    from_version_id: UUID | None = None


class RejectionGiven(BaseModel):
    """Why a version goes back to its author."""

    model_config = strict(note="Too much for a single rule")

    note: Note = ""


class ActivationWanted(BaseModel):
    """From when on; left out: from now on."""

    model_config = strict(from_at="2026-06-01T00:00:00+02:00")

    from_at: Instant | None = None


class RetirementWanted(BaseModel):
    """Nothing where others take the version's place; otherwise that nothing does, and why."""

    model_config = strict(without_successor=True, reason="The company is closed")

    without_successor: StrictBool = False
    reason: Annotated[Several, Field(max_length=1000)] = ""


class CommentGiven(BaseModel):
    """What is said."""

    model_config = strict(text="Why 12 percent and not 10?")

    text: Annotated[Several, Field(min_length=1, max_length=4000)]


class TextToExamine(BaseModel):
    """A file's text (YAML or JSON, with kind, name and document), or a kind with a document."""

    model_config = STRICT

    text: Annotated[Several, Field(max_length=300_000)] | None = None
    kind: Annotated[Text, Field(max_length=80)] | None = None
    document: Any = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.kind is None):
            raise ValueError("give either text, or kind and document")
        return self
