"""What happens to the stock of one product, as its page tells it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of a legal entity's orders that wait for the product, since when and how much."""

    legal_entity_id: UUID
    lines: int
    quantity: Decimal
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of stock that is not a shipment; the value in minor units of the warehouse's legal entity."""

    id: UUID
    warehouse_code: str
    kind: str
    quantity: Decimal
    value_minor: int
    currency: str
    note: str
    occurred_at: datetime


_WAITING: Final = """
SELECT legal_entity_id, count(*), sum(quantity), min(occurred_at) FROM inventory_backorder
 WHERE product_id = %s GROUP BY legal_entity_id ORDER BY 4, 1
"""

_MOVEMENTS: Final = """
SELECT m.id, w.code, m.kind, m.quantity, m.value_minor, e.currency, m.note, m.occurred_at
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_legalentity e ON e.id = w.legal_entity_id
 CROSS JOIN LATERAL (SELECT * FROM inventory_stockmovement m WHERE m.stock_id = s.id ORDER BY m.id DESC LIMIT %s) m
 WHERE s.product_id = %s ORDER BY m.id DESC LIMIT %s
"""


def waiting_for(product_id: UUID) -> list[Waiting]:
    """Return what waits for a product by legal entity, the longest wait first. One statement."""
    return [Waiting(*row) for row in fetch(_WAITING, [product_id])]


def newest_movements(product_id: UUID, *, limit: int) -> list[Movement]:
    """Return the movements of a product that were recorded last, in all warehouses. One statement."""
    return [Movement(*row) for row in fetch(_MOVEMENTS, [limit, product_id, limit])]
