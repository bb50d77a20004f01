"""Noting what other systems say of their stock: how old it is, and how fast others sell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.inventory.decisions.facts import FeedTold, Latency
from apps.inventory.services.fresh_rules import RULES_OF_NEW, set_rules
from apps.inventory.services.locking import THESE, lock_stock
from apps.inventory.services.sharing import share_out
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

# A word that is older than the last one counted says nothing.
CLOCK: Final = """
INSERT INTO inventory_syncclock AS c (stock_id, feed_seq, source_at, received_at, applied_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (stock_id) DO UPDATE SET feed_seq = excluded.feed_seq, source_at = excluded.source_at, received_at = excluded.received_at,
                                     applied_at = excluded.applied_at, stopped_since = NULL
 WHERE excluded.feed_seq > c.feed_seq
RETURNING rules_sha256
"""
SYNCED: Final = "UPDATE inventory_stock SET synced_at = greatest(synced_at, %s) WHERE id = ANY(%s::uuid[])"
FEED: Final = """
INSERT INTO inventory_syncfeed AS f (warehouse_id, said_at, received_at) VALUES (%s, %s, %s)
ON CONFLICT (warehouse_id) DO UPDATE
   SET said_at = CASE WHEN f.has_spoken THEN greatest(f.said_at, excluded.said_at) ELSE excluded.said_at END,
       received_at = CASE WHEN f.has_spoken THEN greatest(f.received_at, excluded.received_at) ELSE excluded.received_at END,
       has_spoken = true
"""
FEED_OF: Final = "SELECT warehouse_id FROM inventory_stock WHERE id = %s"

# What others sold, by the instants when it was told: the mean of the last hour or the busiest five minutes of it, whichever is more.
SOLD_ELSEWHERE: Final = """
UPDATE inventory_stock s SET sale_rate = round(greatest(r.hour / 3600, r.busiest / 300), 6)
  FROM (SELECT coalesce(sum(quantity), 0) AS hour, coalesce(max(quantity), 0) AS busiest
          FROM (SELECT sum(-m.quantity) AS quantity FROM inventory_stockmovement m
                 WHERE m.stock_id = %s AND m.quantity < 0 AND m.kind IN ('adjustment', 'issue') AND starts_with(m.source_ref, 'wms:')
                   AND m.occurred_at > %s AND m.occurred_at <= %s
                 GROUP BY floor(extract(epoch FROM m.occurred_at) / 300)) five) r
 WHERE s.id = %s
"""
SHARED: Final = """
SELECT s.id FROM inventory_syncclock c JOIN inventory_stock s ON s.id = c.stock_id WHERE s.warehouse_id = %s AND s.synced_at < %s
"""
SAMPLES: Final = """
INSERT INTO inventory_syncsample (id, warehouse_id, minute, messages, p50_ms, p99_ms, worst_ms)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[])
ON CONFLICT (warehouse_id, minute) DO UPDATE SET messages = excluded.messages, p50_ms = excluded.p50_ms, p99_ms = excluded.p99_ms,
                                                 worst_ms = excluded.worst_ms
"""
AN_HOUR: Final = timedelta(hours=1)


@joins
def note_feed(told: FeedTold, *, now: datetime) -> bool:
    """Note what another system said of a stock row; False for a word that is older than the last one. Locks the row."""
    lock_stock(THESE, [[told.stock_id]], gathered=False)
    clock = fetch(CLOCK, [told.stock_id, told.seq, told.said_at, told.received_at, now])
    if not clock:
        return False
    if told.is_shared:
        run(SYNCED, [told.said_at, [told.stock_id]])
    if clock[0][0] == "":
        set_rules(RULES_OF_NEW, [[told.stock_id]], now=now)
    run(FEED, [fetch(FEED_OF, [told.stock_id])[0][0], told.said_at, told.received_at])
    return True


@joins
def note_sales(stock_id: UUID, *, at: datetime) -> None:
    """Work out anew how fast others sell from a shelf whose row is locked, from what was booked of it in the hour before `at`."""
    run(SOLD_ELSEWHERE, [stock_id, at - AN_HOUR, at, stock_id])


@joins
def note_heartbeat(warehouse_id: UUID, *, said_at: datetime, received_at: datetime) -> None:
    """Note that a system has told everything up to an instant: the stock that others share is as fresh as that, and is sold again."""
    rows = [row[0] for row in fetch(SHARED, [warehouse_id, said_at])]
    if rows:
        run(SYNCED, [said_at, list(lock_stock(THESE, [rows], gathered=False))])
    run(FEED, [warehouse_id, said_at, received_at])
    share_out(rows, now=said_at)


@joins
def share_fresh(stock_id: UUID, *, now: datetime) -> None:
    """Give what may be sold again, now that its shelf was heard of and what others sold is booked, to those who wait for it."""
    share_out([stock_id], now=now)


@joins
def keep_latencies(samples: Sequence[Latency]) -> None:
    """Keep measured minutes; measuring a minute again replaces it."""
    rows = [
        (new_id(), each.warehouse_id, each.minute, each.messages, each.p50_ms, each.p99_ms, each.worst_ms)
        for each in samples
    ]
    if rows:
        run(SAMPLES, columns_of(rows, 7))
