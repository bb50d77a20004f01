"""What was decided about a subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
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


class Span(NamedTuple):
    """A piece of the log: decisions after one id and up to another, this one included."""

    after_id: UUID
    until_id: UUID


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


def cut(
    after_id: UUID, condition: str, params: Sequence[object], *, chunk: int, limit: int | None = None
) -> list[Span]:
    """Cut the decisions after an id that fulfil a condition into pieces of `chunk`, at most `limit` in all; one statement."""
    found = sql.fetch(
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total"  # noqa: S608
        f" FROM (SELECT id FROM rulebooks_decision WHERE id > %s AND {condition} ORDER BY id LIMIT %s) d) p"
        " WHERE place %% %s = 0 OR place = total ORDER BY id",
        [after_id, *params, limit, chunk],
    )
    ends = [row[0] for row in found]
    return [Span(after, end) for after, end in zip([after_id, *ends], ends, strict=False)]
