"""Dates for those who wait."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine
from ordercash.kernel.transactions import joins


@joins
def promise_waiting(lines: Sequence[DemandLine], *, now: datetime) -> dict[UUID, date]:
    """Return the day that is promised to each line that just began to wait, by line id; called by whoever let it wait.

    Nobody is promised a day while no rulebook of availability is in force: the answer has no entry then, and nothing is asked.
    """
    return {}
