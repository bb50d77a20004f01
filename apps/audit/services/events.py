"""Recording facts: in the transaction of the change that they tell, one statement for the whole batch."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import insert_rows
from ordercash.kernel.transactions import joins

# The aggregate whose life is the thread that readers follow.
THREAD = "order"

EVENT_COLUMNS = {
    "id": "uuid",
    "name": "varchar",
    "version": "smallint",
    "aggregate": "varchar",
    "aggregate_id": "uuid",
    "thread_id": "uuid",
    "payload": "jsonb",
    "occurred_at": "timestamptz",
    "actor_id": "uuid",
    "legal_entity_id": "uuid",
    "traceparent": "varchar",
}


@joins
def record_events(events: Sequence[Event], *, traceparent: str = "") -> None:
    """Write events to the log with one statement; the relay finds them by polling, since NOTIFY makes committers queue.

    `related={"order": id}` puts an event of another aggregate on that order's timeline; other related ids are kept in the
    payload under "related". Call it after the aggregate is locked or written: that is what keeps its events in order.
    Payloads hold ids, codes, amounts in minor units, Decimals and instants (written as text); no personal data.
    """
    if not events:
        return
    ids = new_ids(len(events))
    insert_rows(
        "audit_eventrecord",
        EVENT_COLUMNS,
        [_row(row_id, event, traceparent) for row_id, event in zip(ids, events, strict=True)],
    )


def _row(row_id: Any, event: Event, traceparent: str) -> tuple[Any, ...]:
    return (
        row_id,
        event.name,
        event.version,
        event.aggregate,
        event.aggregate_id,
        event.related.get(THREAD),
        _payload(event),
        event.occurred_at,
        event.actor_id,
        event.legal_entity_id,
        traceparent,
    )


def _payload(event: Event) -> str:
    others = {kind: row_id for kind, row_id in event.related.items() if kind != THREAD}
    members: Mapping[str, Any] = {**event.payload, "related": others} if others else event.payload
    return orjson.dumps(members, default=str).decode()
