"""Asking warehouse systems for what did not come by itself: messages that got lost, orders that nobody confirmed."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from pydantic import ValidationError

from apps.integrations.decisions.wms.bodies import MOST_MESSAGES, Batch
from apps.integrations.decisions.wms.sending import Outcome, Reply
from apps.integrations.ports import Transport
from apps.integrations.selectors.connections import Connection, active_connections
from apps.integrations.services.wms_orders import ANSWERED
from apps.integrations.services.wms_receiving import keep_messages
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

SILENCE: Final = timedelta(seconds=30)
UNANSWERED_AT_ONCE: Final = 20

# Something is missing: a message behind the gap is here, or nothing was heard for a while.
GAPS: Final = """
SELECT EXISTS (SELECT FROM integrations_warehousemessage WHERE connection_id = %s AND direction = 'in' AND seq > %s)
    OR coalesce((SELECT last_ok_at < %s FROM integrations_warehouseconnection WHERE id = %s), true)
"""
CURSOR: Final = "SELECT cursor FROM integrations_warehouseconnection WHERE id = %s"
UNANSWERED: Final = """
SELECT order_id, max(order_seq) FROM integrations_warehousemessage
 WHERE connection_id = %s AND direction = 'out' AND state = 'sent' AND kind = 'order' AND sent_at < %s
 GROUP BY order_id ORDER BY max(order_seq), order_id LIMIT %s
"""
SEND_AGAIN: Final = """
UPDATE integrations_warehousemessage SET state = 'waiting', next_try_at = %s
 WHERE connection_id = %s AND direction = 'out' AND order_id = %s AND order_seq = %s AND state = 'sent'
"""


def poll_all(transport: Transport, *, now: datetime) -> int:
    """Ask every warehouse system that is not left alone for what is missing; returns how many messages came of it."""
    return sum(_poll(connection, transport, now) for connection in active_connections())


def _poll(connection: Connection, transport: Transport, now: datetime) -> int:
    if connection.open_until is not None and connection.open_until > now:
        return 0
    came = _fill_gaps(connection, transport, now)
    for order_id, seq in fetch(UNANSWERED, [connection.id, now - SILENCE, UNANSWERED_AT_ONCE]):
        reply = transport(connection.id, "GET", f"/orders/{order_id}", b"")
        if reply.status in (200, 404):
            note_order(connection, order_id, seq, reply, now=now)
    return came


def _fill_gaps(connection: Connection, transport: Transport, now: datetime) -> int:
    came = 0
    while fetch(GAPS, [connection.id, *_cursor(connection), now - SILENCE, connection.id])[0][0]:
        before = _cursor(connection)
        reply = transport(connection.id, "GET", f"/messages?after={before[0]}", b"")
        came += take_reply(connection, reply, now=now)
        if reply.outcome is not Outcome.TAKEN or _cursor(connection) == before:
            break
    return came


def _cursor(connection: Connection) -> list[int]:
    return [fetch(CURSOR, [connection.id])[0][0]]


@writes
def take_reply(connection: Connection, reply: Reply, *, now: datetime) -> int:
    """Keep the messages that an answer holds; what cannot be read holds none."""
    if reply.outcome is not Outcome.TAKEN:
        return 0
    try:
        found = orjson.loads(reply.body)["items"][:MOST_MESSAGES]
        batch = Batch.model_validate({"messages": found}) if found else None
    except (ValueError, KeyError, TypeError, ValidationError):
        return 0
    return keep_messages(connection, batch.messages, now=now).new if batch else 0


@writes
def note_order(connection: Connection, order_id: UUID, seq: int, reply: Reply, *, now: datetime) -> None:
    """Compare an order that nobody confirmed with what they have of it: confirmed after all, or sent again."""
    try:
        known = int(orjson.loads(reply.body)["seq"]) if reply.status == 200 else 0
    except (ValueError, KeyError, TypeError):
        return
    if known >= seq:
        run(ANSWERED, ["confirmed", now, "", connection.id, order_id, seq])
    else:
        run(SEND_AGAIN, [now, connection.id, order_id, seq])
