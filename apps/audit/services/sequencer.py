"""The sequencer: gives committed events their gapless positions, and never passes a late committer by.

Ids and transaction numbers are handed out before the commit, so a reader that remembers the highest it saw loses what commits
later. `pg_snapshot_xmin` is the number below which every transaction is finished: events of transactions from the last such
bound up to the new one are complete, and are stamped in the order in which they were written. A transaction that stays open
anywhere on the server holds the bound back; nothing is lost meanwhile, only later.
"""

from apps.audit.selectors import stamp_bounds
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

# The name of the lock that makes a second relay step aside ("seq" in ASCII).
SEQUENCER_LOCK = 0x736571

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"

# An event that has a position keeps it, also when a restored dump brings its number round again. An event of the dump may
# carry a number that this server has not reached: it is finished too, and this is the only round that looks for it.
STAMP = """
WITH fresh AS (
    SELECT e.id, row_number() OVER (ORDER BY e.seq) AS place
      FROM audit_eventrecord AS e
     WHERE (e.txid >= %s::xid8 AND e.txid < %s::xid8 OR %s AND e.txid >= %s::xid8)
       AND NOT EXISTS (SELECT 1 FROM audit_eventposition AS p WHERE p.event_id = e.id)
)
INSERT INTO audit_eventposition (position, event_id) SELECT %s + place, id FROM fresh
"""

MOVE = """
INSERT INTO audit_sequencer (id, stamped_below, last_position) VALUES (1, %s::xid8, %s)
    ON CONFLICT (id) DO UPDATE SET stamped_below = EXCLUDED.stamped_below, last_position = EXCLUDED.last_position
"""


@writes
def stamp_positions() -> int:
    """Stamp every event whose turn has come and return how many; 0 also when another relay is at it."""
    if not fetch(TRY_LOCK, [SEQUENCER_LOCK])[0][0]:
        return 0
    bounds = stamp_bounds()
    stamped = run(
        STAMP, [bounds.stamped_below, bounds.finished, bounds.restored, bounds.unreached, bounds.last_position]
    )
    if stamped or bounds.restored:
        run(MOVE, [bounds.finished, bounds.last_position + stamped])
    return stamped
