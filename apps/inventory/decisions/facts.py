"""The plain words that go through the door: what is asked of inventory and what it answers.

Quantities are exact decimals in the product's unit, costs integer minor units of the legal entity's currency, instants UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One order line that wants goods (or a service, which is never scarce). `occurred_at` is the order's business time."""

    order_id: UUID
    line_id: UUID
    legal_entity_id: UUID
    product_id: UUID
    is_stocked: bool
    quantity: Decimal
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Reserved:
    """How much of a line is promised from stock and how much waits; the two always sum to the demand."""

    reserved: Decimal
    backordered: Decimal


@dataclass(frozen=True, slots=True)
class ReleaseItem:
    """A quantity of a line that is wanted no more."""

    line_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Released:
    """What a release freed; less than asked when the rest has shipped already."""

    from_backorder: Decimal
    from_reserved: Decimal

    @property
    def freed(self) -> Decimal:
        return self.from_backorder + self.from_reserved


@dataclass(frozen=True, slots=True)
class ShipRequest:
    """Ship an order: everything reserved (`lines` None) or these quantities, from every warehouse or only one."""

    order_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    source_ref: str
    shipped_at: datetime
    lines: Mapping[UUID, Decimal] | None = None
    warehouse_id: UUID | None = None
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """A shipment as it was made: one per request and warehouse."""

    id: UUID
    number: str
    order_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    warehouse_id: UUID
    source_ref: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """A quantity that left. An order line may appear several times: once for every warehouse and shipment."""

    shipment_id: UUID
    shipment_line_id: UUID
    order_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: Decimal
    cost_minor: int
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one member of a batch was not carried out; its neighbours were."""

    source_ref: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShipResult:
    """What was shipped, also when an earlier call with the same source_ref did it, and what was refused."""

    shipments: Sequence[ShipmentFacts] = ()
    lines: Sequence[ShippedLine] = ()
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """A quantity of a shipment line that came back; `restock` puts it back on the shelf at its original cost."""

    shipment_line_id: UUID
    quantity: Decimal
    restock: bool
    source_ref: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A return that was taken in."""

    return_id: UUID
    source_ref: str
    shipment_line_id: UUID
    order_id: UUID
    line_id: UUID
    product_id: UUID
    quantity: Decimal
    is_restocked: bool
    cost_minor: int


@dataclass(frozen=True, slots=True)
class ReturnResult:
    """Returns taken in (now or by an earlier call with the same source_ref) and those refused."""

    returned: Sequence[ReturnedLine] = ()
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Goods that came in, or will at `due_at`; `kind` is "receipt" or "opening", `unit_cost` in major units."""

    warehouse_id: UUID
    product_id: UUID
    quantity: Decimal
    unit_cost: Decimal
    due_at: datetime
    source_ref: str
    kind: str = "receipt"


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


@dataclass(frozen=True, slots=True)
class WarehouseDraft:
    """A warehouse that should exist; the lowest priority number is asked first."""

    code: str
    name: str
    legal_entity_id: UUID
    country: str
    priority: int = 1


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

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class LineStanding:
    """Where the quantity of one order line stands in inventory; what is cancelled or held is not known here."""

    order_id: UUID
    line_id: UUID
    reserved: Decimal
    backordered: Decimal
    shipped: Decimal
    returned: Decimal
    warehouses: Sequence[str] = field(default=())
