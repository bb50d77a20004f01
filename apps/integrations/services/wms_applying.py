"""Applying what warehouse systems said: message by message in the order of their numbers, each in a transaction of its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import DatabaseError
from pydantic import ValidationError

from apps.integrations.decisions.wms.bodies import AFTER_ALL_BEFORE, BODIES
from apps.integrations.selectors.connections import Connection, active_connections
from apps.integrations.services import wms_inspecting, wms_orders, wms_stock
from apps.integrations.services.wms_cases import open_message_case
from apps.integrations.services.wms_outcomes import Applied, Message, Parked, Wrong
from ordercash.kernel.errors import DomainError
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

log = logging.getLogger("ordercash.integrations.wms")

PARKED_SECONDS: Final = 2
# After so many failures somebody has to look at it.
MOST_ATTEMPTS: Final = 8

WAITING = """
SELECT id FROM integrations_warehousemessage
 WHERE connection_id = %s AND direction = 'in' AND state IN ('waiting', 'parked') AND next_try_at <= %s ORDER BY seq, id LIMIT %s
"""
TAKE = """
SELECT id, kind, source_ref, order_id, order_seq, seq, payload, attempts, created_at, sent_at FROM integrations_warehousemessage
 WHERE id = %s AND state IN ('waiting', 'parked') FOR UPDATE SKIP LOCKED
"""
NOTE = """
UPDATE integrations_warehousemessage SET state = %s, error = %s, applied_at = %s, next_try_at = %s, attempts = %s WHERE id = %s
"""
# What stands before it is applied, refused or dead; what waits or never came stands in its way.
EARLIER = """
SELECT EXISTS (SELECT FROM integrations_warehousemessage
                WHERE connection_id = %s AND direction = 'in' AND seq < %s AND state IN ('waiting', 'parked'))
    OR (SELECT cursor FROM integrations_warehouseconnection WHERE id = %s) < %s
"""

Handler = Callable[[Connection, Message, Any, datetime], Applied | Parked | Wrong]
HANDLERS: Final[dict[str, Handler]] = {
    "reserved": wms_orders.apply_reserved,
    "refused": wms_orders.apply_refused,
    "shipped": wms_orders.apply_shipped,
    "short_picked": wms_orders.apply_short_picked,
    "returned": wms_orders.apply_returned,
    "inspected": wms_inspecting.apply_inspected,
    "stock": wms_stock.apply_stock,
    "counted": wms_stock.apply_counted,
    "heartbeat": wms_stock.apply_heartbeat,
}


@dataclass(slots=True)
class Round:
    """What one look through the messages did."""

    applied: int = 0
    parked: int = 0
    refused: int = 0


def apply_messages(*, now: datetime, most: int = 500) -> Round:
    """Apply at most `most` messages of every warehouse system; what has to wait for another message is parked."""
    done = Round()
    for connection in active_connections():
        for (message_id,) in fetch(WAITING, [connection.id, now, most]):
            _apply_one(connection, message_id, done, now)
    return done


def _apply_one(connection: Connection, message_id: UUID, done: Round, now: datetime) -> None:
    try:
        outcome = apply_message(connection, message_id, now=now)
    except (DatabaseError, DomainError) as error:
        log.warning("message %s of %s failed: %s", message_id, connection.id, error)
        outcome = note_failure(connection, message_id, f"{type(error).__name__}: {error}", now=now)
    done.applied += isinstance(outcome, Applied)
    done.parked += isinstance(outcome, Parked)
    done.refused += isinstance(outcome, Wrong)


@writes
def apply_message(connection: Connection, message_id: UUID, *, now: datetime) -> Applied | Parked | Wrong | None:
    """Apply one message if nobody else does; None when there is nothing to do."""
    found = fetch(TAKE, [message_id])
    if not found:
        return None
    message = _message(found[0])
    outcome = _outcome(connection, message, now)
    if isinstance(outcome, Parked):
        _note(message, "parked", outcome.why, None, now + timedelta(seconds=PARKED_SECONDS))
    elif isinstance(outcome, Wrong):
        _refuse(connection, message, outcome, now)
    else:
        _note(message, "applied", outcome.note, now, None)
    return outcome


def _outcome(connection: Connection, message: Message, now: datetime) -> Applied | Parked | Wrong:
    handler = HANDLERS.get(message.kind)
    if handler is None:
        return Wrong("wms_contradicts", f"There is no kind of message called {message.kind!r}.")
    try:
        body = BODIES[message.kind].model_validate(message.payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return Wrong("wms_contradicts", f"{'/'.join(map(str, first['loc']))}: {first['msg']}")
    if message.kind in AFTER_ALL_BEFORE and _waits(connection, message):
        return Parked("Waits for what was said before it.")
    return handler(connection, message, body, now)


def _waits(connection: Connection, message: Message) -> bool:
    return bool(fetch(EARLIER, [connection.id, message.seq, connection.id, message.seq - 1])[0][0])


def _message(row: tuple[Any, ...]) -> Message:
    id_, kind, source_ref, order_id, order_seq, seq, payload, attempts, received_at, said_at = row
    return Message(
        id_, kind, source_ref, order_id, order_seq, seq, orjson.loads(payload), attempts, received_at, said_at
    )


def _note(message: Message, state: str, error: str, applied_at: datetime | None, again: datetime | None) -> None:
    run(NOTE, [state, error[:300], applied_at, again, message.attempts + (state != "parked"), message.id])


def _refuse(connection: Connection, message: Message, wrong: Wrong, now: datetime) -> None:
    _note(message, "refused", wrong.detail, None, None)
    detail = {
        "message": message.source_ref,
        "kind": message.kind,
        "detail": wrong.detail,
        "order": message.order_id or "",
        "sku": message.payload.get("sku", ""),
    }
    title = f"a message ({message.kind.replace('_', ' ')}) cannot be applied"
    open_message_case(message.id, connection.warehouse_id, wrong.code, title, detail, now=now)


@writes
def note_failure(connection: Connection, message_id: UUID, error: str, *, now: datetime) -> Wrong | None:
    """Keep why a message could not be applied; it is tried again, at last by a person."""
    found = fetch(TAKE, [message_id])
    if not found:
        return None
    message = _message(found[0])
    if message.attempts + 1 >= MOST_ATTEMPTS:
        wrong = Wrong("wms_contradicts", error)
        _refuse(connection, message, wrong, now)
        return wrong
    _note(message, "waiting", error, None, now + timedelta(seconds=2**message.attempts))
    return None
