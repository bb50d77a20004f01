"""New days for lines that wait, told as changes of their promises."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import columns_of, run

# Never before the day that was wanted; a day that stays as it is, is not told.
REDATE = """
WITH new AS (
    SELECT n.line_id, greatest(n.day, b.wanted_on) AS day, b.promised_on AS was_on
      FROM unnest(%s::uuid[], %s::date[]) AS n (line_id, day) JOIN inventory_backorder b ON b.line_id = n.line_id
), changed AS (
    UPDATE inventory_backorder b
       SET promised_on = n.day, first_promised_on = coalesce(b.first_promised_on, n.day), promise_no = b.promise_no + 1
      FROM new n WHERE b.line_id = n.line_id AND b.promised_on IS DISTINCT FROM n.day
    RETURNING b.line_id, b.order_id, b.promise_no, n.was_on, b.promised_on, b.quantity
)
INSERT INTO inventory_promisechange (id, line_id, order_id, promise_no, was_on, promised_on, quantity, why, run_id, occurred_at, actor_id)
SELECT new_id(), line_id, order_id, promise_no, was_on, promised_on, quantity, %s, %s::uuid, %s::timestamptz, %s::uuid FROM changed
"""


def redate_lines(days: Mapping[UUID, date], *, why: str, run_id: UUID | None, now: datetime, actor: Actor) -> int:
    """Promise other days to waiting lines that are locked; returns how many changed. One statement, none for nothing."""
    if not days:
        return 0
    return run(REDATE, [*columns_of(list(days.items()), 2), why, run_id, now, actor.id])
