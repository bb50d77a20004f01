"""What warehouses can pick in a day: counted when goods are reserved, given back when the reservation is taken back.

A reservation says on which day it was counted (`planned_on`), so each is counted once and given back once, and what has left stays
counted. The count of a day is the last thing that a transaction waits for.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ordercash.kernel.sql import columns_of, run

# Who finds the day full that had room when he chose begins anew, and sees it full (sql/capacity.sql).
PLAN_PICKS = "SELECT inventory_plan_picks(%s, %s, %s, %s, %s)"

GIVE_BACK = """
WITH back AS (
    SELECT warehouse_id, day, count(*) AS picks FROM unnest(%s::uuid[], %s::date[]) AS b (warehouse_id, day) GROUP BY warehouse_id, day
), locked AS MATERIALIZED (
    SELECT c.id, b.picks FROM inventory_capacityday c JOIN back b ON b.warehouse_id = c.warehouse_id AND b.day = c.day
     ORDER BY c.warehouse_id, c.day FOR UPDATE OF c
)
UPDATE inventory_capacityday c SET planned = c.planned - l.picks FROM locked l WHERE c.id = l.id
"""


class Pick(NamedTuple):
    """A line that a warehouse has to pick on a day on which it can pick at most so many (None: as many as come)."""

    line_id: UUID
    product_id: UUID
    warehouse_id: UUID
    day: date
    most: int | None


Planned = tuple[UUID, date]  # warehouse, day


def plan_picks(picks: Sequence[Pick]) -> None:
    """Count picks of lines that are reserved now; one statement, none for nothing.

    The transaction is begun anew where a day would have more than it can hold.
    """
    if picks:
        lines, products, places, days, most = columns_of(list(picks), 5)
        run(PLAN_PICKS, [lines, products, places, days, most])


def give_back_picks(gone: Sequence[Planned]) -> None:
    """Take the picks of reservations that are no more off their days; one statement, none for nothing."""
    if gone:
        run(GIVE_BACK, columns_of(list(gone), 2))
