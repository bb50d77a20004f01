"""Lots as rows: what of them can be taken, from which of them it is, and to which what comes in belongs.

All of it happens under the lock of their stock row. Nobody writes their quantities: the facts that name a lot do (sql/lots.sql).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.lots import Kept, LotLeft, LotStands, by_stock, cannot_leave, pick_lots
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.locking import LockedStock
from apps.masterdata.contract import entities_by_id, products_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run

LEFT: Final = """
SELECT stock_id, id, code, expires_on, on_hand - reserved - blocked FROM inventory_lot
 WHERE stock_id = ANY(%s::uuid[]) AND on_hand > reserved + blocked
"""
STANDS: Final = """
SELECT stock_id, id, code, expires_on, on_hand - reserved - blocked,
       blocked - damaged - coalesce((SELECT sum(i.waits) FROM inventory_inspection i
                                      WHERE i.stock_id = l.stock_id AND i.lot_id = l.id AND i.waits > 0), 0), damaged
  FROM inventory_lot l WHERE stock_id = ANY(%s::uuid[])
"""
PLACES: Final = """
SELECT s.id, s.product_id, w.legal_entity_id FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
 WHERE s.id = ANY(%s::uuid[]) AND s.has_lots
"""
NEW_LOTS: Final = """
INSERT INTO inventory_lot (id, stock_id, code, expires_on) SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::varchar[], %s::date[])
"""


def spoiled(stock_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Decimal]:
    """Return how much of what lies free in these rows nobody can have: it has expired, or lasts too short for the rules.

    Rows that are not kept in lots have no entry. Two statements, none for no rows.
    """
    lots = _left(stock_ids)
    terms = _terms(lots, now)
    return {stock_id: cannot_leave(rows, *terms[stock_id]) for stock_id, rows in lots.items()}


def by_lots(takes: Sequence[Take], *, now: datetime) -> list[Take]:
    """Return takes from rows that are kept in lots, each from its lots, the first to expire first.

    Less comes back where there is less.
    """
    lots = _left({take.stock_id for take in takes})
    terms = _terms(lots, now)
    parts = []
    for take in takes:
        rows = lots.get(take.stock_id, [])
        for lot, quantity in pick_lots(rows, take.quantity, *terms[take.stock_id]) if rows else ():
            rows[rows.index(lot)] = lot._replace(left=lot.left - quantity)
            parts.append(replace(take, quantity=quantity, lot_id=lot.id))
    return parts


def kept_how(shelves: Iterable[LockedStock]) -> dict[UUID, Kept]:
    """Return how these locked rows are kept, by id; two statements where some are kept in lots, none otherwise."""
    rows = list(shelves)
    in_lots = {row.id: row.product_id for row in rows if row.has_lots}
    stands: dict[UUID, dict[str, LotStands]] = {}
    for stock_id, *lot in fetch(STANDS, [list(in_lots)]) if in_lots else ():
        stands.setdefault(stock_id, {})[lot[1]] = LotStands(*lot)
    products = products_by_id(set(in_lots.values()))
    plain = Kept(False, {})
    return {
        row.id: Kept(True, stands.setdefault(row.id, {}), products[row.product_id].shelf_life_days)
        if row.has_lots
        else plain
        for row in rows
    }


def add_lots(lots: Sequence[tuple[UUID, LotStands]]) -> dict[tuple[UUID, str], UUID]:
    """Write lots of locked rows that are new, and return the ids of all, by row and code. One statement where some are new."""
    found: dict[tuple[UUID, str], UUID] = {}
    rows = []
    for stock_id, lot in lots:
        if (stock_id, lot.code) in found:
            continue
        found[stock_id, lot.code] = lot.id or new_id()
        if lot.id is None:
            rows.append((found[stock_id, lot.code], stock_id, lot.code, lot.expires_on))
    if rows:
        run(NEW_LOTS, columns_of(rows, 4))
    return found


def _left(stock_ids: Collection[UUID]) -> dict[UUID, list[LotLeft]]:
    rows = fetch(LEFT, [list(stock_ids)]) if stock_ids else []
    return by_stock([(row[0], LotLeft(*row[1:])) for row in rows])


def _terms(stock_ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[date, int]]:
    """Return for each row the business day of its legal entity, and how many days its goods must last beyond it."""
    found = fetch(PLACES, [list(stock_ids)]) if stock_ids else []
    least = least_lives({(entity, product) for _, product, entity in found}, now=now)
    entities = entities_by_id()
    return {
        stock_id: (business_date(now, entities[entity].time_zone), least[entity, product])
        for stock_id, product, entity in found
    }


def least_lives(groups: Collection[tuple[UUID, UUID]], *, now: datetime) -> Mapping[tuple[UUID, UUID], int]:
    """Return how many days the goods of groups (legal entity, product) must last, by the rules of availability in force; else 0."""
    rules = {entity: rules_in_force(AVAILABILITY, at=now, legal_entity_id=entity) for entity in {e for e, _ in groups}}
    asked = {product for entity, product in groups if rules[entity]}
    products, entities = products_by_id(asked), entities_by_id()
    lives = dict.fromkeys(groups, 0)
    for entity, product in groups:
        if version := rules[entity]:
            facts = products[product]
            terms = version.compiled.of(facts.sku, facts.category, entities[entity].code)
            lives[entity, product] = terms.rule.least_shelf_life_days
    return lives
