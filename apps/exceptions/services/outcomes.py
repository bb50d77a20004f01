"""What became of each case of a bulk verb."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ordercash.kernel.errors import Conflict, DomainError, Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One case after a verb: done or not, a stable code ("" when done) and a sentence for people."""

    case_id: UUID
    done: bool
    code: str = ""
    text: str = ""


class CaseRefused(Conflict):
    """The verb cannot be carried out on this case now; nothing has changed."""

    code: ClassVar[str] = "case_refused"
    title: ClassVar[str] = "The case cannot be changed this way"


class UnknownResolution(DomainError):
    """No case of the batch offers this resolution."""

    code, title, status = "resolution_unknown", "The case does not offer this resolution", 422


_ERRORS: dict[str, type[DomainError]] = {
    "not_found": NotFound,
    "forbidden": Forbidden,
    "resolution_unknown": UnknownResolution,
}


def the_only(outcomes: Sequence[CaseOutcome]) -> CaseOutcome:
    """Return the outcome of a batch of one; raises the DomainError that says why it was not done."""
    (outcome,) = outcomes
    if outcome.done:
        return outcome
    raise _ERRORS.get(outcome.code, CaseRefused)(outcome.text, extra={"reason": outcome.code})


def missing(case_id: UUID) -> CaseOutcome:
    """Return the outcome of a case that does not exist."""
    return CaseOutcome(case_id, done=False, code="not_found", text="There is no such case.")
