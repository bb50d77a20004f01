"""What the endpoints of orders answer, for the API's description."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, RootModel

from apps.orders.api.bodies import PLACED
from apps.orders.decisions.canonical import CanonicalOrder
from ordercash.web.api.openapi import Problem
from ordercash.web.api.values import Amount, Answer, Number

State = Literal["held", "confirmed", "partly_shipped", "shipped", "invoiced", "closed", "cancelled"]


class HoldReason(Answer):
    """A check that failed."""

    code: str
    line_no: int | None
    detail: str


class WaitingLine(Answer):
    """How much of a line waits for goods."""

    line_no: int
    quantity: Number


class OrderPlaced(Answer):
    """What became of an order: confirmed, or held with its reasons."""

    model_config = {"json_schema_extra": {"examples": [PLACED]}}

    id: UUID
    number: str
    state: State
    currency: str
    net: Amount
    tax: Amount
    gross: Amount
    reasons: list[HoldReason]
    backordered: list[WaitingLine]
    url: str


class BatchItem(Answer):
    """What became of one order of a batch, as if it had been sent alone."""

    index: Annotated[int, Field(description="Its place in the batch, from 0")]
    status: int
    body: OrderPlaced | Problem


class BatchPlaced(Answer):
    """What became of each order of a batch, in its order."""

    placed: int
    refused: int
    items: list[BatchItem]


class OrderBatchBody(RootModel[Annotated[list[CanonicalOrder], Field(min_length=1, max_length=1000)]]):
    """Orders as a JSON array; as newline-delimited JSON, one on each line. A wrong one is answered alone, the others go on."""


class OrderRow(Answer):
    """An order in a list."""

    id: UUID
    number: str
    external_number: str
    purchase_order: str
    state: State
    ordered_at: AwareDatetime
    customer: str | None
    channel: str
    currency: str
    net: Amount
    tax: Amount
    gross: Amount


class OrderAddress(Answer):
    """An address of an order."""

    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    state: str
    country: str


class OrderLineShown(Answer):
    """A line and where its quantity stands, in the product's own unit. The parts of a bundle follow it and sum to it."""

    id: UUID
    line_no: int
    sku: str | None
    description: str
    buyer_reference: str
    quantity: Number
    kind: Literal["product", "bundle", "part", "free", "charge"]
    part_of: Annotated[int | None, Field(description="The number of the bundle's line")]
    ordered_unit: Annotated[
        str | None, Field(description="The unit that was ordered, when it is not the product's own")
    ]
    ordered_quantity: Number | None
    unit_price: Annotated[Number | None, Field(description="Of `price_per` own units, before discounts")]
    price_per: Number
    price_source: str
    list: Annotated[Amount, Field(description="Before discounts: net and discount")]
    discount: Amount
    net: Amount
    tax_category: str
    tax_rate: Number | None
    tax: Amount
    reserved: Number
    backordered: Number
    shipped: Number
    returned: Number
    cancelled: Number


class OrderShipment(Answer):
    """A shipment of an order."""

    id: UUID
    number: str
    shipped_at: AwareDatetime


class OrderCaseReason(Answer):
    """Why an order is held."""

    code: str
    detail: dict[str, Any]


class OrderCase(Answer):
    """The open case about an order."""

    id: UUID
    reasons: list[OrderCaseReason]


class OrderShown(Answer):
    """One order with its lines, shipments and open case."""

    id: UUID
    number: str
    external_number: str
    purchase_order: str
    requested_delivery_date: date | None
    note: str
    partial_delivery: bool
    coupons: list[str]
    quote_id: Annotated[UUID | None, Field(description="The quote whose prices it takes")]
    state: State
    legal_entity: str
    channel: str
    region: str
    customer: str | None
    ship_to: OrderAddress | None
    bill_to: OrderAddress | None
    currency: str
    ordered_at: AwareDatetime
    recorded_at: AwareDatetime
    payment_terms_days: int
    invoicing: str
    net: Amount
    tax: Amount
    gross: Amount
    version: int
    lines: list[OrderLineShown]
    shipments: list[OrderShipment]
    case: OrderCase | None


class TimelineEvent(Answer):
    """Something that happened to an order."""

    id: UUID
    name: str
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    actor_id: UUID | None
    payload: dict[str, Any]


class PriceReason(Answer):
    """Why one line costs what it costs: every access tried, the source that gave the price (none when there is none), what rules
    took off the line and their share of what they took off the order, and the rules that gave nothing, with why."""

    product: UUID
    quantity: Number
    unit_price: Number | None
    net_minor: int
    source: str
    trace: list[dict[str, Any]]


class PriceExplanation(Answer):
    """The last price decision about an order; the SHA-256 names the version of the rules that took it."""

    version_sha256: str | None
    decision_id: UUID | None
    taken_at: AwareDatetime | None
    lines: list[PriceReason]


class SourcePick(Answer):
    """A quantity of a product that comes from the warehouse."""

    product: UUID
    sku: str
    quantity: Number


class SourceParcel(Answer):
    """What one warehouse sends, and the parts of what that costs. `km` null: nobody knows the distance."""

    warehouse: str
    picks: list[SourcePick]
    zone: str
    km: int | None
    carrier: str
    weight_kg: Number
    days: int
    carriage: Amount
    work: Amount
    days_cost: Amount
    cost: Amount


class SourceRejected(Answer):
    """Another way: what it would cost and how many lines it leaves short, or the code of why it is not possible."""

    name: Annotated[str, Field(description="by_priority, alone, or so many parcels")]
    warehouses: list[str]
    cost: Amount | None
    short_lines: int
    why_not: str


class SourceUnserved(Answer):
    """What no warehouse can send under the rules."""

    sku: str
    quantity: Number


class SourceDecision(Answer):
    """A decision of the rules of sourcing; the SHA-256 names the version that took it."""

    decision_id: UUID
    taken_at: AwareDatetime
    version_sha256: str
    currency: str
    parcels: list[SourceParcel]
    penalty: Amount
    cost: Amount
    unserved: list[SourceUnserved]
    rejected: list[SourceRejected]
    is_proven: bool


class OrderSources(Answer):
    """The decisions about an order, the newest first; none where warehouses were asked in the order of their priority."""

    items: list[SourceDecision]


class JsonSchema(RootModel[dict[str, Any]]):
    """A JSON Schema (draft 2020-12)."""
