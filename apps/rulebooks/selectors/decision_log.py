"""What was decided about a subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """One logged decision; `facts`, `outcome` and `trace` are canonical JSON texts, `version_sha256` is 32 bytes."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    version_sha256: bytes
    facts: str
    outcome: str
    trace: str
    taken_at: datetime


DECISION_COLUMNS = "id, kind, subject_kind, subject_id, version_sha256, facts, outcome, trace, taken_at"


def decisions_of(subject_id: UUID) -> list[DecisionFacts]:
    """Return every decision about a subject, oldest first."""
    return decisions_about([subject_id])


def decisions_about(subject_ids: Sequence[UUID]) -> list[DecisionFacts]:
    """Return every decision about several subjects in one statement, oldest first."""
    found = sql.fetch(
        f"SELECT {DECISION_COLUMNS} FROM rulebooks_decision WHERE subject_id = ANY(%s::uuid[]) ORDER BY id",  # noqa: S608
        [list(subject_ids)],
    )
    return [DecisionFacts(*row) for row in found]


def decisions_by_id(ids: Sequence[UUID]) -> dict[UUID, DecisionFacts]:
    """Return the decisions that exist among the ids, by id; one statement, and only partitions that can hold them are read."""
    found = sql.fetch(
        f"SELECT {DECISION_COLUMNS} FROM rulebooks_decision WHERE id = ANY(%s::uuid[])",  # noqa: S608
        [list(ids)],
    )
    return {row[0]: DecisionFacts(*row) for row in found}


def decision_of(decision_id: UUID) -> DecisionFacts:
    """Return one decision. Raises NotFound."""
    found = sql.fetch(f"SELECT {DECISION_COLUMNS} FROM rulebooks_decision WHERE id = %s", [decision_id])  # noqa: S608
    if not found:
        raise NotFound("There is no such decision.")
    return DecisionFacts(*found[0])
