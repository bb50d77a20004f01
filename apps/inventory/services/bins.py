"""Bins and safety stock: what lies in a warehouse and is not promised."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.exceptions.contract import close_cases
from apps.inventory.decisions.bins import BinMovement, Bins, move_bins
from apps.inventory.decisions.facts import MovementResult, Refusal
from apps.inventory.decisions.facts.bins import BinMove, SafetyStock
from apps.inventory.decisions.receiving import MAX_QUANTITY, Place
from apps.inventory.events import SAFETY_STOCK_SET, STOCK_BINS_MOVED, stock_moved
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.lots import kept_how
from apps.inventory.services.moving import (
    Dated,
    currencies_of_warehouses,
    lock_shelves,
    post_movements,
    refused_by_ledger,
)
from apps.inventory.services.receiving import KNOWN_MOVEMENTS
from apps.inventory.services.sharing import share_out
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

# What waits for inspection is moved by what is found of it, and by nobody else.
ROWS = """
SELECT product_id, warehouse_id, on_hand, value_minor, on_hand - reserved - damaged - on_hold - escrowed,
       on_hold - coalesce((SELECT sum(i.waits) FROM inventory_inspection i WHERE i.stock_id = s.id AND i.waits > 0), 0), damaged
  FROM inventory_stock s WHERE id = ANY(%s::uuid[])
"""

MOVE = """
WITH moved AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, damaged_change, held_change, value_minor, source_ref, note, lot_id,
                                         actor_id, occurred_at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::varchar[], %s::numeric[], %s::numeric[], %s::numeric[], %s::bigint[], %s::varchar[],
                         %s::varchar[], %s::uuid[], %s::uuid[], %s::timestamptz[])
    ON CONFLICT (source_ref) DO NOTHING
    RETURNING id, stock_id, quantity, damaged_change, held_change, value_minor
), changed AS (
    UPDATE inventory_stock s
       SET on_hand = s.on_hand + m.quantity, damaged = s.damaged + m.damaged, on_hold = s.on_hold + m.held,
           value_minor = s.value_minor + m.value_minor, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS quantity, sum(damaged_change) AS damaged, sum(held_change) AS held,
                   sum(value_minor)::bigint AS value_minor FROM moved GROUP BY stock_id) m
     WHERE s.id = m.stock_id
)
SELECT id FROM moved
"""

EMPTY = "SELECT id FROM inventory_lot WHERE id = ANY(%s::uuid[]) AND on_hand = 0"

KEEP_BACK = """
UPDATE inventory_stock s SET safety_stock = k.quantity, version = s.version + 1
  FROM unnest(%s::uuid[], %s::numeric[]) AS k (id, quantity) WHERE s.id = k.id AND s.safety_stock <> k.quantity
RETURNING s.product_id, s.warehouse_id
"""


@joins
def move_goods(moves: Sequence[BinMove], *, now: datetime, actor: Actor) -> MovementResult:
    """Move goods between the shelf and the bins of the held and the damaged, or out of stock. Repeating a source_ref does nothing.

    What comes back to the shelf goes to those who wait for it. What leaves costs the moving average and is posted as scrap or issue.
    Refused: those of `decisions.bins.move_bins`, and with the ledger's code what it cannot post.
    """
    places = currencies_of_warehouses()
    first: dict[str, BinMove] = {}
    for move in moves:
        first.setdefault(move.source_ref, move)
    shelves = lock_shelves([(m.product_id, m.warehouse_id) for m in first.values() if m.warehouse_id in places])
    known = {row[0] for row in fetch(KNOWN_MOVEMENTS, [list(first)])} if first else set()
    rows: dict[Place, Bins] = {
        (row[0], row[1]): Bins(*row[2:]) for row in fetch(ROWS, [[shelf.id for shelf in shelves.values()]])
    }
    stands = kept_how(shelves.values())
    kept = {place: stands[shelf.id] for place, shelf in shelves.items()}
    made, refused = move_bins((move for ref, move in first.items() if ref not in known), rows, kept)
    errors = refused_by_ledger([(each.movement, move.occurred_at) for move, each in made])
    refused += [Refusal(ref, error.code, error.detail) for ref, error in errors.items()]
    done = [(move, each) for move, each in made if move.source_ref not in errors]
    dated = _write(done, {place: shelf.id for place, shelf in shelves.items()}, actor)
    post_movements(dated)
    _close_gone([d.movement.lot_id for d in dated if d.movement.lot_id and d.movement.quantity], now, actor)
    _tell(STOCK_BINS_MOVED, {d.movement.place for d in dated}, now, actor)
    share_out({d.stock_id for d in dated}, now=now)
    refs = {d.movement.source_ref for d in dated}
    return MovementResult([ref for ref in first if ref in refs], sorted(known), refused)


def _close_gone(lots: Sequence[UUID], now: datetime, actor: Actor) -> None:
    """Close the cases of lots of which nothing lies there any more."""
    if gone := [row[0] for row in fetch(EMPTY, [lots])] if lots else []:
        close_cases("lot", gone, resolution="gone", note="Nothing of it lies there.", actor=actor, now=now)


def _write(done: Sequence[tuple[BinMove, BinMovement]], stock: dict[Place, UUID], actor: Actor) -> list[Dated]:
    dated = [
        (Dated(new_id(), stock[each.movement.place], each.movement, move.occurred_at), each) for move, each in done
    ]
    rows = [
        (
            d.id,
            d.stock_id,
            d.movement.kind,
            d.movement.quantity,
            each.damaged_change,
            each.held_change,
            d.movement.value_minor,
            d.movement.source_ref,
            d.movement.note,
            d.movement.lot_id,
            actor.id,
            d.occurred_at,
        )
        for d, each in dated
    ]
    made = {row[0] for row in fetch(MOVE, columns_of(rows, 12))} if rows else set()
    return [d for d, _ in dated if d.id in made]


@joins
def set_safety_stock(wanted: Sequence[SafetyStock], *, now: datetime, actor: Actor) -> list[Refusal]:
    """Keep quantities back from promises; what is kept back no longer goes to those who wait. Nothing that is promised is taken away.

    Refused, by place in the list: `unknown_warehouse`, `quantity_out_of_range`.
    """
    places = currencies_of_warehouses()
    refused, sound = list[Refusal](), dict[Place, Decimal]()
    for number, each in enumerate(wanted):
        if each.warehouse_id not in places:
            refused.append(Refusal(str(number), "unknown_warehouse", f"No active warehouse {each.warehouse_id}."))
        elif not 0 <= each.quantity <= MAX_QUANTITY:
            refused.append(Refusal(str(number), "quantity_out_of_range", f"{each.quantity} cannot be kept back."))
        else:
            sound[each.product_id, each.warehouse_id] = each.quantity
    if sound:
        set_change_actor(actor)
        shelves = lock_shelves(list(sound))
        rows = [(shelves[place].id, quantity) for place, quantity in sound.items()]
        changed = {(row[0], row[1]) for row in fetch(KEEP_BACK, columns_of(rows, 2))}
        _tell(SAFETY_STOCK_SET, changed, now, actor)
        share_out({shelves[place].id for place in sound}, now=now)
    return refused


def _tell(name: str, places: set[Place], now: datetime, actor: Actor) -> None:
    """Tell it once per warehouse."""
    entity_of = {place.id: place.legal_entity_id for place in warehouses().values()}
    products: dict[UUID, list[UUID]] = {}
    for product_id, warehouse_id in sorted(places):
        products.setdefault(warehouse_id, []).append(product_id)
    record_events([stock_moved(name, house, moved, now, entity_of[house], actor) for house, moved in products.items()])
