"""The waiting lines as rows: added when goods are short, lowered when they are served or wanted no more."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine
from apps.inventory.models import WaitReason
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run

SHORT: Final = WaitReason.SHORT.value
KEPT_BACK: Final = WaitReason.RULES.value
LATER: Final = WaitReason.LATER.value

COLUMNS = {
    "line_id": "uuid",
    "order_id": "uuid",
    "legal_entity_id": "uuid",
    "product_id": "uuid",
    "quantity": "numeric",
    "occurred_at": "timestamptz",
    "customer_id": "uuid",
    "customer_group": "varchar",
    "channel": "varchar",
    "country": "varchar",
    "currency": "varchar",
    "net_minor": "bigint",
    "line_quantity": "numeric",
    "wanted_on": "date",
    "kit_no": "int",
    "per_kit": "numeric",
    "reason": "varchar",
    "stand_in_id": "uuid",
}

LESS_WAITING = """
WITH less AS (SELECT * FROM unnest(%s::uuid[], %s::numeric[]) AS l (line_id, quantity)),
gone AS (DELETE FROM inventory_backorder b USING less l WHERE b.line_id = l.line_id AND b.quantity = l.quantity)
UPDATE inventory_backorder b SET quantity = b.quantity - l.quantity FROM less l WHERE b.line_id = l.line_id AND b.quantity > l.quantity
"""


def add_waiting(
    waiting: Sequence[tuple[DemandLine, Decimal]],
    reasons: Mapping[UUID, str] | None = None,
    substitutes: Mapping[UUID, UUID] | None = None,
) -> None:
    """Let these quantities of lines wait, because goods are short or for the reason given by line id; one statement, none for nothing.

    `substitutes` names by line the product that may be delivered instead.
    """
    why, instead = reasons or {}, substitutes or {}
    rows = [
        waiting_row(line, quantity, why.get(line.line_id, SHORT), instead.get(line.line_id))
        for line, quantity in waiting
    ]
    insert_rows("inventory_backorder", COLUMNS, rows)


MORE_WAITING = """
UPDATE inventory_backorder b SET quantity = b.quantity + m.quantity FROM unnest(%s::uuid[], %s::numeric[]) AS m (line_id, quantity)
 WHERE b.line_id = m.line_id RETURNING b.line_id
"""
# A line that waits again goes on counting its promises where it stopped.
COUNTED_BEFORE = """
UPDATE inventory_backorder b SET promise_no = c.promise_no, first_promised_on = c.first_on
  FROM (SELECT line_id, max(promise_no) AS promise_no, (array_agg(promised_on ORDER BY promise_no))[1] AS first_on
          FROM inventory_promisechange WHERE line_id = ANY(%s::uuid[]) GROUP BY line_id) c
 WHERE b.line_id = c.line_id
"""


def wait_again(waiting: Sequence[tuple[DemandLine, Decimal]], *, reason: str = SHORT) -> None:
    """Let these quantities wait of lines that may wait already, which are locked; three statements, none for nothing."""
    if not waiting:
        return
    more = [(line.line_id, quantity) for line, quantity in waiting]
    known = {row[0] for row in fetch(MORE_WAITING, columns_of(more, 2))}
    new = [(line, quantity) for line, quantity in waiting if line.line_id not in known]
    add_waiting(new, {line.line_id: reason for line, _ in new})
    if new:
        run(COUNTED_BEFORE, [[line.line_id for line, _ in new]])


WHY_IT_WAITS = """
UPDATE inventory_backorder SET reason = CASE WHEN line_id = ANY(%s::uuid[]) THEN %s ELSE %s END
 WHERE line_id = ANY(%s::uuid[]) AND (reason = %s) <> (line_id = ANY(%s::uuid[]))
"""


def note_kept_back(line_ids: Collection[UUID], among: Collection[UUID]) -> None:
    """Note of these waiting lines, which are locked, which of them rules keep back from goods that are there; one statement."""
    kept = list(line_ids)
    run(WHY_IT_WAITS, [kept, KEPT_BACK, SHORT, list(among), KEPT_BACK, kept])


def lower_waiting(parts: Sequence[tuple[UUID, Decimal]]) -> None:
    """Take quantities off waiting lines that are locked; one statement, none for nothing."""
    if parts:
        run(LESS_WAITING, columns_of(parts, 2))


def waiting_row(
    line: DemandLine, quantity: Decimal, reason: str = SHORT, stand_in_id: UUID | None = None
) -> tuple[Any, ...]:
    """Return the row of a waiting quantity, in the order of COLUMNS."""
    about = line.about
    return (
        line.line_id,
        line.order_id,
        line.legal_entity_id,
        line.product_id,
        quantity,
        line.occurred_at,
        about.customer_id,
        about.group,
        about.channel,
        about.country,
        about.currency,
        line.net_minor,
        line.quantity,
        line.wanted_on,
        line.kit_no,
        line.per_kit,
        reason,
        stand_in_id,
    )
