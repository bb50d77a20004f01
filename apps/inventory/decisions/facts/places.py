"""Where goods lie."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WarehouseDraft:
    """A warehouse that should exist; the lowest priority number is asked first.

    It picks `handling_per_day` order lines in a day, None: as many as come.
    """

    code: str
    name: str
    legal_entity_id: UUID
    country: str
    priority: int = 1
    postal_code: str = ""
    handling_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """A warehouse."""

    id: UUID
    code: str
    name: str
    legal_entity_id: UUID
    country: str
    priority: int


@dataclass(frozen=True, slots=True)
class Availability:
    """What one warehouse has of one product."""

    product_id: UUID
    warehouse_id: UUID
    warehouse_code: str
    legal_entity_id: UUID
    on_hand: Decimal
    reserved: Decimal
    free: Decimal

    @property
    def available(self) -> Decimal:
        """What may be promised; nothing where the safety stock is not there."""
        return max(self.free, Decimal(0))
