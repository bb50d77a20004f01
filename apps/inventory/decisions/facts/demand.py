"""What order lines want, and what they are promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderTag:
    """What sourcing, sharing and notices ask of an order: who it is for, how it came and where it goes.

    `partial_ok` is False where the customer wants everything at once.
    """

    customer_id: UUID | None = None
    group: str = ""
    channel: str = ""
    country: str = ""
    postal_code: str = ""
    currency: str = ""
    partial_ok: bool = True


NO_TAG: Final = OrderTag()


@dataclass(frozen=True, slots=True)
class DemandLine:
    """One order line that wants goods (or a service, which is never scarce). `occurred_at` is the order's business time.

    `net_minor` is that of the whole quantity, `weight_kg` that of one unit (None: not known). The parts of a kit share `kit_no`
    within their order, and one kit holds `per_kit` of the product. `wanted_on` None: as soon as can be. `hold_id` names goods that
    were set aside for this order.
    """

    order_id: UUID
    line_id: UUID
    legal_entity_id: UUID
    product_id: UUID
    is_stocked: bool
    quantity: Decimal
    occurred_at: datetime
    about: OrderTag = NO_TAG
    sku: str = ""
    category: str = ""
    net_minor: int = 0
    weight_kg: Decimal | None = None
    kit_no: int | None = None
    per_kit: Decimal | None = None
    wanted_on: date | None = None
    hold_id: UUID | None = None


class LineTag(NamedTuple):
    """What an order line is about; `net_minor` is that of its whole quantity, a part of a bundle names the bundle."""

    line_id: UUID
    order_id: UUID
    customer_id: UUID | None
    customer_group: str
    channel: str
    country: str
    currency: str
    net_minor: int
    line_quantity: Decimal
    wanted_on: date | None
    occurred_at: datetime
    kit_no: int | None = None
    per_kit: Decimal | None = None
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Reserved:
    """How much of a line is promised from stock and how much waits; the two always sum to the demand.

    `ship_on` is when the reserved part can leave, `promised_on` when the rest can; None: not known.
    """

    reserved: Decimal
    backordered: Decimal
    promised_on: date | None = None
    ship_on: date | None = None


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
class LineStanding:
    """Where the quantity of one order line stands in inventory; what is cancelled or held is not known here."""

    order_id: UUID
    line_id: UUID
    reserved: Decimal
    backordered: Decimal
    shipped: Decimal
    returned: Decimal
    warehouses: Sequence[str] = field(default=())
