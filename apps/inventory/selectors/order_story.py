"""What happened to the goods of orders, as their pages tell it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class ShipmentSheet:
    """A shipment of an order with its sums; the cost in minor units of the legal entity's currency."""

    id: UUID
    order_id: UUID
    number: str
    warehouse_code: str
    shipped_at: datetime
    carrier: str
    tracking: str
    lines: int
    quantity: Decimal
    cost_minor: int


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """A quantity of an order line that came back."""

    id: UUID
    order_id: UUID
    line_id: UUID
    quantity: Decimal
    is_restocked: bool
    occurred_at: datetime


_SHEETS: Final = """
SELECT s.id, s.order_id, s.number, w.code, s.shipped_at, s.carrier, s.tracking, sums.lines, sums.quantity, sums.cost_minor
  FROM inventory_shipment s JOIN inventory_warehouse w ON w.id = s.warehouse_id
 CROSS JOIN LATERAL (SELECT count(*) AS lines, sum(l.quantity) AS quantity, sum(l.cost_minor)::bigint AS cost_minor
                       FROM inventory_shipmentline l WHERE l.shipment_id = s.id) sums
 WHERE s.order_id = ANY(%s::uuid[]) ORDER BY s.shipped_at, s.id
"""

_BACK: Final = """
SELECT g.id, g.order_id, l.line_id, g.quantity, g.is_restocked, g.occurred_at
  FROM inventory_goodsreturn g JOIN inventory_shipmentline l ON l.id = g.shipment_line_id
 WHERE g.order_id = ANY(%s::uuid[]) ORDER BY g.occurred_at, g.id
"""

_WAITING: Final = """
SELECT order_id, count(*) FROM inventory_backorder WHERE order_id = ANY(%s::uuid[]) GROUP BY order_id
"""


def shipment_sheets(order_ids: Collection[UUID]) -> list[ShipmentSheet]:
    """Return the shipments of orders, the oldest first. One statement."""
    return [ShipmentSheet(*row) for row in fetch(_SHEETS, [list(order_ids)])] if order_ids else []


def goods_back(order_ids: Collection[UUID]) -> list[GoodsBack]:
    """Return what came back of orders, the oldest first. One statement."""
    return [GoodsBack(*row) for row in fetch(_BACK, [list(order_ids)])] if order_ids else []


def backordered_lines(order_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many lines of each order wait for goods; an order without such lines is left out. One statement."""
    return dict(fetch(_WAITING, [list(order_ids)])) if order_ids else {}  # type: ignore[arg-type]
