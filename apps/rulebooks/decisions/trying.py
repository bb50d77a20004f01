"""Trying a version on logged decisions: what it would have decided, which of them change, and what that moves. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from apps.rulebooks.decisions.kinds import Decided, Kind
from apps.rulebooks.decisions.weighing import Figures, Moved, Place, total_of
from ordercash.kernel.errors import DomainError


class Undecidable(DomainError):
    """A version has no answer to facts that another one decided."""

    code, title = "undecidable", "The version cannot decide this"


class NotDecided(DomainError):
    """The owner of a kind registered no decision function."""

    code, title = "not_replayable", "Decisions of this kind are not logged"


class Logged(NamedTuple):
    """A decision as it stands in the log, without its trace."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    facts: str
    outcome: str


class Changed(NamedTuple):
    """A decision that comes out otherwise, and what it weighs before and after, in minor units; "" where nothing is weighed."""

    decision_id: UUID
    subject_kind: str
    subject_id: UUID
    currency: str
    before_minor: int
    after_minor: int


class Tried(NamedTuple):
    """What trying some decisions gave."""

    seen: int
    changes: list[Changed]
    figures: Mapping[Place, Moved]


def decide_with(kind: Kind, compiled: Any, facts: str) -> Decided:
    """Decide by a version made ready. Raises NotDecided, and Undecidable for facts that its rules or the kind cannot read."""
    if kind.decide is None:
        raise NotDecided(f"{kind.name!r} has no decision function.")
    try:
        return kind.decide(compiled, facts)
    except Exception as mistake:
        # The facts may be anything that somebody wrote or that an older version logged; whatever they break is the answer.
        raise Undecidable(_said(mistake)[:500]) from mistake


def _said(mistake: Exception) -> str:
    """Return what broke in words; a member that was looked for and is not there is by far the most frequent."""
    if type(mistake) is KeyError:
        return f"there is no member {mistake}"
    return str(mistake.args[0]) if isinstance(mistake, KeyError) else f"{type(mistake).__name__}: {mistake}"


def try_on(kind: Kind, compiled: Any, decisions: Iterable[Logged]) -> Tried:
    """Try a version on decisions; what was logged is the baseline. A decision changes when its outcome differs in any byte.

    Raises Undecidable naming the decision.
    """
    figures, changes, seen = Figures(), [], 0
    for logged in decisions:
        seen += 1
        outcome = _outcome(kind, compiled, logged)
        before = after = kind.weigh(logged.facts, logged.outcome) if kind.weigh else ()
        if outcome != logged.outcome:
            after = kind.weigh(logged.facts, outcome) if kind.weigh else ()
            changes.append(Changed(*logged[:3], *total_of(before, after)))
        figures.add(before, after)
    return Tried(seen, changes, figures.all())


def _outcome(kind: Kind, compiled: Any, logged: Logged) -> str:
    try:
        return decide_with(kind, compiled, logged.facts).outcome
    except Undecidable as refusal:
        named = f"{logged.subject_kind} {logged.subject_id}"
        raise Undecidable(f"The decision {logged.id} about {named} cannot be taken: {refusal.detail}") from refusal
