"""What people may do with jobs: run one now, repeat a failed one, change a schedule."""

from datetime import datetime
from uuid import UUID

from apps.audit.ports import jobs
from apps.audit.services.enqueue import enqueue_job
from apps.audit.states import JOB
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, NotFound
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

SHORTEST_PERIOD_SECONDS = 5


class PeriodTooShort(DomainError):
    """Beat ticks every five seconds; nothing can run more often."""

    code, title, status = "period_too_short", f"A job can run every {SHORTEST_PERIOD_SECONDS} seconds at most", 422


@writes
def run_job_now(*, job: str, actor: Actor, now: datetime) -> UUID:
    """Make a job due at once, beside its schedule; raises NotFound for a name that nobody registered."""
    if job not in jobs:
        raise NotFound(f"There is no job named {job}.")
    return enqueue_job(job, due_at=now, requested_by=actor.id)


@writes
def retry_job(*, job_id: UUID, now: datetime) -> None:
    """Make a failed job due again; raises NotFound, or Conflict when it has not failed."""
    found = fetch("SELECT state FROM audit_job WHERE id = %s FOR UPDATE", [job_id])
    if not found:
        raise NotFound("There is no such job.")
    state = JOB.after(found[0][0], "retry")
    run("UPDATE audit_job SET state = %s, attempts = 0, error = '', finished_at = NULL WHERE id = %s", [state, job_id])


@writes
def change_schedule(*, job: str, every_seconds: int, enabled: bool, now: datetime) -> None:
    """Set how often a job comes due and whether it does; the next time is one period from now at the latest."""
    if every_seconds < SHORTEST_PERIOD_SECONDS:
        raise PeriodTooShort()
    changed = run(
        """
        UPDATE audit_jobschedule
           SET every_seconds = %s, enabled = %s, next_due_at = least(next_due_at, %s::timestamptz + make_interval(secs => %s))
         WHERE job = %s
        """,
        [every_seconds, enabled, now, every_seconds, job],
    )
    if not changed:
        raise NotFound(f"There is no schedule of a job named {job}.")
