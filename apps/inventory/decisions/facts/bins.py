"""Goods that lie there and are not free: moved between the shelf and the bins, thrown away, used elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BinMove:
    """A quantity that goes from one place of a stock row to another: shelf, held (to be looked at) or damaged; or out of it: scrap
    (thrown away) or elsewhere (sold or used where no order knows).
    """

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    from_bin: str
    to_bin: str
    occurred_at: datetime
    source_ref: str
    note: str = ""
    lot_code: str = ""


@dataclass(frozen=True, slots=True)
class SafetyStock:
    """A quantity of a product that a warehouse keeps back from promises."""

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
