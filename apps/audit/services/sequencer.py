"""The sequencer: gives committed events their gapless positions, and never passes a late committer by.

Ids and transaction numbers are handed out before the commit, so a reader that remembers the highest it saw loses what commits
later. `pg_snapshot_xmin` is the number below which every transaction is finished: events of transactions from the last such
bound up to the new one are complete, and are stamped in the order in which they were written, with what was written to their
aggregates before them. A transaction that stays open anywhere on the server holds the bound back; nothing is lost meanwhile,
only later.
"""

from apps.audit.selectors import stamp_bounds
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

# The name of the lock that makes a second relay step aside ("seq" in ASCII).
SEQUENCER_LOCK = 0x736571

TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"

# An event that has a position keeps it, also when a restored dump brings its number round again. An event of the dump may
# carry a number that this server has not reached: it is finished too, and this is the only round that looks for it.
# The transaction with the higher number may have written to an aggregate first. Its event comes along early, because the due
# one must not be read before it: writers of one aggregate exclude each other, so it is committed and seen here.
STAMP = """
WITH due AS MATERIALIZED (
    SELECT e.id, e.seq, e.aggregate_id
      FROM audit_eventrecord AS e
     WHERE (e.txid >= %s::xid8 AND e.txid < %s::xid8 OR %s AND e.txid >= %s::xid8)
       AND NOT EXISTS (SELECT 1 FROM audit_eventposition AS p WHERE p.event_id = e.id)
), early AS (
    SELECT e.id, e.seq
      FROM audit_eventrecord AS e
     WHERE EXISTS (SELECT 1 FROM due) AND e.txid >= %s::xid8
       AND EXISTS (SELECT 1 FROM due WHERE due.aggregate_id = e.aggregate_id AND due.seq > e.seq)
       AND NOT EXISTS (SELECT 1 FROM audit_eventposition AS p WHERE p.event_id = e.id)
), fresh AS (
    SELECT id, row_number() OVER (ORDER BY seq) AS place
      FROM (SELECT id, seq FROM due UNION SELECT id, seq FROM early) AS found
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
    due = [bounds.stamped_below, bounds.finished, bounds.restored, bounds.unreached]
    stamped = run(STAMP, [*due, bounds.finished, bounds.last_position])
    if stamped or bounds.restored:
        run(MOVE, [bounds.finished, bounds.last_position + stamped])
    return stamped
