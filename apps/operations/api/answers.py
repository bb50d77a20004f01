"""What the endpoints of operations answer, for the API's description."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer


class ProofRunShown(Answer):
    """A run of the proof."""

    job: UUID
    verdict: str
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None
    done: int
    total: int
    error: str


class ProofShown(Answer):
    """The last verdict with what it found, and the run under way."""

    run: ProofRunShown | None
    proof: dict[str, Any] | None
    under_way: ProofRunShown | None


class ProofAsked(Answer):
    """The job that proves."""

    job: UUID
