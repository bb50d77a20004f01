"""Questions about cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.exceptions.models import ACTIVE_STATES, Case, CaseReason
from apps.exceptions.ports import reason_kind


@dataclass(frozen=True, slots=True)
class ReasonFacts:
    """One reason as a reader sees it; `title` is its registered wording."""

    code: str
    title: str
    detail: Mapping[str, Any]
    queue: str
    due_at: datetime
    state: str
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as a reader sees it. Money at risk in minor units."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    queue: str
    title: str
    state: str
    money_at_risk_minor: int
    currency: str
    legal_entity_id: UUID | None
    opened_at: datetime
    due_at: datetime
    assignee_id: UUID | None
    closed_at: datetime | None
    resolution: str
    resolution_note: str
    reasons: tuple[ReasonFacts, ...]


def case_of(subject_kind: str, subject_id: UUID) -> CaseFacts | None:
    """Return the open case about a subject, or None."""
    return cases_of(subject_kind, [subject_id]).get(subject_id)


def cases_of(subject_kind: str, subject_ids: Sequence[UUID]) -> dict[UUID, CaseFacts]:
    """Return the open cases of subjects by subject id; two statements."""
    found = Case.objects.filter(subject_kind=subject_kind, subject_id__in=subject_ids, state__in=ACTIVE_STATES)
    return {case.subject_id: case_facts(case) for case in found.prefetch_related("reasons")}


def case_facts(case: Case) -> CaseFacts:
    """Build the readers' shape of a case whose reasons are loaded."""
    reasons = sorted(case.reasons.all(), key=lambda reason: (reason.due_at, reason.code, reason.id))
    return CaseFacts(
        case.id,
        case.subject_kind,
        case.subject_id,
        case.queue_id,
        case.title,
        case.state,
        case.money_at_risk_minor,
        case.currency,
        case.legal_entity_id,
        case.opened_at,
        case.due_at,
        case.assignee_id,
        case.closed_at,
        case.resolution,
        case.resolution_note,
        tuple(_reason_facts(reason) for reason in reasons),
    )


def _reason_facts(reason: CaseReason) -> ReasonFacts:
    return ReasonFacts(
        reason.code,
        reason_kind(reason.code).title,
        reason.detail,
        reason.queue_id,
        reason.due_at,
        reason.state,
        reason.resolved_at,
    )
