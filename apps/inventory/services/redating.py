"""New days for lines that wait, told as changes of their promises."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.events import PROMISE_MOVED
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event
from ordercash.kernel.sql import columns_of, fetch

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
RETURNING line_id, order_id, promise_no, was_on, promised_on, quantity
"""

ANEW = """
SELECT DISTINCT ON (line_id) line_id, promised_on FROM inventory_promisechange
 WHERE line_id = ANY(%s::uuid[]) AND occurred_at BETWEEN %s AND %s AND run_id IS DISTINCT FROM %s::uuid ORDER BY line_id, promise_no DESC
"""


class Redated(NamedTuple):
    """A line that has another day."""

    line_id: UUID
    order_id: UUID
    promise_no: int
    was_on: date | None
    promised_on: date
    quantity: Decimal


def redate_lines(
    days: Mapping[UUID, date], *, why: str, run_id: UUID | None, now: datetime, actor: Actor
) -> list[Redated]:
    """Promise other days to waiting lines that are locked; returns those that changed. One statement, none for nothing."""
    if not days:
        return []
    found = fetch(REDATE, [*columns_of(list(days.items()), 2), why, run_id, now, actor.id])
    return [Redated(*row) for row in found]


def promised_anew(
    line_ids: Collection[UUID], *, since: datetime, until: datetime, but_run: UUID
) -> dict[UUID, date | None]:
    """Return the days that lines were promised last between two instants, by anything but a run. One statement."""
    return dict(fetch(ANEW, [sorted(line_ids), since, until, but_run]))  # type: ignore[arg-type]


def moved_events(moved: Sequence[Redated], legal_entity_id: UUID, now: datetime, actor: Actor) -> list[Event]:
    """Return what is told to each order of lines that have another day."""
    by_order: dict[UUID, dict[str, object]] = {}
    for each in moved:
        by_order.setdefault(each.order_id, {})[str(each.line_id)] = {
            "promise_no": each.promise_no,
            "was_on": each.was_on.isoformat() if each.was_on else None,
            "promised_on": each.promised_on.isoformat(),
            "quantity": f"{each.quantity.normalize():f}",
        }
    return [
        Event(
            name=PROMISE_MOVED, version=1, aggregate="backorder", aggregate_id=order_id, payload={"lines": lines}, occurred_at=now,
            actor_id=actor.id, legal_entity_id=legal_entity_id, related={"order": order_id},
        )
        for order_id, lines in by_order.items()
    ]  # fmt: skip
