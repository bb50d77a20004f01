"""Dates for those who wait."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.pegging import repeg
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

DAYS = (
    "SELECT line_id, promised_on FROM inventory_backorder WHERE line_id = ANY(%s::uuid[]) AND promised_on IS NOT NULL"
)


@joins
def promise_waiting(lines: Sequence[DemandLine], *, now: datetime) -> dict[UUID, date]:
    """Return the day that is promised to each line that just began to wait, by line id; called by whoever let it wait.

    Lines that wait longer for the same goods are promised first. A line for which nothing is to come has no entry. Nobody is promised
    a day while no rulebook of availability is in force: nothing is asked then.
    """
    asked = [line for line in lines if rules_in_force(AVAILABILITY, at=now, legal_entity_id=line.legal_entity_id)]
    if not asked:
        return {}
    repeg({(line.legal_entity_id, line.product_id) for line in asked}, now=now)
    return dict(fetch(DAYS, [sorted(line.line_id for line in asked)]))  # type: ignore[arg-type]
