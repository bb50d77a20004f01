"""Taking what warehouse systems say: kept once, counted when it comes again, applied later and apart."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from apps.integrations.decisions.wms.bodies import AFTER_ALL_BEFORE, Envelope, kept_body
from apps.integrations.selectors.connections import Connection
from apps.integrations.services.wms_cases import open_message_case
from apps.inventory.contract import hear_feed
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins, writes

KEEP = """
INSERT INTO integrations_warehousemessage AS m (id, connection_id, direction, kind, source_ref, order_id, order_seq, seq, payload, state,
                                                next_try_at, created_at, sent_at, repeats)
SELECT id, %s, 'in', kind, source_ref, order_id, order_seq, seq, payload, 'waiting', %s, %s, sent_at, repeats
  FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::uuid[], %s::bigint[], %s::bigint[], %s::jsonb[], %s::timestamptz[], %s::int[])
       AS n (id, kind, source_ref, order_id, order_seq, seq, payload, sent_at, repeats)
 ORDER BY source_ref
ON CONFLICT (connection_id, direction, source_ref) DO UPDATE SET repeats = m.repeats + 1 + excluded.repeats
RETURNING id, source_ref, seq, payload, repeats
"""
# How far its messages are here without a gap: behind that, something is missing and has to be asked for.
MOVE_CURSOR = """
WITH RECURSIVE here AS (
    SELECT cursor AS seq FROM integrations_warehouseconnection WHERE id = %s
    UNION ALL
    SELECT m.seq FROM here h JOIN LATERAL (SELECT seq FROM integrations_warehousemessage
                                            WHERE connection_id = %s AND direction = 'in' AND seq = h.seq + 1 LIMIT 1) m ON true
)
UPDATE integrations_warehouseconnection c SET cursor = n.seq, last_ok_at = greatest(c.last_ok_at, %s)
  FROM (SELECT max(seq) AS seq FROM here) n WHERE c.id = %s
"""


class Taken(NamedTuple):
    """How many messages were new, and how many had come before."""

    new: int
    repeated: int


class _Kept(NamedTuple):
    """A message as it is kept, after this one came."""

    id: UUID
    source_ref: str
    seq: int
    payload: str
    repeats: int


PAYLOAD_OPTIONS: Final = orjson.OPT_SORT_KEYS


@writes
def take_messages(connection: Connection, messages: Sequence[Envelope], *, now: datetime) -> Taken:
    """Keep messages in a transaction of its own; see `keep_messages`."""
    return keep_messages(connection, messages, now=now)


@joins
def keep_messages(connection: Connection, messages: Sequence[Envelope], *, now: datetime) -> Taken:
    """Keep messages, each once however often it comes; what comes again with other words opens a case and changes nothing."""
    first: dict[str, Envelope] = {}
    for message in messages:
        first.setdefault(message.id, message)
    copies = Counter(message.id for message in messages)
    rows = [(*_row(message), copies[message.id] - 1) for message in first.values()]
    kept = {row[1]: _Kept(*row) for row in fetch(KEEP, [connection.id, now, now, *columns_of(rows, 9)])}
    again = len(messages) - sum(each.repeats < copies[each.source_ref] for each in kept.values())
    for message in messages:
        _compare(connection, message, kept[message.id], now)
    run(MOVE_CURSOR, [connection.id, connection.id, now, connection.id])
    of_stock = [message.occurred_at for message in messages if message.kind in AFTER_ALL_BEFORE]
    if of_stock:
        hear_feed(connection.warehouse_id, said_at=min(max(of_stock), now))
    return Taken(len(messages) - again, again)


def _row(message: Envelope) -> tuple[Any, ...]:
    payload = orjson.dumps(kept_body(message), default=str, option=PAYLOAD_OPTIONS).decode()
    return (
        new_id(),
        message.kind,
        message.id,
        message.order_id,
        message.order_seq,
        message.seq,
        payload,
        message.occurred_at,
    )


def _compare(connection: Connection, message: Envelope, kept: _Kept, now: datetime) -> None:
    said = orjson.loads(orjson.dumps(kept_body(message), default=str))
    if message.seq == kept.seq and said == orjson.loads(kept.payload):
        return
    detail = {"message": message.id, "number": message.seq, "kept_number": kept.seq}
    title = "a message came again with other words"
    open_message_case(kept.id, connection.warehouse_id, "wms_contradicts", title, detail, now=now)
