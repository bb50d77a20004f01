"""Writing movements: the fact and the balance in one statement, then the ledger's and the log's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.receiving import Movement, Place
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.locking import OF_PLACES, LockedStock, lock_stock
from apps.inventory.services.posting import movement_fact, unpostable_movements
from apps.ledger.contract import post_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run

NEW_SHELVES = """
INSERT INTO inventory_stock (id, product_id, warehouse_id, has_lots)
SELECT new_id(), d.id, p.warehouse_id, d.tracks_lots
  FROM unnest(%s::uuid[], %s::uuid[]) AS p (product_id, warehouse_id) JOIN masterdata_product d ON d.id = p.product_id
 WHERE NOT EXISTS (SELECT FROM inventory_stock s WHERE s.product_id = p.product_id AND s.warehouse_id = p.warehouse_id)
 ORDER BY p.product_id, p.warehouse_id FOR SHARE OF d
ON CONFLICT (product_id, warehouse_id) DO NOTHING
"""

MOVE_IN = """
WITH moved AS (
    INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, value_minor, source_ref, note, lot_id, actor_id, occurred_at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::varchar[], %s::numeric[], %s::bigint[],
                         %s::varchar[], %s::varchar[], %s::uuid[], %s::uuid[], %s::timestamptz[])
    ON CONFLICT (source_ref) DO NOTHING
    RETURNING id, stock_id, quantity, value_minor
), changed AS (
    UPDATE inventory_stock s SET on_hand = s.on_hand + m.quantity, value_minor = s.value_minor + m.value_minor, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS quantity, sum(value_minor)::bigint AS value_minor FROM moved GROUP BY stock_id) m
     WHERE s.id = m.stock_id
)
SELECT id FROM moved
"""


@dataclass(frozen=True, slots=True)
class Dated:
    """A movement, the stock row it changes and when it happened."""

    id: UUID
    stock_id: UUID
    movement: Movement
    occurred_at: datetime


def currencies_of_warehouses() -> dict[UUID, str]:
    """Return the currency in which each active warehouse's stock is valued."""
    entities = entities_by_id()
    return {
        place.id: entities[place.legal_entity_id].currency
        for place in warehouses().values()
        if place.legal_entity_id in entities
    }


def lock_shelves(places: Sequence[Place]) -> dict[Place, LockedStock]:
    """Create the stock rows that are missing and lock all of them, in the order of ids."""
    pairs = columns_of(sorted(set(places)), 2)
    run(NEW_SHELVES, pairs)
    return {(row.product_id, row.warehouse_id): row for row in lock_stock(OF_PLACES, pairs).values()}


def move_in(movements: Sequence[tuple[Movement, UUID, datetime]], *, actor: Actor) -> list[Dated]:
    """Write movements of locked stock rows given as (movement, stock id, instant); those whose source_ref is known stay out."""
    dated = [Dated(new_id(), stock_id, movement, at) for movement, stock_id, at in movements]
    rows = [
        (d.id, d.stock_id, m.kind, m.quantity, m.value_minor, m.source_ref, m.note, m.lot_id, actor.id, d.occurred_at)
        for d in dated
        for m in (d.movement,)
    ]
    made = {row[0] for row in fetch(MOVE_IN, columns_of(rows, 10))} if rows else set()
    return [d for d in dated if d.id in made]


def refused_by_ledger(movements: Sequence[tuple[Movement, datetime]]) -> dict[str, DomainError]:
    """Return, by source_ref, why the ledger would refuse a movement; those worth nothing have no entry."""
    places = warehouses()
    return unpostable_movements(
        {
            movement.source_ref: (movement.kind, movement.value_minor, places[movement.place[1]].legal_entity_id, at)
            for movement, at in movements
            if movement.value_minor
        }
    )


def post_movements(movements: Sequence[Dated]) -> None:
    """Post the value of each movement; those worth nothing leave no entry. An adjustment's value may be below zero."""
    places = warehouses()
    post_entries(
        [
            movement_fact(
                dated.id,
                dated.movement.kind,
                dated.movement.value_minor,
                places[dated.movement.place[1]].legal_entity_id,
                dated.occurred_at,
            )
            for dated in movements
            if dated.movement.value_minor
        ]
    )
