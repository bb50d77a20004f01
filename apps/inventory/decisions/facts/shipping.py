"""What leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts.refusals import Refusal


@dataclass(frozen=True, slots=True)
class ShipRequest:
    """Ship an order: everything reserved (`lines` None) or these quantities, from every warehouse or only one.

    `lots` names by line and code what of it is of which lot; the rest is of whichever expires first.
    """

    order_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    source_ref: str
    shipped_at: datetime
    lines: Mapping[UUID, Decimal] | None = None
    warehouse_id: UUID | None = None
    carrier: str = ""
    tracking: str = ""
    lots: Mapping[UUID, Mapping[str, Decimal]] = field(default_factory=dict)


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
class ShipResult:
    """What was shipped, also when an earlier call with the same source_ref did it, and what was refused."""

    shipments: Sequence[ShipmentFacts] = ()
    lines: Sequence[ShippedLine] = ()
    refused: Sequence[Refusal] = ()
