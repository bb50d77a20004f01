"""What a warehouse has to do for orders: the goods that are reserved there, and those that left through its own system."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line of an order in one warehouse: its goods reserved there, and those that left with shipments of its system.

    Of goods in lots `lots` says by code how much of both is of which.
    """

    order_id: UUID
    warehouse_id: UUID
    line_id: UUID
    product_id: UUID
    reserved: Decimal
    left: Decimal
    lots: Mapping[str, Decimal] = field(default_factory=dict)


WORK = """
WITH places AS (SELECT * FROM unnest(%s::uuid[], %s::varchar[]) AS p (warehouse_id, prefix))
SELECT w.order_id, w.warehouse_id, w.line_id, w.product_id, sum(w.reserved), sum(w.departed), t.code
  FROM (SELECT r.order_id, r.warehouse_id, r.line_id, r.product_id, r.quantity AS reserved, 0 AS departed, r.lot_id
          FROM inventory_reservation r JOIN places p ON p.warehouse_id = r.warehouse_id
         WHERE r.order_id = ANY(%s::uuid[]) AND r.state = 'firm' AND r.stock_id IS NOT NULL
        UNION ALL
        SELECT l.order_id, s.warehouse_id, l.line_id, l.product_id, 0, l.quantity, l.lot_id
          FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id
          JOIN places p ON p.warehouse_id = s.warehouse_id AND starts_with(s.source_ref, p.prefix)
         WHERE l.order_id = ANY(%s::uuid[]) AND l.stock_id IS NOT NULL) w
  LEFT JOIN inventory_lot t ON t.id = w.lot_id
 GROUP BY w.order_id, w.warehouse_id, w.line_id, w.product_id, t.code ORDER BY t.code
"""


def work_of(order_ids: Collection[UUID], prefixes: Mapping[UUID, str]) -> list[WorkLine]:
    """Return the work that warehouses have with these orders; `prefixes` names by warehouse how its shipments begin. One statement."""
    if not order_ids or not prefixes:
        return []
    ids = list(order_ids)
    found: dict[tuple[UUID, ...], WorkLine] = {}
    for *key, reserved, left, lot in fetch(WORK, [list(prefixes), list(prefixes.values()), ids, ids]):
        line = found.get(tuple(key), WorkLine(*(*key, Decimal(0), Decimal(0))))
        lots = {**line.lots, lot: reserved + left} if lot else line.lots
        found[tuple(key)] = replace(line, reserved=line.reserved + reserved, left=line.left + left, lots=lots)
    return list(found.values())


SERVICES = """
SELECT line_id, sum(quantity) FROM inventory_reservation WHERE order_id = %s AND stock_id IS NULL AND state = 'firm' GROUP BY line_id
"""


def services_of(order_id: UUID) -> dict[UUID, Decimal]:
    """Return the services of an order that are reserved, by line id: they leave with the first goods."""
    return {row[0]: row[1] for row in fetch(SERVICES, [order_id])}


WORTH = """
SELECT s.id, t.sku, e.currency, coalesce(round(s.value_minor * w.quantity / nullif(s.on_hand, 0)), 0)::bigint
  FROM unnest(%s::uuid[], %s::numeric[]) AS w (stock_id, quantity) JOIN inventory_stock s ON s.id = w.stock_id
  JOIN masterdata_product t ON t.id = s.product_id JOIN inventory_warehouse p ON p.id = s.warehouse_id
  JOIN masterdata_legalentity e ON e.id = p.legal_entity_id
"""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a quantity of a product is worth at what the goods on its shelf cost, in minor units; 0 where nothing lies."""

    sku: str
    currency: str
    minor: int


def worth_of(quantities: Mapping[UUID, Decimal]) -> dict[UUID, Worth]:
    """Return what quantities of stock rows are worth, by stock id. One statement."""
    return {row[0]: Worth(*row[1:]) for row in fetch(WORTH, [list(quantities), list(quantities.values())])}


SHELF = """
SELECT s.id, s.product_id, s.on_hand, s.on_hold, s.free, s.has_lots,
       s.on_hand - coalesce((SELECT sum(c.quantity) FROM inventory_stockcard c WHERE c.stock_id = s.id AND c.at > %s), 0)
  FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id WHERE s.warehouse_id = %s AND p.sku = %s
"""


@dataclass(frozen=True, slots=True)
class ShelfAt:
    """What we believe lies on a shelf now, and what we believe lay there at an instant."""

    stock_id: UUID
    product_id: UUID
    on_hand: Decimal
    on_hold: Decimal
    free: Decimal
    has_lots: bool
    on_hand_then: Decimal


def shelf_at(warehouse_id: UUID, sku: str, at: datetime) -> ShelfAt | None:
    """Return the shelf of a product in a warehouse as it was at an instant, by its stock card; None where there never was one."""
    found = fetch(SHELF, [at, warehouse_id, sku])
    return ShelfAt(*found[0]) if found else None


LOTS: Final = """
SELECT l.code, l.on_hand - coalesce((SELECT sum(c.quantity) FROM inventory_stockcard c WHERE c.stock_id = l.stock_id AND c.lot_id = l.id
                                        AND c.at > %s), 0)
  FROM inventory_lot l WHERE l.stock_id = %s ORDER BY l.code
"""


def lots_at(stock_id: UUID, at: datetime) -> dict[str, Decimal]:
    """Return by code what we believe lay there of every lot of a shelf at an instant."""
    return dict(fetch(LOTS, [at, stock_id]))
