"""Sending what waits: claimed in one transaction, asked outside of any, the answer noted in another.

A sender that dies in between leaves a message whose lease runs out; it is sent again then, which does no harm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from apps.audit.contract import record_events
from apps.integrations.decisions.wms.sending import (
    OPEN_SECONDS,
    Outcome,
    Reply,
    may_send,
    next_try_at,
    opened_until,
    told_of,
)
from apps.integrations.events import MESSAGE_DEAD, MESSAGE_REFUSED, MESSAGE_SENT, message_event
from apps.integrations.ports import Transport
from apps.integrations.selectors.connections import Connection, active_connections
from apps.integrations.services.wms_cases import open_message_case
from apps.masterdata.contract import addresses_by_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

# What is no state of an order goes as it is.
POSTED: Final = {"count": "/counts", "inspection": "/inspections"}
LEASE_MARGIN: Final = timedelta(seconds=15)

OF_CONNECTION = (
    "SELECT failures, open_until FROM integrations_warehouseconnection WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"
)
CLAIM = """
UPDATE integrations_warehousemessage m SET attempts = m.attempts + 1, next_try_at = %s
  FROM (SELECT id FROM integrations_warehousemessage
         WHERE state = 'waiting' AND direction = 'out' AND connection_id = %s AND next_try_at <= %s
         ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED) due
 WHERE m.id = due.id RETURNING m.id, m.kind, m.order_id, m.order_seq, m.payload, m.attempts
"""
TRY_ONE = "UPDATE integrations_warehouseconnection SET open_until = %s WHERE id = %s"
# Confirmed meanwhile: the confirmation came before the answer.
NOTE_SENT = """
UPDATE integrations_warehousemessage SET state = 'sent', sent_at = %s, status_code = %s, error = '', next_try_at = NULL
 WHERE id = %s AND state = 'waiting'
"""
NOTE_FAILED = """
UPDATE integrations_warehousemessage SET state = %s, status_code = %s, error = %s, next_try_at = %s WHERE id = %s AND state = 'waiting'
"""
WENT_WELL = """
UPDATE integrations_warehouseconnection SET failures = 0, open_until = NULL, last_ok_at = %s WHERE id = %s
"""
# After an outage nobody waits for the time that was guessed while it lasted.
WAKE = """
UPDATE integrations_warehousemessage m SET next_try_at = %s
  FROM (SELECT id FROM integrations_warehousemessage
         WHERE connection_id = %s AND state = 'waiting' AND direction = 'out' AND next_try_at > %s AND attempts > 0
         ORDER BY id FOR UPDATE SKIP LOCKED) late
 WHERE m.id = late.id
"""
WENT_WRONG = """
UPDATE integrations_warehouseconnection SET failures = failures + 1 WHERE id = %s RETURNING failures
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this sender has taken for one attempt."""

    id: UUID
    kind: str
    order_id: UUID | None
    order_seq: int | None
    payload: dict[str, Any]
    attempts: int


def send_waiting(transport: Transport, *, now: datetime, most: int = 100) -> int:
    """Send at most `most` waiting messages to every warehouse system; returns how many were tried.

    One that fails again and again is left alone for a while (the breaker), so that it holds up nobody but itself.
    """
    return sum(_send_to(connection, transport, now, most) for connection in active_connections())


def _send_to(connection: Connection, transport: Transport, now: datetime, most: int) -> int:
    tried = 0
    for message in claim_messages(connection, now=now, most=most):
        method, path, body = request_of(message)
        reply = transport(connection.id, method, path, body)
        tried += 1
        if note_reply(connection, message, reply, now=now):
            break
    return tried


@writes
def claim_messages(connection: Connection, *, now: datetime, most: int) -> list[Claimed]:
    """Take messages for one attempt each; none while the connection is left alone, one to try whether it is well again."""
    found = fetch(OF_CONNECTION, [connection.id])
    allowed = may_send(found[0][0], found[0][1], now, most) if found else 0
    if not allowed:
        return []
    lease = now + timedelta(milliseconds=connection.timeout_ms) * allowed + LEASE_MARGIN
    rows = fetch(CLAIM, [lease, connection.id, now, allowed])
    if rows and allowed == 1:
        run(TRY_ONE, [now + timedelta(seconds=OPEN_SECONDS), connection.id])
    return [
        Claimed(id_, kind, order_id, order_seq, orjson.loads(payload), attempts)
        for id_, kind, order_id, order_seq, payload, attempts in sorted(rows, key=lambda row: UUID(str(row[0])))
    ]


def request_of(message: Claimed) -> tuple[str, str, bytes]:
    """Return method, path and body of a message; the address of the delivery is read now and kept nowhere."""
    if message.kind in POSTED:
        return "POST", POSTED[message.kind], orjson.dumps(message.payload)
    body = {"seq": message.order_seq, "lines": message.payload["lines"], "ship_to": _ship_to(message.payload)}
    return "PUT", f"/orders/{message.order_id}", orjson.dumps(body)


def _ship_to(payload: dict[str, Any]) -> dict[str, str] | None:
    if not payload.get("ship_to") or not payload["lines"]:
        return None
    known = addresses_by_id([UUID(payload["ship_to"])])
    parts = ("name", "line1", "line2", "city", "postal_code", "state", "country")
    return {part: getattr(place, part) for place in known.values() for part in parts} or None


@writes
def note_reply(connection: Connection, message: Claimed, reply: Reply, *, now: datetime) -> bool:
    """Write down what became of an attempt; returns whether the connection is to be left alone."""
    if reply.outcome is Outcome.FAILED:
        return _failed(connection, message, reply, now)
    if connection.failures:
        run(WAKE, [now, connection.id, now])
    run(WENT_WELL, [now, connection.id])
    if reply.outcome is Outcome.TAKEN:
        run(NOTE_SENT, [now, reply.status, message.id])
        record_events([message_event(MESSAGE_SENT, message.id, message.order_id, connection.warehouse_id, now)])
    else:
        _give_up(connection, message, reply, "refused", now)
    return False


def _failed(connection: Connection, message: Claimed, reply: Reply, now: datetime) -> bool:
    failures = fetch(WENT_WRONG, [connection.id])[0][0]
    until = opened_until(failures, now)
    if until is not None:
        run(TRY_ONE, [until, connection.id])
    if message.attempts >= connection.most_attempts:
        _give_up(connection, message, reply, "dead", now)
    else:
        again = next_try_at(message.id, message.attempts, now)
        run(NOTE_FAILED, ["waiting", reply.status, told_of(reply), again, message.id])
    return until is not None


def _give_up(connection: Connection, message: Claimed, reply: Reply, state: str, now: datetime) -> None:
    error = told_of(reply)
    if not run(NOTE_FAILED, [state, reply.status, error, None, message.id]):
        return
    name, code, title = {
        "dead": (MESSAGE_DEAD, "message_dead", "a message could not be delivered"),
        "refused": (MESSAGE_REFUSED, "wms_refused", "a message was refused"),
    }[state]
    record_events([message_event(name, message.id, message.order_id, connection.warehouse_id, now)])
    detail = {"error": error, "attempts": message.attempts, "order": message.order_id or ""}
    open_message_case(message.id, connection.warehouse_id, code, title, detail, now=now)
