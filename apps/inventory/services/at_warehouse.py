"""What a warehouse finds otherwise than it was promised: more of a line than was reserved there, or less."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.capacity import Planned, give_back_picks
from apps.inventory.services.locking import LockedStock, lock_stock
from apps.inventory.services.lots import spoiled
from apps.inventory.services.pegging import repeg
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.reserving import TOP_UP, group_of, reserve_less, take_reserved
from apps.inventory.services.selling import may_sell
from apps.inventory.services.sharing import share_out
from apps.inventory.services.waiting import COLUMNS, lower_waiting, waiting_row
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

NOTHING = Decimal(0)

# All that shipping an order locks, and the shelf of this warehouse that its waiting lines may be given from.
OF_ORDER_HERE = """SELECT stock_id FROM inventory_reservation WHERE order_id = %s
 UNION ALL SELECT s.id FROM inventory_backorder b JOIN inventory_stock s ON s.product_id = b.product_id AND s.warehouse_id = %s
 WHERE b.order_id = %s"""
WAITING = """
SELECT order_id, line_id, legal_entity_id, product_id, true, quantity, occurred_at FROM inventory_backorder
 WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR UPDATE
"""

# A line that loses what it was promised here may be served from anywhere: every shelf of its product is locked.
OF_LOSERS = """
SELECT s.id FROM inventory_stock s JOIN unnest(%s::uuid[]) AS p (product_id) ON p.product_id = s.product_id
 UNION ALL SELECT stock_id FROM inventory_reservation WHERE line_id = ANY(%s::uuid[])
"""
PROMISED_HERE = """
SELECT r.line_id, r.id, r.quantity, r.stock_id, r.lot_id, coalesce(t.code, '') FROM inventory_reservation r
  LEFT JOIN inventory_lot t ON t.id = r.lot_id
 WHERE r.line_id = ANY(%s::uuid[]) AND r.warehouse_id = %s AND r.stock_id IS NOT NULL AND r.slot_no IS NULL
   AND r.state = 'firm' ORDER BY r.id
"""
PUT_ON_HOLD = """
WITH lost AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::varchar[]) AS l (id, stock_id, lot_id, quantity, source_ref)
), told AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref,
                                         note, actor_id, occurred_at)
    SELECT id, stock_id, 'bin', 0, 0, quantity, 0, lot_id, source_ref, 'Not found where it should lie', %s, %s FROM lost
)
UPDATE inventory_stock s SET on_hold = s.on_hold + l.quantity, version = s.version + 1
  FROM (SELECT stock_id, sum(quantity) AS quantity FROM lost GROUP BY stock_id) l WHERE s.id = l.stock_id
"""
# Whoever finds less than he was sent for has emptied the shelf: what else should lie there is as doubtful, until it is counted. Of goods
# in lots he was sent for some, and only those are.
HOLD_REST = """
WITH rest AS (
    SELECT id, NULL::uuid AS lot_id, free FROM inventory_stock WHERE id = ANY(%s::uuid[]) AND free > 0 AND NOT has_lots
     UNION ALL
    SELECT stock_id, id, on_hand - reserved - blocked FROM inventory_lot WHERE id = ANY(%s::uuid[]) AND on_hand > reserved + blocked
), told AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref, note,
                                         actor_id, occurred_at)
    SELECT new_id(), id, 'bin', 0, 0, free, 0, lot_id, %s || ':rest:' || coalesce(lot_id, id), 'The shelf was found empty', %s, %s FROM rest
)
UPDATE inventory_stock s SET on_hold = s.on_hold + r.free, version = s.version + 1
  FROM (SELECT id, sum(free) AS free FROM rest GROUP BY id) r WHERE s.id = r.id
