"""What the endpoints of rulebooks answer, for the API's description."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from apps.rulebooks.decisions.phases import Phase
from ordercash.web.api.values import Answer


class ActivationShown(Answer):
    """A version in force over a half-open period."""

    id: UUID
    version_id: UUID
    number: int
    kind: Literal["normal", "rollback"]
    from_at: AwareDatetime
    until_at: AwareDatetime | None
    reason: str
    activated_by: UUID
    recorded_at: AwareDatetime


class VersionRow(Answer):
    """A version of a rulebook without its text; `phase` says where it stands today."""

    id: UUID
    number: int
    sha256: str
    state: Literal["draft", "in_review", "approved"]
    phase: Phase
    author_id: UUID
    approver_id: UUID | None
    note: str


class VersionShown(VersionRow):
    """A version with its document."""

    document: Any


class RulebookShown(Answer):
    """A rulebook with its versions and their activations, the newest first."""

    id: UUID
    kind: str
    name: str
    legal_entity: str | None
    versions: list[VersionRow]
    activations: list[ActivationShown]


class DecisionSubject(Answer):
    """What was decided about."""

    kind: str
    id: UUID


class DecisionShown(Answer):
    """A decision: what was known, what came of it and why, by the version that the SHA-256 names."""

    id: UUID
    kind: str
    subject: DecisionSubject
    version_sha256: str
    facts: Any
    outcome: Any
    trace: Any
    taken_at: AwareDatetime
