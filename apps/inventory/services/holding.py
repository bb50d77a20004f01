"""Two-phase reservations: goods are set aside for a while, then claimed by an order (`reserving/claimed.py`), let go, or expired.

A hold is locked before stock. What its reservations hold counts as reserved until it ends; that it is over is compared at the instant,
and the job only frees what is over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext, record_events
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.facts.holds import HoldFacts, HoldWish
from apps.inventory.events import HOLD_EXPIRED, HOLD_MADE, HOLD_RELEASED, hold_event
from apps.inventory.selectors.holds import hold_by_source, holds_by_id
from apps.inventory.services.escrow import fold_orders
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.reserving import take_goods
from apps.inventory.services.sharing import share_out
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins, writes

LONGEST_HOLD: Final = timedelta(days=7)

NEW_HOLD: Final = (
    "INSERT INTO inventory_hold (id, source_ref, caller_id, expires_at, made_at) VALUES (%s, %s, %s, %s, %s)"
)
SET_ASIDE: Final = (
    "UPDATE inventory_reservation SET state = 'held', hold_id = order_id, expires_at = %s WHERE order_id = %s"
)
LOCK_HELD: Final = "SELECT id FROM inventory_hold WHERE id = %s AND state = 'held' FOR UPDATE"
OVER: Final = """
SELECT id FROM inventory_hold
 WHERE id = ANY(ARRAY(SELECT order_id FROM inventory_reservation WHERE state = 'held' AND expires_at <= %s ORDER BY expires_at LIMIT %s))
 ORDER BY id FOR UPDATE SKIP LOCKED
"""
OF_HOLDS: Final = "SELECT stock_id FROM inventory_reservation WHERE order_id = ANY(%s::uuid[]) AND state = 'held'"
LET_GO: Final = """
WITH gone AS (
    DELETE FROM inventory_reservation WHERE order_id = ANY(%s::uuid[]) AND state = 'held' RETURNING stock_id, quantity
)
UPDATE inventory_stock s SET reserved = s.reserved - g.quantity, version = s.version + 1
  FROM (SELECT stock_id, sum(quantity) AS quantity FROM gone GROUP BY stock_id) g WHERE s.id = g.stock_id
"""
END: Final = "UPDATE inventory_hold SET state = %s WHERE id = ANY(%s::uuid[]) AND state = 'held' RETURNING id"


class NotEnough(Conflict):
    """Not everything that was to be set aside is free; nothing was."""

    code, title = "not_enough_free", "There is not enough free stock"


class HoldUnknown(NotFound):
    """There is no such hold, or it has ended."""

    code, title = "hold_unknown", "There is no such hold"


@joins
def hold_goods(
    wishes: Sequence[HoldWish], *, source_ref: str, for_seconds: int, actor: Actor, now: datetime
) -> HoldFacts:
    """Set all of these goods aside until `for_seconds` from now, or none of them; a source_ref that was held before is answered with that.

    Raises NotEnough.
    """
    if before := hold_by_source(source_ref):
        return holds_by_id([before.id])[before.id]
    hold_id, expires_at = new_id(), now + min(timedelta(seconds=for_seconds), LONGEST_HOLD)
    run(NEW_HOLD, [hold_id, source_ref, actor.id, expires_at, now])
    lines = [
        DemandLine(hold_id, new_id(), wish.legal_entity_id, wish.product_id, True, wish.quantity, now)
        for wish in wishes
    ]
    short, takes = take_goods(lines)
    if sum(line.quantity for line in short) != sum(take.quantity for take in takes):
        raise NotEnough("Nothing was set aside. Ask what is available, and hold less.")
    run(SET_ASIDE, [expires_at, hold_id])
    record_events([hold_event(HOLD_MADE, hold_id, now, actor)])
    return holds_by_id([hold_id])[hold_id]


@writes
def release_hold(hold_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let go what is set aside; see `release_hold_in`."""
    release_hold_in(hold_id, actor=actor, now=now)


@joins
def release_hold_in(hold_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let go what is set aside: it is free again, and goes to those who wait for it. Raises HoldUnknown for one that ended."""
    if not fetch(LOCK_HELD, [hold_id]):
        raise HoldUnknown("It was claimed, released or has expired.")
    _end([hold_id], "released", now)
    record_events([hold_event(HOLD_RELEASED, hold_id, now, actor)])


@writes
def expire_holds(*, now: datetime, limit: int) -> int:
    """Free what is held and over, at most `limit` reservations and those of their holds; returns how many holds were looked at."""
    found = [row[0] for row in fetch(OVER, [now, limit])]
    if found:
        ended = _end(found, "expired", now)
        record_events([hold_event(HOLD_EXPIRED, hold_id, now, SYSTEM) for hold_id in ended])
    return len(found)


def _end(hold_ids: Sequence[UUID], state: str, now: datetime) -> list[UUID]:
    """End these holds, which are locked, and free what they hold; of a claimed one only what was left over. Returns those that ended."""
    stock = lock_stock(OF_HOLDS, [list(hold_ids)])
    if dealt := [row.id for row in stock.values() if row.escrowed]:
        fold_orders(hold_ids, dealt)
    run(LET_GO, [list(hold_ids)])
    ended = [row[0] for row in fetch(END, [state, list(hold_ids)])]
    share_out(stock, now=now)
    return ended


def free_expired(context: JobContext) -> Mapping[str, int]:
    """Job: free goods whose hold is over."""
    return {"holds": expire_holds(now=context.now, limit=2_000)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.expire_holds": (free_expired, 10, "Free goods whose hold is over")}