"""
WAIT_MORE = f"""
INSERT INTO inventory_backorder AS b ({", ".join(COLUMNS)}) SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())})
ON CONFLICT (line_id) DO UPDATE SET quantity = b.quantity + excluded.quantity
"""  # noqa: S608 - columns and types are constants of ours


@joins
def promise_here(
    order_id: UUID, wanted: Mapping[UUID, Decimal], warehouse_id: UUID, *, now: datetime
) -> dict[UUID, Decimal]:
    """Promise goods of this one warehouse to lines of an order that wait for them; answers by line id what was given.

    For goods that are packed there already: nobody else can have them. Gives at most what waits and what may be sold.
    """
    stock = lock_stock(OF_ORDER_HERE, [order_id, warehouse_id, order_id])
    shelves = {row.product_id: row for row in stock.values() if row.warehouse_id == warehouse_id}
    lines = {row[1]: DemandLine(*row) for row in fetch(WAITING, [sorted(wanted)])}
    takes = _takes(lines, wanted, shelves, now)
    take_reserved(takes, lines, statement=TOP_UP, now=now)
    lower_waiting([(take.line_id, take.quantity) for take in takes])
    repeg({group_of(lines[take.line_id]) for take in takes}, now=now)
    return {take.line_id: take.quantity for take in takes}


def _takes(
    lines: Mapping[UUID, DemandLine],
    wanted: Mapping[UUID, Decimal],
    shelves: Mapping[UUID, LockedStock],
    now: datetime,
) -> list[Take]:
    gone = spoiled([row.id for row in shelves.values() if row.has_lots], now=now)
    left = {product_id: may_sell(row, now=now) - gone.get(row.id, NOTHING) for product_id, row in shelves.items()}
    takes = []
    for line_id, line in lines.items():
        part = min(wanted[line_id], line.quantity, left.get(line.product_id, NOTHING))
        if part > 0:
            left[line.product_id] -= part
            takes.append(Take(line_id, shelves[line.product_id].id, shelves[line.product_id].warehouse_id, part))
    return takes


@joins
def lose_here(
    lines: Sequence[DemandLine],
    quantities: Mapping[UUID, Decimal],
    warehouse_id: UUID,
    *,
    lots: Mapping[UUID, Mapping[str, Decimal]],
    source_ref: str,
    actor: Actor,
    now: datetime,
) -> dict[UUID, tuple[UUID, Decimal]]:
    """Take promises of this warehouse back whose goods were not found: the shelf is held until it is counted, the lines wait.

    Other warehouses serve the lines at once where they can. `quantities` by line id were not found, of goods in lots those of `lots`
    first; at most what is still reserved there counts. Answers by line id the stock row and the quantity that it lost.
    """
    stock = lock_stock(OF_LOSERS, [sorted({line.product_id for line in lines}), [line.line_id for line in lines]])
    missing = {line.line_id: quantities[line.line_id] for line in lines}
    parts = []
    promised = fetch(PROMISED_HERE, [list(missing), warehouse_id])
    promised.sort(key=lambda row: row[5] not in lots.get(row[0], {}))
    for line_id, reservation_id, quantity, stock_id, lot_id, _ in promised:
        if part := min(missing[line_id], quantity):
            missing[line_id] -= part
            parts.append((line_id, reservation_id, stock_id, lot_id, part))
    if not parts:
        return {}
    work = _hold(parts, source_ref, actor, now)
    lost = {line_id: quantity - missing[line_id] for line_id, quantity in quantities.items() if line_id in missing}
    _wait([line for line in lines if lost[line.line_id]], lost, now)
    share_out([row.id for row in stock.values()], now=now)
    give_back_picks(work)
    return {line_id: (stock_id, lost[line_id]) for line_id, _, stock_id, _, _ in parts}


def _hold(parts: Sequence[tuple[Any, ...]], source_ref: str, actor: Actor, now: datetime) -> list[Planned]:
    """Put what was not found on hold, and what else is free there; returns the work that is no more."""
    work = reserve_less([(reservation_id, part) for _, reservation_id, _, _, part in parts])
    rows = [
        (new_id(), stock_id, lot_id, part, f"{source_ref}:{index}")
        for index, (_, _, stock_id, lot_id, part) in enumerate(parts)
    ]
    run(PUT_ON_HOLD, [*columns_of(rows, 5), actor.id, now])
    shelves = sorted({stock_id for _, _, stock_id, _, _ in parts})
    lots = sorted({lot_id for _, _, _, lot_id, _ in parts if lot_id})
    run(HOLD_REST, [shelves, lots, source_ref, actor.id, now])
    return work


def _wait(lines: Sequence[DemandLine], lost: Mapping[UUID, Decimal], now: datetime) -> None:
    run(WAIT_MORE, columns_of([waiting_row(line, lost[line.line_id]) for line in lines], len(COLUMNS)))
    promise_waiting(lines, now=now)
    repeg({group_of(line) for line in lines}, now=now)
