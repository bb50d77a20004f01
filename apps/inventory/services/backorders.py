"""Serving those who wait: first come, first served, whole from one warehouse when one can."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.allocation import Candidate, Take, Want, allocate
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.events import backorders_filled
from apps.inventory.services.locking import OF_PLACES, lock_stock
from apps.inventory.services.releasing import LESS_WAITING
from apps.inventory.services.reserving import NOTHING, TOP_UP, group_of, take_reserved
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

# The oldest lines that some warehouse of their legal entity could give something to now.
FILLABLE = """
SELECT b.line_id, b.product_id, b.legal_entity_id FROM inventory_backorder b
 WHERE {which} EXISTS (
       SELECT FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE s.product_id = b.product_id AND s.free > 0 AND w.legal_entity_id = b.legal_entity_id AND w.is_active)
 ORDER BY b.occurred_at, b.line_id LIMIT %s
"""

PLACES = """
SELECT id, legal_entity_id FROM inventory_warehouse WHERE is_active AND legal_entity_id = ANY(%s::uuid[]) ORDER BY priority, code
"""

WAITING = """
SELECT order_id, line_id, legal_entity_id, product_id, true, quantity, occurred_at FROM inventory_backorder
 WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR UPDATE
"""


@joins
def fill_backorders(
    *, now: datetime, limit: int, product_ids: Collection[UUID] | None = None, actor: Actor = SYSTEM
) -> list[UUID]:
    """Reserve free stock for at most `limit` waiting lines, oldest first; returns the ids of the orders that got something."""
    found = _fillable(limit, product_ids)
    if not found:
        return []
    candidates = _lock_candidates(found)
    lines = [DemandLine(*row) for row in fetch(WAITING, [[row[0] for row in found]])]
    lines.sort(key=lambda line: (line.occurred_at, line.line_id))
    takes = allocate((Want(line.line_id, group_of(line), line.quantity) for line in lines), candidates)
    by_id = {line.line_id: replace(line, occurred_at=now) for line in lines}
    take_reserved(takes, by_id, statement=TOP_UP)
    given = _given(takes)
    if given:
        run(LESS_WAITING, columns_of(list(given.items()), 2))
    return _tell(given, by_id, now, actor)


def _fillable(limit: int, product_ids: Collection[UUID] | None) -> list[tuple[Any, ...]]:
    if product_ids is None:
        return fetch(FILLABLE.format(which=""), [limit])
    return fetch(FILLABLE.format(which="b.product_id = ANY(%s::uuid[]) AND"), [list(product_ids), limit])


def _lock_candidates(found: Sequence[tuple[Any, ...]]) -> list[Candidate]:
    """Lock every stock row that may serve the waiting lines; return them in the order in which warehouses are asked."""
    places = fetch(PLACES, [list({row[2] for row in found})])
    pairs = {(product, place) for _, product, entity in found for place, owner in places if owner == entity}
    stock = lock_stock(OF_PLACES, columns_of(list(pairs), 2)).values()
    rank = {place: index for index, (place, _) in enumerate(places)}
    owner_of: dict[UUID, UUID] = dict(places)
    return [
        Candidate(row.id, row.warehouse_id, (owner_of[row.warehouse_id], row.product_id), max(row.free, NOTHING))
        for row in sorted(stock, key=lambda row: rank[row.warehouse_id])
    ]


def _given(takes: Sequence[Take]) -> dict[UUID, Decimal]:
    given: dict[UUID, Decimal] = {}
    for take in takes:
        given[take.line_id] = given.get(take.line_id, Decimal(0)) + take.quantity
    return given


def _tell(given: dict[UUID, Decimal], lines: dict[UUID, DemandLine], now: datetime, actor: Actor) -> list[UUID]:
    by_order: dict[UUID, dict[UUID, Decimal]] = {}
    for line_id, quantity in given.items():
        by_order.setdefault(lines[line_id].order_id, {})[line_id] = quantity
    entity_of = {lines[line_id].order_id: lines[line_id].legal_entity_id for line_id in given}
    record_events([backorders_filled(order, part, now, entity_of[order], actor) for order, part in by_order.items()])
    return list(by_order)
