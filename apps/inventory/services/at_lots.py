"""Lots that a warehouse took otherwise than they were reserved: what left is promised from its own lot before it is shipped."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.services.locking import OF_ORDERS, lock_stock
from apps.inventory.services.reserving import StockMoved, reserve_less
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins

NOTHING: Final = Decimal(0)

IN_LOTS: Final = """
SELECT DISTINCT r.line_id FROM inventory_reservation r JOIN inventory_stock s ON s.id = r.stock_id AND s.has_lots
 WHERE r.order_id = %s AND r.warehouse_id = %s AND r.line_id = ANY(%s::uuid[])
"""
RESERVED: Final = """
SELECT r.id, r.line_id, r.stock_id, t.code, r.quantity FROM inventory_reservation r JOIN inventory_lot t ON t.id = r.lot_id
 WHERE r.order_id = %s AND r.warehouse_id = %s AND r.line_id = ANY(%s::uuid[]) AND r.state = 'firm' AND r.quota_id IS NULL
 ORDER BY t.expires_on DESC NULLS FIRST, r.id
"""
FREE: Final = """
SELECT id, on_hand - reserved - blocked FROM inventory_lot WHERE stock_id = %s AND code = %s AND on_hand > reserved + blocked
"""
# What was reserved of one lot is reserved of another: the row promises as much as before.
INSTEAD: Final = """
WITH like_it AS (
    SELECT order_id, line_id, product_id, warehouse_id, stock_id, occurred_at FROM inventory_reservation WHERE id = %s
), taken AS (
    UPDATE inventory_stock s SET reserved = s.reserved + %s, version = s.version + 1 FROM like_it i WHERE s.id = i.stock_id
)
INSERT INTO inventory_reservation AS r (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at, lot_id)
SELECT new_id(), order_id, line_id, product_id, warehouse_id, stock_id, %s, occurred_at, %s FROM like_it
ON CONFLICT (line_id, warehouse_id, product_id, lot_id, slot_no) WHERE quota_id IS NULL AND (lot_id IS NOT NULL OR slot_no IS NOT NULL)
   DO UPDATE SET quantity = r.quantity + excluded.quantity
"""


def lines_in_lots(order_id: UUID, warehouse_id: UUID, line_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the lines whose goods are reserved in this warehouse and kept in lots."""
    return {row[0] for row in fetch(IN_LOTS, [order_id, warehouse_id, list(line_ids)])} if line_ids else set()


@joins
def reserve_as_picked(
    order_id: UUID, warehouse_id: UUID, picked: Mapping[UUID, Mapping[str, Decimal]]
) -> dict[UUID, dict[str, Decimal]]:
    """Let lines have the lots that were picked for them, instead of others that are reserved for them there.

    Only what of a lot is promised to nobody changes hands. Returns by line and lot what was picked of it and could not be reserved.
    """
    if not picked:
        return {}
    lock_stock(OF_ORDERS, [[order_id]])
    rows = fetch(RESERVED, [order_id, warehouse_id, list(picked)])
    other: dict[UUID, dict[str, Decimal]] = {}
    for line_id, lots in picked.items():
        mine = [row for row in rows if row[1] == line_id]
        spare = {row[0]: max(row[4] - lots.get(row[3], NOTHING), NOTHING) for row in mine}
        for code, quantity in lots.items():
            missing = quantity - sum((row[4] for row in mine if row[3] == code), NOTHING)
            missing -= _exchange(code, missing, mine[0][2], spare) if mine and missing > 0 else NOTHING
            if missing > 0:
                other.setdefault(line_id, {})[code] = missing
    return other


def _exchange(code: str, missing: Decimal, stock_id: UUID, spare: dict[UUID, Decimal]) -> Decimal:
    """Exchange what reservations have to spare for goods of a lot, at most what is missing and free of it; returns how much."""
    found = fetch(FREE, [stock_id, code])
    if not found:
        return NOTHING
    lot_id, free = found[0]
    done = NOTHING
    for reservation_id, rest in list(spare.items()):
        part = min(rest, missing - done, free - done)
        if part <= 0:
            continue
        # The new one is made like the old one, before that is lowered or gone; between them the row promises both.
        if run(INSTEAD, [reservation_id, part, part, lot_id]) != 1:
            raise StockMoved()
        reserve_less([(reservation_id, part)])
        spare[reservation_id] -= part
        done += part
    return done
