"""Opening cases in the transaction of the verb that found the obstacle: one open case per subject, reasons added to it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from apps.audit.contract import record_events
from apps.exceptions.events import CASE_OPENED, REASONS_RESOLVED, case_event
from apps.exceptions.ports import queue_hours, reason_kind
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

# So many characters of a title are kept.
TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class ReasonDraft:
    """One thing that stands in the way: a registered code and what exactly (line number, value found); no personal data."""

    code: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case to be opened about a subject, with at least one reason. Money at risk in minor units of the currency."""

    subject_kind: str
    subject_id: UUID
    title: str
    legal_entity_id: UUID | None
    currency: str
    money_at_risk_minor: int
    reasons: Sequence[ReasonDraft]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class _Reason:
    """A reason of a draft with its fingerprint and deadline."""

    code: str
    detail: str
    fingerprint: str
    queue: str
    due_at: datetime


# A queue that is missing is made with the deadline of its reasons; one that stands may have been given a tighter one.
QUEUES = """
WITH wanted AS (
    SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::int[]) AS wanted (code, name, hours)
), made AS (
    INSERT INTO exceptions_queue (code, name, sla_hours, resolve_permission) SELECT code, name, hours, '' FROM wanted
    ON CONFLICT (code) DO NOTHING RETURNING code, sla_hours
)
SELECT code, sla_hours FROM exceptions_queue WHERE code IN (SELECT code FROM wanted) UNION ALL SELECT * FROM made
"""

# A case that already stands is only made more urgent; its holder keeps it.
UPSERT_CASES = """
INSERT INTO exceptions_case AS stands (id, subject_kind, subject_id, queue_id, title, money_at_risk_minor, currency,
                                       legal_entity_id, opened_at, due_at)
SELECT * FROM unnest(%s::uuid[], %s::varchar[], %s::uuid[], %s::varchar[], %s::varchar[], %s::bigint[], %s::varchar[],
                     %s::uuid[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (subject_kind, subject_id) WHERE state IN ('open', 'claimed')
DO UPDATE SET money_at_risk_minor = greatest(stands.money_at_risk_minor, excluded.money_at_risk_minor),
              due_at = least(stands.due_at, excluded.due_at)
RETURNING id, subject_kind, subject_id
"""

INSERT_REASONS = """
INSERT INTO exceptions_casereason (id, case_id, code, detail, fingerprint, queue_id, due_at)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::varchar[], %s::jsonb[], %s::varchar[], %s::varchar[], %s::timestamptz[])
ON CONFLICT (case_id, fingerprint) WHERE state = 'open' DO NOTHING
RETURNING case_id
"""

SETTLE_OTHERS = """
WITH kept AS (
    SELECT * FROM unnest(%s::uuid[], %s::varchar[]) AS kept (case_id, fingerprint)
), settled AS (
    UPDATE exceptions_casereason AS r SET state = 'resolved', resolved_at = %s, resolved_by = %s
     WHERE r.case_id = ANY (%s) AND r.state = 'open'
       AND NOT EXISTS (SELECT 1 FROM kept WHERE kept.case_id = r.case_id AND kept.fingerprint = r.fingerprint)
    RETURNING r.case_id, r.code
)
SELECT case_id, array_agg(code ORDER BY code) FROM settled GROUP BY case_id
"""

MOVE_CASES = """
UPDATE exceptions_case AS c SET queue_id = first.queue_id, due_at = first.due_at, money_at_risk_minor = w.money,
       title = w.title
  FROM unnest(%s::uuid[], %s::bigint[], %s::varchar[]) AS w (case_id, money, title)
  JOIN LATERAL (SELECT r.queue_id, r.due_at FROM exceptions_casereason AS r
                 WHERE r.case_id = w.case_id AND r.state = 'open' ORDER BY r.due_at, r.code LIMIT 1) AS first ON TRUE
 WHERE c.id = w.case_id
"""


@joins
def open_cases(drafts: Sequence[CaseDraft]) -> dict[tuple[str, UUID], UUID]:
    """Open one case per subject, or add the missing reasons to the one that stands; repeating it changes nothing.

    Returns {(subject kind, subject id): case id}. The case goes to the queue of its most urgent reason and is due when that
    is. Four statements for any number of cases. Raises ValueError for a draft without a reason.
    """
    merged = _merge(drafts)
    if not merged:
        return {}
    hours = _queue_hours({reason_kind(reason.code).queue for draft in merged.values() for reason in draft.reasons})
    reasons = {subject: _reasons(draft, hours) for subject, draft in merged.items()}
    ids = dict(zip(merged, new_ids(len(merged)), strict=True))
    rows = [_case_row(ids[subject], draft, reasons[subject]) for subject, draft in sorted(merged.items())]
    standing = {(kind, subject_id): row_id for row_id, kind, subject_id in fetch(UPSERT_CASES, columns_of(rows, 10))}
    _insert_reasons(standing, reasons)
    record_events([_opened(merged[subject], row_id) for subject, row_id in standing.items() if row_id == ids[subject]])
    return standing


