"""Replaying logged decisions: the same facts and the same version must give the same bytes, years later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.rulebooks.decisions.kinds import Decided, kind_of
from apps.rulebooks.selectors.decision_log import DECISION_COLUMNS, DecisionFacts
from apps.rulebooks.selectors.in_force import version_document
from ordercash.kernel import sql
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import lowest_id_at

CHUNK = 1000


class NotReplayable(DomainError):
    """The owner of a kind registered no decision function."""

    code, title = "not_replayable", "Decisions of this kind are not logged"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One logged decision beside what the same version says of the same facts today."""

    logged: DecisionFacts
    again: Decided

    @property
    def same(self) -> bool:
        """Say whether outcome and trace are equal to the byte."""
        return (self.logged.outcome, self.logged.trace) == (self.again.outcome, self.again.trace)


def replay_decisions(kind: str, *, since: datetime, limit: int | None = None) -> Iterator[Replayed]:
    """Recompute the decisions of a kind recorded since an instant, oldest first; one statement per CHUNK.

    Raises KindUnknown, NotReplayable, and NotFound when a version is gone.
    """
    decide = kind_of(kind).decide
    if decide is None:
        raise NotReplayable(f"{kind!r} has no decision function.")
    for logged in _decisions(kind, lowest_id_at(since), limit):
        compiled = version_document(kind, logged.version_sha256).compiled
        yield Replayed(logged, decide(compiled, logged.facts))


def _decisions(kind: str, after_id: UUID, limit: int | None) -> Iterator[DecisionFacts]:
    left = limit
    while left is None or left > 0:
        found = sql.fetch(
            f"SELECT {DECISION_COLUMNS} FROM rulebooks_decision WHERE id > %s AND kind = %s ORDER BY id LIMIT %s",  # noqa: S608
            [after_id, kind, CHUNK if left is None else min(CHUNK, left)],
        )
        yield from (DecisionFacts(*row) for row in found)
        if len(found) < CHUNK:
            return
        after_id, left = found[-1][0], None if left is None else left - len(found)
