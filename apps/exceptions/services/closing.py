"""Closing cases in the transaction of the verb that removed the obstacle."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.contract import record_events
from apps.exceptions.events import CASE_CANCELLED, CASE_RESOLVED, REASONS_RESOLVED, case_event
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins

# Cases are locked in the order of their ids before they change, so that two closers never wait for each other in a ring.
CLOSE = """
WITH locked AS (
    SELECT id FROM exceptions_case
     WHERE subject_kind = %s AND subject_id = ANY (%s) AND state IN ('open', 'claimed') ORDER BY id FOR UPDATE
)
UPDATE exceptions_case AS c
   SET state = %s, closed_at = %s, closed_by = %s, resolution = %s, resolution_note = %s
  FROM locked WHERE c.id = locked.id
RETURNING c.id, c.subject_id, c.legal_entity_id
"""

CLOSE_REASONS = """
UPDATE exceptions_casereason SET state = 'resolved', resolved_at = %s, resolved_by = %s
 WHERE case_id = ANY (%s) AND state = 'open'
"""

RESOLVE_REASONS = """
WITH kept AS (
    SELECT subject_id, array_agg(code) AS codes FROM unnest(%s::uuid[], %s::varchar[]) AS pairs (subject_id, code)
     GROUP BY subject_id
), locked AS (
    SELECT id, subject_id, legal_entity_id FROM exceptions_case
     WHERE subject_kind = %s AND subject_id = ANY (%s) AND state IN ('open', 'claimed') ORDER BY id FOR UPDATE
), settled AS (
    UPDATE exceptions_casereason AS r SET state = 'resolved', resolved_at = %s, resolved_by = %s
      FROM locked LEFT JOIN kept USING (subject_id)
     WHERE r.case_id = locked.id AND r.state = 'open' AND r.code <> ALL (coalesce(kept.codes, '{}'))
    RETURNING r.case_id, r.code
)
SELECT locked.id, locked.subject_id, locked.legal_entity_id, array_agg(settled.code ORDER BY settled.code)
  FROM settled JOIN locked ON locked.id = settled.case_id GROUP BY 1, 2, 3
"""

WITHOUT_REASON = """
SELECT subject_id FROM exceptions_case AS c
 WHERE subject_kind = %s AND subject_id = ANY (%s) AND state IN ('open', 'claimed')
   AND NOT EXISTS (SELECT 1 FROM exceptions_casereason AS r WHERE r.case_id = c.id AND r.state = 'open')
"""


@joins
def close_cases(
    subject_kind: str,
    subject_ids: Sequence[UUID],
    *,
    resolution: str,
    note: str,
    actor: Actor,
    now: datetime,
    cancelled: bool = False,
) -> list[UUID]:
    """Close the open cases of these subjects with all their reasons; subjects without one are passed over.

    `resolution` is the verb that settled it; `cancelled` says that the question fell away with its subject. Returns the
    subjects whose case was closed now. Three statements for any number.
    """
    if not subject_ids:
        return []
    state = "cancelled" if cancelled else "resolved"
    closed = fetch(CLOSE, [subject_kind, list(subject_ids), state, now, actor.id, resolution[:60], note])
    if not closed:
        return []
    run(CLOSE_REASONS, [now, actor.id, [row_id for row_id, *_ in closed]])
    name = CASE_CANCELLED if cancelled else CASE_RESOLVED
    record_events([_told(name, subject_kind, row, {"resolution": resolution}, actor, now) for row in closed])
    return [subject_id for _, subject_id, _ in closed]


@joins
def settle_reasons(
    subject_kind: str,
    still_standing: Mapping[UUID, frozenset[str]],
    *,
    resolution: str,
    note: str,
    actor: Actor,
    now: datetime,
) -> list[UUID]:
    """Resolve the reasons that no longer hold and close the cases that have none left; returns the closed cases' subjects.

    `still_standing` maps every checked subject to the reason codes that were found again, an empty set when nothing was.
    """
    subjects = list(still_standing)
    pairs = [(subject_id, code) for subject_id, codes in still_standing.items() for code in sorted(codes)]
    keep = [[subject_id for subject_id, _ in pairs], [code for _, code in pairs]]
    settled = fetch(RESOLVE_REASONS, [*keep, subject_kind, subjects, now, actor.id])
    record_events(
        [
            _told(REASONS_RESOLVED, subject_kind, (row_id, subject_id, entity_id), {"reasons": codes}, actor, now)
            for row_id, subject_id, entity_id, codes in settled
        ]
    )
    empty = [subject_id for (subject_id,) in fetch(WITHOUT_REASON, [subject_kind, subjects])]
    return close_cases(subject_kind, empty, resolution=resolution, note=note, actor=actor, now=now)


def _told(
    name: str,
    subject_kind: str,
    row: tuple[UUID, UUID, UUID | None],
    payload: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> Event:
    case_id, subject_id, legal_entity_id = row
    return case_event(
        name,
        case_id=case_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        legal_entity_id=legal_entity_id,
        payload=payload,
        occurred_at=now,
        actor_id=actor.id,
    )