@joins
def refresh_cases(drafts: Sequence[CaseDraft], *, actor: Actor, now: datetime) -> dict[tuple[str, UUID], UUID]:
    """Let the open case of each subject say just these reasons: others are resolved, missing ones added; opened where none stands.

    Title, money at risk, queue and deadline become those of what stands now; its holder keeps it. Returns what `open_cases` does. Three
    statements more for any number.
    """
    standing = open_cases(drafts)
    if not standing:
        return {}
    merged = _merge(drafts)
    ids = list(standing.values())
    kept = [
        (standing[subject], _printed(reason.code, _detail(reason)))
        for subject, draft in merged.items()
        for reason in draft.reasons
    ]
    settled: dict[UUID, list[str]] = dict(fetch(SETTLE_OTHERS, [*columns_of(kept, 2), now, actor.id, ids]))
    money = [max(merged[subject].money_at_risk_minor, 0) for subject in standing]
    titles = [merged[subject].title[:TITLE] for subject in standing]
    run(MOVE_CASES, [ids, money, titles])
    record_events(
        [
            case_event(
                REASONS_RESOLVED, case_id=row_id, subject_kind=kind, subject_id=subject_id,
                legal_entity_id=merged[kind, subject_id].legal_entity_id, payload={"reasons": settled[row_id]}, occurred_at=now,
                actor_id=actor.id,
            )
            for (kind, subject_id), row_id in standing.items()
            if row_id in settled
        ]
    )  # fmt: skip
    return standing


def _merge(drafts: Sequence[CaseDraft]) -> dict[tuple[str, UUID], CaseDraft]:
    """Join drafts about one subject: all reasons, the larger money at risk."""
    merged: dict[tuple[str, UUID], CaseDraft] = {}
    for draft in drafts:
        if not draft.reasons:
            raise ValueError(f"A case about {draft.subject_kind} {draft.subject_id} needs a reason.")
        subject = (draft.subject_kind, draft.subject_id)
        merged[subject] = _joined(merged[subject], draft) if subject in merged else draft
    return merged


def _joined(one: CaseDraft, other: CaseDraft) -> CaseDraft:
    return CaseDraft(
        one.subject_kind,
        one.subject_id,
        one.title,
        one.legal_entity_id,
        one.currency,
        max(one.money_at_risk_minor, other.money_at_risk_minor),
        [*one.reasons, *other.reasons],
        min(one.opened_at, other.opened_at),
    )


def _reasons(draft: CaseDraft, hours: Mapping[str, int]) -> list[_Reason]:
    """Return the draft's distinct reasons, the most urgent first."""
    found: dict[str, _Reason] = {}
    for reason in draft.reasons:
        detail = _detail(reason)
        fingerprint = _printed(reason.code, detail)
        kind = reason_kind(reason.code)
        due_at = draft.opened_at + timedelta(hours=min(kind.sla_hours, hours.get(kind.queue, kind.sla_hours)))
        found[fingerprint] = _Reason(reason.code, detail.decode(), fingerprint, kind.queue, due_at)
    return sorted(found.values(), key=lambda reason: (reason.due_at, reason.code))


def _detail(reason: ReasonDraft) -> bytes:
    return orjson.dumps(dict(reason.detail), default=str, option=orjson.OPT_SORT_KEYS)


def _printed(code: str, detail: bytes) -> str:
    return hashlib.sha256(code.encode() + b"\n" + detail).hexdigest()


def _queue_hours(codes: set[str]) -> dict[str, int]:
    """Return the deadlines of queues in hours, made where they are missing."""
    ordered = sorted(codes)
    names = [code.replace("_", " ").capitalize() for code in ordered]
    return dict(fetch(QUEUES, [ordered, names, [queue_hours(code) for code in ordered]]))


def _case_row(case_id: UUID, draft: CaseDraft, reasons: Sequence[_Reason]) -> tuple[Any, ...]:
    return (
        case_id,
        draft.subject_kind,
        draft.subject_id,
        reasons[0].queue,
        draft.title[:TITLE],
        max(draft.money_at_risk_minor, 0),
        draft.currency,
        draft.legal_entity_id,
        draft.opened_at,
        reasons[0].due_at,
    )


def _insert_reasons(
    standing: Mapping[tuple[str, UUID], UUID], reasons: Mapping[tuple[str, UUID], Sequence[_Reason]]
) -> None:
    pairs = [(standing[subject], reason) for subject, found in reasons.items() for reason in found]
    rows = [
        (row_id, case_id, reason.code, reason.detail, reason.fingerprint, reason.queue, reason.due_at)
        for row_id, (case_id, reason) in zip(new_ids(len(pairs)), pairs, strict=True)
    ]
    run(INSERT_REASONS, columns_of(rows, 7))


def _opened(draft: CaseDraft, case_id: UUID) -> Any:
    return case_event(
        CASE_OPENED,
        case_id=case_id,
        subject_kind=draft.subject_kind,
        subject_id=draft.subject_id,
        legal_entity_id=draft.legal_entity_id,
        payload={
            "reasons": sorted({reason.code for reason in draft.reasons}),
            "money_at_risk_minor": max(draft.money_at_risk_minor, 0),
            "currency": draft.currency,
        },
        occurred_at=draft.opened_at,
        actor_id=None,
    )
