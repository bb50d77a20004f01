"""Goods that are worth something else than they cost."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Revaluation:
    """What one of a product in a warehouse is worth from now on, in major units, and why."""

    warehouse_id: UUID
    product_id: UUID
    unit_cost: Decimal
    occurred_at: datetime
    source_ref: str
    reason: str
