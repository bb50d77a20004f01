"""Questions to the log and to the jobs."""

from typing import Any
from uuid import UUID

import orjson

from apps.audit.ports import DeliveredEvent
from ordercash.kernel.sql import fetch

EVENT_FIELDS = """id, name, version, aggregate, aggregate_id, thread_id, payload, occurred_at, recorded_at,
                  actor_id, legal_entity_id, traceparent"""

TIMELINE = f"""
SELECT {EVENT_FIELDS} FROM (
    (SELECT * FROM audit_eventrecord WHERE aggregate_id = %s ORDER BY id LIMIT %s)
    UNION ALL
    (SELECT * FROM audit_eventrecord WHERE thread_id = %s AND aggregate_id <> thread_id ORDER BY id LIMIT %s)
) AS told ORDER BY seq LIMIT %s
"""  # noqa: S608


def timeline(thread_id: UUID, *, limit: int = 500) -> list[DeliveredEvent]:
    """Return the events of an aggregate and of everything on its thread, in the order in which they were recorded."""
    return [delivered(0, row) for row in fetch(TIMELINE, [thread_id, limit, thread_id, limit, limit])]


def delivered(position: int, row: tuple[Any, ...]) -> DeliveredEvent:
    """Build the readers' shape from a row of EVENT_FIELDS; JSON comes from the database as text."""
    return DeliveredEvent(position, *row[:6], orjson.loads(row[6]), *row[7:])


def has_unstamped_events() -> bool:
    """Say whether committed events wait for their position."""
    found = fetch(
        """
        SELECT EXISTS (SELECT 1 FROM audit_eventrecord
                        WHERE txid >= coalesce((SELECT stamped_below FROM audit_sequencer), '0'::xid8))
        """
    )
    return bool(found[0][0])
