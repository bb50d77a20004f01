"""Sharing out what became free, in the transaction that freed it: when it commits, no line waits beside goods that it could have."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.allocation import Candidate, Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.events import backorders_filled
from apps.inventory.services.locking import OF_PLACES, THESE, LockedStock, lock_stock
from apps.inventory.services.pegging import repeg
from apps.inventory.services.reserving import TOP_UP, group_of, route, take_reserved
from apps.inventory.services.selling import MAY_SELL, may_sell
from apps.inventory.services.waiting import lower_waiting
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

# So many lines are served in the transaction that frees the goods; the others by the next look (`fill_backorders`).
MOST_LINES: Final = 2_000

# Those who wait for something that lies free in these stock rows, the oldest first. A line that is wanted later waits by choice.
BESIDE = f"""
SELECT DISTINCT b.occurred_at, b.line_id
  FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
  JOIN inventory_backorder b ON b.product_id = s.product_id AND b.legal_entity_id = w.legal_entity_id AND b.reason <> 'later'
 WHERE s.id = ANY(%s::uuid[]) AND {MAY_SELL} > 0 ORDER BY b.occurred_at, b.line_id LIMIT %s
"""  # noqa: S608 - what may be sold is a constant of ours

# The oldest lines that some warehouse of their legal entity could give something to now.
FILLABLE = """
SELECT b.line_id, b.product_id, b.legal_entity_id FROM inventory_backorder b
 WHERE {which} b.reason <> 'later' AND EXISTS (
       SELECT FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE s.product_id = b.product_id AND {may_sell} > 0 AND w.legal_entity_id = b.legal_entity_id AND w.is_active)
 ORDER BY b.occurred_at, b.line_id LIMIT %s
"""
OF_ALL = FILLABLE.format(which="", may_sell=MAY_SELL)
OF_PRODUCTS = FILLABLE.format(which="b.product_id = ANY(%s::uuid[]) AND", may_sell=MAY_SELL)

PLACES = "SELECT id, legal_entity_id FROM inventory_warehouse WHERE is_active ORDER BY priority, code"

WAITING = """
SELECT order_id, line_id, legal_entity_id, product_id, true, quantity, occurred_at FROM inventory_backorder
 WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR UPDATE
"""


@joins
def share_out(stock_ids: Collection[UUID], *, now: datetime, actor: Actor = SYSTEM) -> list[UUID]:
    """Give what is free in these stock rows, which the caller has locked, to those who wait for it, the oldest first.

    Called last by every verb that frees goods; returns the ids of the orders that got something. One statement when nobody waits.
    """
    found = fetch(BESIDE, [sorted(stock_ids), MOST_LINES]) if stock_ids else []
    if not found:
        return []
    stock = lock_stock(THESE, [list(stock_ids)])
    return _serve([line_id for _, line_id in found], stock.values(), now, actor)


@joins
def fill_backorders(
    *, now: datetime, limit: int, product_ids: Collection[UUID] | None = None, actor: Actor = SYSTEM
) -> list[UUID]:
    """Reserve free stock for at most `limit` waiting lines, oldest first; returns the ids of the orders that got something.

    The net behind `share_out`: for goods that became free while those who wait for them were being written down.
    """
    found = fetch(OF_ALL, [limit]) if product_ids is None else fetch(OF_PRODUCTS, [list(product_ids), limit])
    if not found:
        return []
    places = fetch(PLACES)
    pairs = {(product, place) for _, product, entity in found for place, owner in places if owner == entity}
    stock = lock_stock(OF_PLACES, columns_of(list(pairs), 2))
    return _serve([row[0] for row in found], stock.values(), now, actor)


def _serve(line_ids: Sequence[UUID], stock: Collection[LockedStock], now: datetime, actor: Actor) -> list[UUID]:
    lines = [DemandLine(*row) for row in fetch(WAITING, [line_ids])]
    lines.sort(key=lambda line: (line.occurred_at, line.line_id))
    takes = route(lines, _candidates(stock, now))
    by_id = {line.line_id: replace(line, occurred_at=max(now, line.occurred_at)) for line in lines}
    take_reserved(takes, by_id, statement=TOP_UP)
    given = _given(takes)
    lower_waiting(list(given.items()))
    repeg({group_of(by_id[line_id]) for line_id in given}, now=now)
    return _tell(given, by_id, actor)


def _candidates(stock: Collection[LockedStock], now: datetime) -> list[Candidate]:
    """Return the locked rows in the order in which warehouses are asked."""
    places: dict[UUID, Any] = dict(fetch(PLACES))  # type: ignore[arg-type]
    rank = {place: index for index, place in enumerate(places)}
    return [
        Candidate(row.id, row.warehouse_id, (places[row.warehouse_id], row.product_id), may_sell(row, now=now))
        for row in sorted((row for row in stock if row.warehouse_id in rank), key=lambda row: rank[row.warehouse_id])
    ]


def _given(takes: Sequence[Take]) -> dict[UUID, Decimal]:
    given: dict[UUID, Decimal] = {}
    for take in takes:
        given[take.line_id] = given.get(take.line_id, Decimal(0)) + take.quantity
    return given


def _tell(given: dict[UUID, Decimal], lines: dict[UUID, DemandLine], actor: Actor) -> list[UUID]:
    by_order: dict[UUID, dict[UUID, Decimal]] = {}
    for line_id, quantity in given.items():
        by_order.setdefault(lines[line_id].order_id, {})[line_id] = quantity
    first = {lines[line_id].order_id: lines[line_id] for line_id in given}
    record_events(
        [
            backorders_filled(order, part, first[order].occurred_at, first[order].legal_entity_id, actor)
            for order, part in by_order.items()
        ]
    )
    return list(by_order)
