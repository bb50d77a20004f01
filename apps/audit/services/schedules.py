"""Schedules: rows that say how often a job comes due. Making the due rows may be repeated and doubled without harm."""

from datetime import datetime

from apps.audit.ports import jobs
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes

# The first instant is a whole multiple of the period, so that every scheduler names the same one.
NEW = """
INSERT INTO audit_jobschedule (id, job, every_seconds, next_due_at)
SELECT new_id(), name, every, to_timestamp(floor(extract(epoch FROM %s::timestamptz) / every) * every)
  FROM unnest(%s::varchar[], %s::int[]) AS registered (name, every)
ON CONFLICT (job) DO NOTHING
"""

# Periods that were missed are passed over, and a run that is still waiting or going on is not doubled.
DUE = """
WITH due AS (
    SELECT id, job, next_due_at FROM audit_jobschedule
     WHERE enabled AND next_due_at <= %s AND job = ANY (%s) ORDER BY job FOR UPDATE SKIP LOCKED
), made AS (
    INSERT INTO audit_job (id, job, due_at, arguments)
    SELECT new_id(), job, next_due_at, '{}' FROM due
     WHERE NOT EXISTS (SELECT 1 FROM audit_job AS j
                        WHERE j.job = due.job AND j.state IN ('due', 'running') AND j.requested_by IS NULL)
    ON CONFLICT (job, due_at) DO NOTHING
)
UPDATE audit_jobschedule AS s
   SET next_due_at = s.next_due_at + make_interval(secs => s.every_seconds
                     * (floor(extract(epoch FROM %s - s.next_due_at) / s.every_seconds) + 1))
  FROM due WHERE due.id = s.id
"""


@writes
def make_due_jobs(*, now: datetime) -> int:
    """Make the rows of scheduled jobs whose time has come; returns how many schedules moved on."""
    scheduled = [kind for kind in jobs.values() if kind.every_seconds]
    if scheduled:
        run(NEW, [now, [kind.name for kind in scheduled], [kind.every_seconds for kind in scheduled]])
    return run(DUE, [now, sorted(jobs), now])
