"""Goods that were set aside become the order's that claims them: only reservations change hands, no stock row is touched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.holds import Claim, HeldPart, share_held
from apps.inventory.services.reserving.taking import StockMoved, group_of
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

# Holds are locked before stock, in the order of their ids. What expired is refused also when nobody has freed it yet.
CLAIM = """
WITH wanted AS (
    SELECT h.id, c.order_id FROM unnest(%s::uuid[], %s::uuid[]) AS c (order_id, hold_id) JOIN inventory_hold h ON h.id = c.hold_id
     WHERE h.state = 'held' AND h.expires_at > %s ORDER BY h.id FOR UPDATE OF h
)
UPDATE inventory_hold h SET state = 'claimed', order_id = w.order_id FROM wanted w WHERE h.id = w.id AND h.state = 'held'
RETURNING h.order_id
"""

HELD = """
SELECT r.id, h.order_id, w.legal_entity_id, r.product_id, r.quantity
  FROM inventory_hold h JOIN inventory_reservation r ON r.order_id = h.id AND r.state = 'held'
  JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE h.id = ANY(%s::uuid[]) AND h.state = 'claimed' ORDER BY w.priority, w.code, r.id
"""

# A line has one reservation in a place, also of several wishes of a hold and of what it took there besides.
# What is left of the hold is past its time at once.
TAKE_OVER = """
WITH claim AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::timestamptz[])
           AS c (reservation_id, order_id, line_id, quantity, occurred_at)
), used AS (
    SELECT reservation_id, sum(quantity) AS quantity FROM claim GROUP BY reservation_id
), gone AS (
    DELETE FROM inventory_reservation r USING used u WHERE r.id = u.reservation_id AND r.quantity = u.quantity RETURNING r.*
), lowered AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - u.quantity
      FROM used u WHERE r.id = u.reservation_id AND r.quantity > u.quantity
    RETURNING r.*
), moved AS (
    SELECT c.order_id, c.line_id, t.product_id, t.warehouse_id, t.stock_id, c.occurred_at, t.hold_id, t.slot_no, t.lot_id,
           sum(c.quantity) AS quantity, count(*) AS claims
      FROM (SELECT * FROM gone UNION ALL SELECT * FROM lowered) t JOIN claim c ON c.reservation_id = t.id
     GROUP BY c.order_id, c.line_id, t.product_id, t.warehouse_id, t.stock_id, c.occurred_at, t.hold_id, t.slot_no, t.lot_id
), plain AS (
    INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, hold_id)
    SELECT new_id(), order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, hold_id
      FROM moved WHERE slot_no IS NULL AND lot_id IS NULL
    ON CONFLICT (line_id, warehouse_id, product_id) WHERE lot_id IS NULL AND slot_no IS NULL AND quota_id IS NULL
       DO UPDATE SET quantity = r.quantity + excluded.quantity
), slotted AS (
    INSERT INTO inventory_reservation AS r
           (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, hold_id, slot_no, lot_id)
    SELECT new_id(), order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, hold_id, slot_no, lot_id
      FROM moved WHERE slot_no IS NOT NULL OR lot_id IS NOT NULL
    ON CONFLICT (line_id, warehouse_id, product_id, lot_id, slot_no) WHERE quota_id IS NULL AND (lot_id IS NOT NULL OR slot_no IS NOT NULL)
       DO UPDATE SET quantity = r.quantity + excluded.quantity
)
SELECT coalesce(sum(claims), 0) FROM moved
"""

LEFT_OVER = """
UPDATE inventory_reservation r SET expires_at = h.made_at FROM inventory_hold h
 WHERE h.id = ANY(%s::uuid[]) AND h.state = 'claimed' AND r.order_id = h.id AND r.state = 'held'
"""


@joins
def claim_holds(wanted: Mapping[UUID, UUID], *, now: datetime) -> set[UUID]:
    """Let orders claim holds, given as order -> hold, before their lines are reserved; returns the orders that did.

    Refused, and so not among them: a hold that ended, or whose time is over at `now`. One statement, none for nothing.
    """
    if not wanted:
        return set()
    return {row[0] for row in fetch(CLAIM, [*columns_of(list(wanted.items()), 2), now])}


def held_for(lines: Sequence[DemandLine]) -> list[Claim]:
    """Return what of the holds that the orders of these lines claimed goes to which line."""
    hold_ids = {line.hold_id for line in lines if line.hold_id is not None}
    if not hold_ids:
        return []
    parts = [
        HeldPart(reservation_id, order_id, (entity, product), quantity)
        for reservation_id, order_id, entity, product, quantity in fetch(HELD, [list(hold_ids)])
    ]
    return share_held(
        ((line.order_id, line.line_id, group_of(line), line.quantity) for line in lines if line.is_stocked), parts
    )


def take_over(claims: Sequence[Claim], lines: Sequence[DemandLine]) -> None:
    """Write what the lines claim; the rest of their holds is freed by the next look at what expired."""
    hold_ids = [line.hold_id for line in lines if line.hold_id is not None]
    if not hold_ids:
        return
    by_id = {line.line_id: line for line in lines}
    rows = [
        (claim.reservation_id, line.order_id, line.line_id, claim.quantity, line.occurred_at)
        for claim in claims
        for line in (by_id[claim.line_id],)
    ]
    if rows and fetch(TAKE_OVER, columns_of(rows, 5))[0][0] != len(rows):
        raise StockMoved()
    run(LEFT_OVER, [hold_ids])
