"""Booking what a count found."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts import AdjustmentDraft
from apps.inventory.services.locking import THESE, lock_stock
from apps.inventory.services.receiving import adjust_counted
from apps.inventory.services.sharing import share_out
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins

# What is held because somebody did not find it, less what counts gave free again since.
# Of goods in lots: lot by lot.
HELD_OF_LOTS = """
SELECT l.id, least(l.blocked - l.damaged, sum(m.held_change))
  FROM inventory_lot l JOIN inventory_stockmovement m ON m.lot_id = l.id AND m.stock_id = l.stock_id
 WHERE l.stock_id = %s AND m.kind = 'bin' AND l.blocked > l.damaged
   AND (m.source_ref LIKE 'wms:%%:pick:%%' OR m.source_ref LIKE 'counted:%%')
 GROUP BY l.id HAVING sum(m.held_change) > 0 ORDER BY l.id
"""
HELD = """
SELECT s.on_hold, s.warehouse_id, s.product_id, s.on_hand - s.reserved - s.damaged - s.escrowed - s.on_hold,
       least(s.on_hold, greatest(coalesce((SELECT sum(m.held_change) FROM inventory_stockmovement m
                                            WHERE m.stock_id = s.id AND m.kind = 'bin'
                                              AND (m.source_ref LIKE 'wms:%%:pick:%%' OR m.source_ref LIKE 'counted:%%')), 0), 0))
  FROM inventory_stock s WHERE s.id = %s
"""
GIVE_FREE = """
WITH told AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref, note,
                                         actor_id, occurred_at)
    VALUES (%s, %s, 'bin', 0, 0, -%s::numeric, 0, %s, %s, %s, %s, %s)
)
UPDATE inventory_stock SET on_hold = on_hold - %s, version = version + 1 WHERE id = %s
"""


@joins
def book_count(
    stock_id: UUID,
    difference: Decimal,
    *,
    source_ref: str,
    note: str,
    actor: Actor,
    now: datetime,
    lot_code: str = "",
    expires_on: date | None = None,
) -> str:
    """Book what a count found otherwise (nothing, when it equals our books), and give free what was held because it was not found.

    Of goods in lots a difference is one of a lot. Returns why it cannot be booked, "" when it was. What is free then goes to
    those who wait for it.
    """
    stock = lock_stock(THESE, [[stock_id]])[stock_id]
    ((_, warehouse_id, product_id, beside, held),) = fetch(HELD, [stock_id])
    if -difference > beside + held:
        return f"Only {(beside + held).normalize():f} are neither promised nor set aside: release reservations first."
    if difference and stock.has_lots and not lot_code:
        return "These goods are kept in lots: count them lot by lot, and adjust each lot."
    parts = fetch(HELD_OF_LOTS, [stock_id]) if stock.has_lots else [(None, held)] if held else []
    for place, (lot_id, quantity) in enumerate(parts):
        ref = f"counted:{source_ref}" if not place else f"counted:{source_ref}:{place}"
        text = [lot_id, ref, note[:200], actor.id, now]
        run(GIVE_FREE, [new_id(), stock_id, quantity, *text, quantity, stock_id])
    if difference:
        draft = AdjustmentDraft(
            warehouse_id, product_id, difference, now, source_ref, note[:200], None, lot_code, expires_on
        )
        refused = adjust_counted([draft], actor=actor).refused
        if refused:
            return refused[0].detail
    share_out([stock_id], now=now)
    return ""
