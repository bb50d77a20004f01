"""What the endpoints of exceptions answer, for the API's description."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer


class CaseReasonShown(Answer):
    """Something that stands in the way."""

    code: str
    title: str
    detail: dict[str, Any]
    queue: str
    due_at: AwareDatetime
    state: Literal["open", "resolved"]
    resolved_at: AwareDatetime | None


class CaseRow(Answer):
    """A case in a list."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    queue: str
    title: str
    state: Literal["open", "claimed", "resolved", "cancelled"]
    money_at_risk_minor: int
    currency: str
    legal_entity_id: UUID | None
    opened_at: AwareDatetime
    due_at: AwareDatetime
    assignee_id: UUID | None
    closed_at: AwareDatetime | None
    resolution: str
    resolution_note: str
    reasons: list[CaseReasonShown]


class ResolutionOffered(Answer):
    """A way out of a case, and whether the caller may take it."""

    verb: str
    label: str
    needs_note: bool
    allowed: bool


class CaseShown(CaseRow):
    """A case with its ways out."""

    resolutions: list[ResolutionOffered]


class CaseChanged(CaseShown):
    """A case after a verb, with a sentence about what happened."""

    outcome: str


class CaseOutcomeShown(Answer):
    """One of many cases after a verb: done, or why not."""

    case_id: UUID
    done: bool
    code: str
    text: str


class CaseOutcomes(Answer):
    """Every case after a verb on many; `done` counts those that it was carried out on."""

    outcomes: list[CaseOutcomeShown]
    done: int


class QueueShown(Answer):
    """A queue with its deadline."""

    code: str
    name: str
    sla_hours: int
    resolve_permission: str
