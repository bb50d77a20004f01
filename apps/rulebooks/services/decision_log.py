"""Writing the log of decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ordercash.kernel import sql
from ordercash.kernel.ids import new_ids
from ordercash.kernel.transactions import joins

_COLUMNS = {
    "id": "uuid",
    "kind": "text",
    "subject_kind": "text",
    "subject_id": "uuid",
    "version_sha256": "bytea",
    "facts": "text",
    "outcome": "text",
    "trace": "text",
    "taken_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision to log: one per subject and kind, covering all its lines. Texts are canonical JSON and carry ids, no personal data."""

    kind: str
    subject_kind: str
    subject_id: UUID
    version_sha256: bytes
    facts: str
    outcome: str
    trace: str
    taken_at: datetime


@joins
def record_decisions(drafts: Sequence[DecisionDraft]) -> list[UUID]:
    """Log decisions in one statement, in the transaction of what was decided; returns their ids in order."""
    ids = new_ids(len(drafts))
    sql.insert_rows(
        "rulebooks_decision",
        _COLUMNS,
        [
            (id, d.kind, d.subject_kind, d.subject_id, d.version_sha256, d.facts, d.outcome, d.trace, d.taken_at)
            for id, d in zip(ids, drafts, strict=True)
        ],
    )
    return ids
