"""What somebody found of goods that came back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """How much of what waits for inspection is good (can be sold), damaged (kept apart) or scrapped (left stock)."""

    inspection_id: UUID
    good: Decimal
    damaged: Decimal
    scrapped: Decimal
    source_ref: str
    occurred_at: datetime
    note: str = ""

    @property
    def quantity(self) -> Decimal:
        """All that was looked at."""
        return self.good + self.damaged + self.scrapped


@dataclass(frozen=True, slots=True)
class FoundOnLine:
    """How much of an order's line was good, damaged or scrapped, by whoever knows returns by their own names."""

    line_id: UUID
    good: Decimal
    damaged: Decimal
    scrapped: Decimal


@dataclass(frozen=True, slots=True)
class FindingTold:
    """A finding with all that somebody else needs to know which goods it speaks of."""

    id: UUID
    source_ref: str
    return_ref: str
    warehouse_id: UUID
    order_id: UUID
    line_id: UUID
    product_id: UUID
    lot_code: str
    good: Decimal
    damaged: Decimal
    scrapped: Decimal
