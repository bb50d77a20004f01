"""Replaying logged decisions: the same facts and the same version must give the same bytes, years later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.rulebooks.decisions.kinds import Decided, kind_of
from apps.rulebooks.decisions.trying import NotDecided, Undecidable, decide_with
from apps.rulebooks.selectors.decision_log import DECISION_COLUMNS, DecisionFacts, Span, cut
from apps.rulebooks.selectors.in_force import version_document
from ordercash.kernel import sql
from ordercash.kernel.ids import lowest_id_at

CHUNK = 1000
# Above every UUIDv7.
BEYOND = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One logged decision beside what the same version says of the same facts today; None when it says nothing, and why."""

    logged: DecisionFacts
    again: Decided | None
    refusal: str = ""

    @property
    def same(self) -> bool:
        """Say whether outcome and trace are equal to the byte."""
        again = self.again
        return again is not None and (self.logged.outcome, self.logged.trace) == (again.outcome, again.trace)


def replay_decisions(
    kind: str, *, since: datetime, until: datetime | None = None, limit: int | None = None
) -> Iterator[Replayed]:
    """Recompute the decisions of a kind logged in [since, until), oldest first; one statement per CHUNK.

    Raises KindUnknown, NotDecided, and NotFound when a version is gone.
    """
    for span in spans(kind, since=since, until=until, limit=limit):
        yield from replay_span(kind, span)


def spans(kind: str, *, since: datetime, until: datetime | None = None, limit: int | None = None) -> list[Span]:
    """Cut what is to be replayed into pieces of CHUNK decisions, so that several processes can share them; one statement."""
    if kind_of(kind).decide is None:
        raise NotDecided(f"{kind!r} has no decision function.")
    first = UUID(int=max(lowest_id_at(since).int - 1, 0))
    among = "kind = %s AND id < %s", [kind, lowest_id_at(until) if until else BEYOND]
    return cut(first, *among, limit=limit, chunk=CHUNK)


def replay_span(kind: str, span: Span) -> Iterator[Replayed]:
    """Recompute one piece of the log; one statement."""
    registered = kind_of(kind)
    found = sql.fetch(
        f"SELECT {DECISION_COLUMNS} FROM rulebooks_decision WHERE id > %s AND id <= %s AND kind = %s ORDER BY id",  # noqa: S608
        [span.after_id, span.until_id, kind],
    )
    for logged in (DecisionFacts(*row) for row in found):
        compiled = version_document(kind, logged.version_sha256).compiled
        try:
            yield Replayed(logged, decide_with(registered, compiled, logged.facts))
        except Undecidable as refusal:
            yield Replayed(logged, None, refusal.detail)
