"""Who works on a case: claim, release, assign. Each verb takes many cases; a bad one fails alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.contract import record_events
from apps.exceptions.decisions import rule_on
from apps.exceptions.events import CASE_ASSIGNED, CASE_CLAIMED, CASE_RELEASED, case_event
from apps.exceptions.permissions import ASSIGN_CASE
from apps.exceptions.selectors import may_hold_cases
from apps.exceptions.services.outcomes import CaseOutcome, missing
from apps.exceptions.states import CASE
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins, writes

LOCK = """
SELECT id, subject_kind, subject_id, legal_entity_id, state, assignee_id
  FROM exceptions_case WHERE id = ANY (%s) ORDER BY id FOR UPDATE
"""

HOLD = """
UPDATE exceptions_case AS c SET state = moved.state, assignee_id = %s
  FROM unnest(%s::uuid[], %s::varchar[]) AS moved (id, state) WHERE c.id = moved.id
"""


class AssigneeUnknown(DomainError):
    """The one named does not exist, is not active, or may not work on cases."""

    code, title, status = "assignee_unknown", "This user cannot work on cases", 422


@dataclass(frozen=True, slots=True)
class _Held:
    """A case locked for a verb."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    legal_entity_id: UUID | None
    state: str
    assignee_id: UUID | None


@writes
def claim_cases(*, case_ids: Sequence[UUID], actor: Actor, now: datetime) -> list[CaseOutcome]:
    """Take open cases to work on; one that is the actor's already counts as done. Three statements for any number."""
    return _move("claim", CASE_CLAIMED, case_ids, actor.id, actor, now)


@writes
def release_claims(*, case_ids: Sequence[UUID], actor: Actor, now: datetime) -> list[CaseOutcome]:
    """Give claimed cases back to their queue; those of others only with the permission to assign."""
    return _move("release", CASE_RELEASED, case_ids, None, actor, now)


@writes
def assign_cases(*, case_ids: Sequence[UUID], assignee_id: UUID, actor: Actor, now: datetime) -> list[CaseOutcome]:
    """Give open or claimed cases to a colleague; raises AssigneeUnknown for one who may not work on cases."""
    if not may_hold_cases(assignee_id):
        raise AssigneeUnknown()
    return _move("assign", CASE_ASSIGNED, case_ids, assignee_id, actor, now)


@joins
def _move(
    verb: str, event: str, case_ids: Sequence[UUID], assignee_id: UUID | None, actor: Actor, now: datetime
) -> list[CaseOutcome]:
    wanted = list(dict.fromkeys(case_ids))
    found = {row[0]: _Held(*row) for row in fetch(LOCK, [wanted])}
    outcomes = {case_id: _outcome(verb, found.get(case_id), case_id, actor) for case_id in wanted}
    moved = [found[case_id] for case_id, outcome in outcomes.items() if outcome.done and not outcome.code]
    if moved:
        states = [CASE.after(case.state, verb) for case in moved]
        run(HOLD, [assignee_id, [case.id for case in moved], states])
        payload = {"assignee_id": assignee_id}
        record_events([_told(event, case, payload, actor, now) for case in moved])
    return list(outcomes.values())


def _outcome(verb: str, case: _Held | None, case_id: UUID, actor: Actor) -> CaseOutcome:
    if case is None:
        return missing(case_id)
    ruling = rule_on(
        verb,
        state=case.state,
        assignee_id=case.assignee_id,
        actor_id=actor.id,
        may_override=actor.may(ASSIGN_CASE),
    )
    done = ruling.code in {"", "already_yours"}
    return CaseOutcome(case_id, done, ruling.code, ruling.text)


def _told(event: str, case: _Held, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return case_event(
        event,
        case_id=case.id,
        subject_kind=case.subject_kind,
        subject_id=case.subject_id,
        legal_entity_id=case.legal_entity_id,
        payload=payload,
        occurred_at=now,
        actor_id=actor.id,
    )
