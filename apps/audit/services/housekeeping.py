"""Audit's own job: partitions ahead of time, and the rows of old scheduled runs taken away."""

from datetime import datetime, timedelta
from typing import Any

from apps.audit.ports import JobContext, register_job
from apps.audit.services.partitions import make_partitions
from ordercash.kernel.sql import run
from ordercash.kernel.transactions import writes

KEEP_RUNS = timedelta(days=30)
DAY_SECONDS = 24 * 3600

HOUSEKEEPING = "audit.housekeeping"


@writes
def drop_old_runs(*, now: datetime) -> int:
    """Take away scheduled runs that were done 30 days ago; failed ones and what people asked for stay."""
    return run(
        "DELETE FROM audit_job WHERE state = 'done' AND requested_by IS NULL AND finished_at < %s", [now - KEEP_RUNS]
    )


def keep_house(context: JobContext) -> dict[str, Any]:
    """Make partitions and drop old runs."""
    return {"partitions": make_partitions(now=context.now), "runs_dropped": drop_old_runs(now=context.now)}


def register() -> None:
    """Name the job; called when audit is loaded."""
    register_job(HOUSEKEEPING, keep_house, every_seconds=DAY_SECONDS, title="Keep the logs tidy")
