"""What exceptions need from the apps above: the kinds of reasons they find and the ways out that they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ordercash.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ReasonKind:
    """A typed reason: how it reads, which queue works on it (made when missing) and within how many hours.

    A queue with a shorter deadline of its own tightens it.
    """

    title: str
    queue: str
    sla_hours: int = 24


class ResolutionFunction(Protocol):
    """A verb of the owning domain for a set of subjects. It opens its own transactions (@writes).

    It returns a sentence per subject and closes the cases that it settled through `close_cases` in its own transaction: a case
    counts as resolved when its subject has no open case afterwards. A DomainError for a set is tried again one by one.
    """

    def __call__(
        self, subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime
    ) -> Mapping[UUID, str]: ...


@dataclass(frozen=True, slots=True)
class Resolution:
    """A way out of a case: its label on buttons, the permission it needs, whether it needs a note, and what it does."""

    label: str
    permission: str
    function: ResolutionFunction
    needs_note: bool = False


reasons: dict[str, ReasonKind] = {}
resolutions: dict[str, dict[str, Resolution]] = {}


def register_reasons(kinds: Mapping[str, ReasonKind]) -> None:
    """Name the reasons that a domain may give; `{"price_missing": ReasonKind("No price", "pricing", 8)}`.

    Two domains may share a reason, in the same words and for the same queue; anything else raises ValueError at the start.
    """
    for code, kind in kinds.items():
        if reasons.setdefault(code, kind) != kind:
            raise ValueError(f"The reason {code} is registered in other words or for another queue.")


def register_resolutions(subject_kind: str, offered: Mapping[str, Resolution]) -> None:
    """Name the ways out that a domain offers for cases about its things; `{"release": Resolution(…)}`."""
    resolutions.setdefault(subject_kind, {}).update(offered)


def reason_kind(code: str) -> ReasonKind:
    """Return how to handle a reason; one that nobody registered goes to the general queue under its own code."""
    return reasons.get(code) or ReasonKind(code.replace("_", " ").capitalize(), "general")


def queue_hours(queue: str) -> int:
    """Return the longest deadline among the reasons of a queue: what the queue promises until somebody tightens it."""
    return max((kind.sla_hours for kind in reasons.values() if kind.queue == queue), default=24)
