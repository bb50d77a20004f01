"""What comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts.refusals import Refusal


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """A quantity of a shipment line that came back; `restock` puts it back in stock at its original cost.

    `bin` says where: on the shelf, to be looked at (inspection) or damaged; only the shelf is promised to anybody. `return_ref` names the
    whole return, of which the inspection is told.
    """

    shipment_line_id: UUID
    quantity: Decimal
    restock: bool
    source_ref: str
    occurred_at: datetime
    bin: str = "shelf"
    return_ref: str = ""


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
