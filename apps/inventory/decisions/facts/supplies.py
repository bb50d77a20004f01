"""What is announced, moved, received in parts and given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts.refusals import Refusal


@dataclass(frozen=True, slots=True)
class SupplyDraft:
    """Goods that should come at `due_at`; `number` is that of the purchase or production order ("": one of ours).

    `kind` is purchase, production, transfer or opening; `status` planned, confirmed or in_transit; `confidence` in per cent.
    """

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    unit_cost: Decimal
    due_at: datetime
    source_ref: str
    kind: str = "purchase"
    number: str = ""
    status: str = "planned"
    confidence: Decimal = Decimal(100)
    comes_by_itself: bool = False
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SupplyChange:
    """What is known better now; None leaves a value as it is. `version` refuses a change of something that others changed since."""

    supply_id: UUID
    due_at: datetime | None = None
    quantity: Decimal | None = None
    status: str | None = None
    confidence: Decimal | None = None
    unit_cost: Decimal | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SupplyArrival:
    """A part of a supply that came; `is_last`: nothing more will. What is not said is as it was announced."""

    supply_id: UUID
    quantity: Decimal
    received_at: datetime
    source_ref: str
    is_last: bool = False
    unit_cost: Decimal | None = None
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SupplyClosing:
    """Nothing more of a supply will come, and why."""

    supply_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SupplyFacts:
    """A supply as it stands; `open_quantity` is what is still to come."""

    id: UUID
    number: str
    kind: str
    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    received: Decimal
    open_quantity: Decimal
    unit_cost: Decimal
    due_at: datetime
    first_due_at: datetime
    status: str
    confidence: Decimal
    comes_by_itself: bool
    lot_code: str
    expires_on: date | None
    source_ref: str
    version: int
    legal_entity_id: UUID


@dataclass(frozen=True, slots=True)
class SupplyResult:
    """Supplies as they are now, in the order asked (also those that an earlier call made), and what was refused."""

    supplies: Sequence[SupplyFacts] = ()
    refused: Sequence[Refusal] = ()
