"""Drafts: orders with their masters resolved, not yet decided on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.masterdata.contract import AddressFacts, ChannelFacts, CustomerFacts, EntityFacts, ProductFacts
from apps.pricing.contract import Manual, QuotedCart
from ordercash.kernel.actor import SYSTEM_ID
from ordercash.kernel.ids import new_id

ONE = Decimal(1)


@dataclass(slots=True)
class LineDraft:
    """One line. `agreed_price` is the channel's price of one ordered unit, None where our own price lists decide.

    `quantity` counts the product's own units. What was ordered in another `unit` holds `factor` own units in each of its
    `ordered_quantity`.
    """

    line_no: int
    product: ProductFacts
    quantity: Decimal
    agreed_price: Decimal | None
    description: str = ""
    row_number: int | None = None
    id: UUID = field(default_factory=new_id)
    buyer_reference: str = ""
    unit: str = ""
    ordered_quantity: Decimal | None = None
    factor: Decimal = ONE
    manual: Manual | None = None

    @property
    def asked(self) -> Decimal:
        """The quantity in the unit in which it was ordered."""
        return self.quantity if self.ordered_quantity is None else self.ordered_quantity


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a document that cannot become a line: it holds its order and is kept with the document."""

    row_number: int
    code: str
    detail: str
    raw: dict[str, Any]
    amount: Decimal = Decimal(0)


@dataclass(slots=True)
class OrderDraft:
    """An order to be placed; a missing customer or address is a failed check, not an error."""

    source_ref: str
    legal_entity: EntityFacts
    channel: ChannelFacts
    customer: CustomerFacts | None
    currency: str
    ordered_at: datetime
    lines: Sequence[LineDraft]
    external_number: str = ""
    purchase_order: str = ""
    requested_delivery_date: date | None = None
    note: str = ""
    partial_delivery: bool = True
    hold_id: UUID | None = None
    ship_to: AddressFacts | None = None
    bill_to: AddressFacts | None = None
    bad_rows: Sequence[BadRow] = ()
    document_id: UUID | None = None
    coupons: tuple[str, ...] = ()
    quote: QuotedCart | None = None
    placed_by: UUID = SYSTEM_ID
    id: UUID = field(default_factory=new_id)
