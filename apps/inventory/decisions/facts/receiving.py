"""What comes in, is counted or is announced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts.refusals import Refusal


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Goods that came in, or will at `due_at`; `kind` is "receipt" or "opening", `unit_cost` in major units.

    Of a product that is kept in lots the lot is named, and the first day on which it cannot leave any more unless the lot is known
    or the product says how long its goods last.
    """

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    unit_cost: Decimal
    due_at: datetime
    source_ref: str
    kind: str = "receipt"
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class AdjustmentDraft:
    """A counted difference: positive `quantity` was found (at `unit_cost`, else the average), negative is missing."""

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    occurred_at: datetime
    source_ref: str
    note: str = ""
    unit_cost: Decimal | None = None
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class MovementResult:
    """Source references of the movements that were made, that an earlier call had made, and that were refused."""

    made: Sequence[str] = ()
    known: Sequence[str] = ()
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class ReceivedDue:
    """How many planned receipts came in, and of which products: those whose backorders can now be filled."""

    count: int
    product_ids: frozenset[UUID]
