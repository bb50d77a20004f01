"""Questions about cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.exceptions.models import ACTIVE_STATES, Case, CaseReason, Queue, ReasonState
from apps.exceptions.permissions import CLAIM_CASE
from apps.exceptions.ports import reason_kind
from ordercash.kernel.errors import NotFound
from ordercash.web.search import Hit

# The order of every list of cases: the most money at risk first. Its index carries (money, id).
BY_MONEY = "-money_at_risk_minor"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


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


def cases(
    *,
    states: Sequence[str] = (),
    queues: Sequence[str] = (),
    reason: str = "",
    subject_kind: str = "",
    assignee_id: UUID | None = None,
    unclaimed: bool = False,
    overdue_at: datetime | None = None,
    text: str = "",
    subject_ids: Collection[UUID] = (),
) -> QuerySet[Case]:
    """Return cases for a list sorted by BY_MONEY; without `states` those that wait for a decision.

    `overdue_at` keeps cases whose deadline has passed then; `text` looks into titles and takes a case's or subject's id;
    `subject_ids` are what the text names elsewhere, any of which will do as well.
    """
    found = Case.objects.filter(state__in=list(states) or ACTIVE_STATES).select_related("queue")
    if queues:
        found = found.filter(queue__in=queues)
    if reason:
        standing = CaseReason.objects.filter(case=OuterRef("pk"), code=reason, state=ReasonState.OPEN)
        found = found.filter(Exists(standing))
    if subject_kind:
        found = found.filter(subject_kind=subject_kind)
    if unclaimed:
        found = found.filter(assignee_id__isnull=True)
    elif assignee_id:
        found = found.filter(assignee_id=assignee_id)
    if overdue_at:
        found = found.filter(due_at__lt=overdue_at)
    return found.filter(_matching(text) | Q(subject_id__in=subject_ids)) if text else found


def find_cases(text: str, limit: int) -> list[Hit]:
    """Return cases that wait for a decision for the search box, the most money at risk first."""
    found = cases(text=text).order_by(BY_MONEY, "-id")[:limit]
    return [Hit("case", case.id, case.title, f"{case.queue.name}, {case.state}") for case in found]


def case_titles(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the titles of cases by id; one statement."""
    return dict(Case.objects.filter(id__in=ids).values_list("id", "title"))


def case_by_id(case_id: UUID) -> CaseFacts:
    """Return one case with its reasons; raises NotFound."""
    case = Case.objects.filter(id=case_id).prefetch_related("reasons").first()
    if case is None:
        raise NotFound("There is no such case.")
    return case_facts(case)


def queue_choices() -> list[tuple[str, str]]:
    """Return the queues as (code, name), by name."""
    return list(Queue.objects.order_by("name").values_list("code", "name"))


def holders() -> QuerySet[Any]:
    """Return the active users who may work on cases."""
    manager: Any = get_user_model()._default_manager
    found = manager.with_perm(CLAIM_CASE, backend=MODEL_BACKEND, include_superusers=False)
    return found.filter(is_active=True).order_by("username")  # type: ignore[no-any-return]


def may_hold_cases(user_id: UUID) -> bool:
    """Say whether a user exists, is active and may work on cases."""
    return holders().filter(pk=user_id).exists()


def _matching(text: str) -> Q:
    try:
        wanted = UUID(text.strip())
    except ValueError:
        return Q(title__icontains=text.strip())
    return Q(id=wanted) | Q(subject_id=wanted)


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
