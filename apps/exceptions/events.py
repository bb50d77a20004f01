"""Facts told about cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ordercash.kernel.events import Event

CASE_OPENED = "exceptions.case_opened"
CASE_CLAIMED = "exceptions.case_claimed"
CASE_RELEASED = "exceptions.case_released"
CASE_ASSIGNED = "exceptions.case_assigned"
CASE_RESOLVED = "exceptions.case_resolved"
CASE_CANCELLED = "exceptions.case_cancelled"
REASONS_RESOLVED = "exceptions.reasons_resolved"


def case_event(
    name: str,
    *,
    case_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    legal_entity_id: UUID | None,
    payload: Mapping[str, Any],
    occurred_at: datetime,
    actor_id: UUID | None,
) -> Event:
    """Tell one fact about a case; it also stands on the timeline of its subject."""
    return Event(
        name=name,
        version=1,
        aggregate="case",
        aggregate_id=case_id,
        payload={"subject_kind": subject_kind, "subject_id": subject_id, **payload},
        occurred_at=occurred_at,
        actor_id=actor_id,
        legal_entity_id=legal_entity_id,
        related={subject_kind: subject_id},
    )
