"""Delivery: every subscriber follows the stamped log with a cursor of its own; one that fails waits alone."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError

from apps.audit.ports import DeliveredEvent, Subscription
from apps.audit.selectors import EVENT_FIELDS, delivered
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import was_untied, writes

log = logging.getLogger("ordercash.audit.delivery")

# A batch that fails is tried again in smaller ones at once, so that only the event at fault waits.
BATCH = 500
SMALL_BATCH = 25
# How many positions one look may pass over when few of them interest the subscriber.
WINDOW = 20_000
LONGEST_WAIT_SECONDS = 300

START = "INSERT INTO audit_subscribercursor (name) SELECT unnest(%s::varchar[]) ON CONFLICT (name) DO NOTHING"

# Locked by another relay: it is being served.
CURSOR = "SELECT position, failures, retry_at FROM audit_subscribercursor WHERE name = %s FOR UPDATE SKIP LOCKED"
LAST = "SELECT last_position FROM audit_sequencer"

# One probe per position, in order, until enough are found: the shape that no statistics can turn into reading the whole window.
EVENTS = f"""
SELECT p.position, e.*
  FROM (SELECT position, event_id FROM audit_eventposition
         WHERE position > %s AND position <= %s ORDER BY position) AS p
 CROSS JOIN LATERAL (SELECT {EVENT_FIELDS} FROM audit_eventrecord
                      WHERE id = p.event_id AND name = ANY (%s) OFFSET 0) AS e
 ORDER BY p.position LIMIT %s
"""  # noqa: S608

ADVANCE = """
UPDATE audit_subscribercursor
   SET position = %s, failures = 0, last_error = '', retry_at = NULL, updated_at = clock_timestamp()
 WHERE name = %s
"""

FAILED = """
UPDATE audit_subscribercursor
   SET failures = failures + 1, last_error = %s, updated_at = clock_timestamp(),
       retry_at = %s::timestamptz + least(power(2, least(failures, 20)), %s) * interval '1 second'
 WHERE name = %s
"""


class HandlerFailed(Exception):
    """A handler raised on a batch of `count` events; the cause is what it raised."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@writes
def start_cursors(subscriptions: Sequence[Subscription]) -> None:
    """Give every subscriber its cursor; a new one begins with the first event ever told."""
    run(START, [sorted(subscription.name for subscription in subscriptions)])


def deliver(subscription: Subscription, *, now: datetime) -> int:
    """Hand the next events to one subscriber and return by how many positions its cursor moved.

    A handler that raises keeps its cursor where it is: the batch is tried in smaller parts, and when a single event fails the
    subscriber waits 1, 2, 4 … 300 seconds with the error on its cursor.
    """
    size = BATCH
    while True:
        try:
            return _deliver_batch(subscription, size, now)
        except OperationalError as error:
            if not was_untied(error):
                raise
            log.warning("subscriber %s gave way to others", subscription.name)
            return 0
        except HandlerFailed as failed:
            if failed.count == 1:
                log.exception("subscriber %s failed", subscription.name)
                _note_failure(subscription.name, failed.__cause__, now)
                return 0
            size = SMALL_BATCH if failed.count > SMALL_BATCH else 1


@writes
def _deliver_batch(subscription: Subscription, size: int, now: datetime) -> int:
    found = fetch(CURSOR, [subscription.name])
    if not found:
        return 0
    position, failures, retry_at = found[0]
    if retry_at is not None and retry_at > now:
        return 0
    events, reached = _read(subscription, position, 1 if failures else size)
    if events:
        _hand_over(subscription, events)
    if reached > position:
        run(ADVANCE, [reached, subscription.name])
    return int(reached - position)


def _hand_over(subscription: Subscription, events: list[DeliveredEvent]) -> None:
    try:
        subscription.handle(events)
    except Exception as error:
        if was_untied(error):
            raise  # not its fault: the batch is run again
        # Whatever a handler raises is its own fault, kept on its cursor; the others go on.
        raise HandlerFailed(len(events)) from error


def _read(subscription: Subscription, position: int, size: int) -> tuple[list[DeliveredEvent], int]:
    """Return the next events of interest and the position up to which there are no others."""
    last = fetch(LAST)
    reached = min(position + WINDOW, last[0][0]) if last else position
    if reached <= position:
        return [], position
    rows = fetch(EVENTS, [position, reached, sorted(subscription.events), size])
    events = [delivered(row[0], row[1:]) for row in rows]
    return events, events[-1].position if len(events) == size else reached


@writes
def _note_failure(name: str, error: BaseException | None, now: datetime) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    run(FAILED, [text, now, LONGEST_WAIT_SECONDS, name])
