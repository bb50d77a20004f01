"""Beat without a schedule of its own: it only says "look at the due jobs".

Which job is due, and when, are rows of `audit.Job`; losing or doubling a tick changes nothing.
"""

from typing import Any

from celery.beat import Scheduler
from celery.schedules import schedule

TICK_SECONDS = 5.0


class Ticker(Scheduler):
    """An in-memory scheduler with the one entry that wakes the workers."""

    def setup_schedule(self) -> None:
        entry: Any = {"task": "audit.run_due_jobs", "schedule": schedule(TICK_SECONDS)}
        self.merge_inplace({"tick": entry})
