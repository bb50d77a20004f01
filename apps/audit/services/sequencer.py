"""The sequencer: gives committed events their gapless positions, and never passes a late committer by.

Ids and transaction numbers are handed out before the commit, so a reader that remembers the highest it saw loses what commits
later. `pg_snapshot_xmin` is the number below which every transaction is finished: events of transactions from the last such
bound up to the new one are complete, and are stamped in the order in which they were written. A transaction that stays open
anywhere on the server holds the bound back; nothing is lost meanwhile, only later.
"""

from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

# The name of the lock that makes a second relay step aside ("seq" in ASCII).
SEQUENCER_LOCK = 0x736571

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
FIRST_ROW = "INSERT INTO audit_sequencer (id, stamped_below, last_position) VALUES (1, '0', 0) ON CONFLICT DO NOTHING"

# A bound above every transaction of this server comes from another one (a restored dump): start again from the beginning.
BOUNDS = """
SELECT CASE WHEN stamped_below > pg_snapshot_xmax(pg_current_snapshot()) THEN '0'::xid8 ELSE stamped_below END::text,
       pg_snapshot_xmin(pg_current_snapshot())::text, last_position
  FROM audit_sequencer
"""

# An event that has a position keeps it, also when a restored dump brings its number round again.
STAMP = """
WITH fresh AS (
    SELECT e.id, row_number() OVER (ORDER BY e.seq) AS place
      FROM audit_eventrecord AS e
     WHERE e.txid >= %s::xid8 AND e.txid < %s::xid8
       AND NOT EXISTS (SELECT 1 FROM audit_eventposition AS p WHERE p.event_id = e.id)
)
INSERT INTO audit_eventposition (position, event_id) SELECT %s + place, id FROM fresh
"""

MOVE = "UPDATE audit_sequencer SET stamped_below = %s::xid8, last_position = %s"


@writes
def stamp_positions() -> int:
    """Stamp every event whose turn has come and return how many; 0 also when another relay is at it."""
    if not fetch(TRY_LOCK, [SEQUENCER_LOCK])[0][0]:
        return 0
    bounds = fetch(BOUNDS)
    if not bounds:
        run(FIRST_ROW)
        bounds = fetch(BOUNDS)
    below, until, last_position = bounds[0]
    stamped = run(STAMP, [below, until, last_position])
    if stamped:
        run(MOVE, [until, last_position + stamped])
    return stamped
