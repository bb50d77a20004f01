"""Monthly partitions of the append-only logs, made ahead of time. A row without one waits in the DEFAULT partition."""

from datetime import datetime

from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

MONTHS_AHEAD = 4

# Every table that audit_partition_by_month() has made: partitioned, with a DEFAULT partition.
LOGS = """
SELECT t.oid::regclass::text FROM pg_partitioned_table AS p JOIN pg_class AS t ON t.oid = p.partrelid
 WHERE p.partdefid <> 0 AND t.relnamespace = current_schema()::regnamespace ORDER BY 1
"""


@writes
def make_partitions(*, now: datetime, months: int = MONTHS_AHEAD) -> list[str]:
    """Make the missing partitions of every log, from this month on; returns the names of the new ones.

    Gives up after five seconds of waiting for a busy table; the next run tries again.
    """
    fetch("SELECT set_config('lock_timeout', '5s', true)")
    made: list[str] = []
    for (table,) in fetch(LOGS):
        made += [name for (name,) in fetch("SELECT audit_make_partitions(%s::regclass, %s, %s)", [table, now, months])]
    return made
