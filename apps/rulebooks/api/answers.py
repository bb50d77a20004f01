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


class FindingShown(Answer):
    """What an examination found. An error refuses the save; warnings and what is undecided are only told.

    `line` and `column` lie in the text that was sent, or, of a document, inside the value that `pointer` names.
    """

    severity: Literal["error", "warning", "undecided"]
    pointer: str
    code: str
    message: str
    line: int | None
    column: int | None
    rules: list[str]


class ExaminedShown(Answer):
    """Everything that was found, and whether it could be saved."""

    can_be_saved: bool
    findings: list[FindingShown]


class VersionSaved(VersionShown):
    """A draft as it was saved, with what was found in it."""

    findings: list[FindingShown]


class ChangeShown(Answer):
    """A property of a rule before and after."""

    what: str
    before: str
    after: str


class DifferenceShown(Answer):
    """A rule that was added, removed or changed."""

    rule: str
    title: str
    how: Literal["added", "removed", "changed"]
    changes: list[ChangeShown]


class DifferencesShown(Answer):
    """What differs from another version; `since` is that version, null when there is none to compare with."""

    since: UUID | None
    items: list[DifferenceShown]


class CommentShown(Answer):
    """What somebody said about a version."""

    id: UUID
    author_id: UUID
    text: str
    recorded_at: AwareDatetime


class KindShown(Answer):
    """A kind of rulebook; `takes_decisions` when its decisions are logged and can be replayed and back-tested."""

    name: str
    title: str
    takes_decisions: bool


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
