"""What the endpoints of stock and shipments answer, for the API's description."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Amount, Answer, Number


class StockShown(Answer):
    """What one warehouse has of one product."""

    id: UUID
    product_id: UUID
    sku: str
    product_name: str
    warehouse: str
    legal_entity: str
    on_hand: Number
    reserved: Number
    available: Number
    value: Amount
    currency: str


class LotRow(Answer):
    """Goods of a product in a warehouse that came together; they can leave before `expires_on`, not on it."""

    id: UUID
    stock_id: UUID
    sku: str
    warehouse: str
    lot: str
    expires_on: date | None
    state: Literal["lasting", "expiring_soon", "expired"]
    on_hand: Number
    reserved: Number
    held: Number
    damaged: Number
    free: Number


class LotSent(Answer):
    """A quantity of a lot that left, for whom, and how much of it came back."""

    shipment_id: UUID
    shipment: str
    warehouse: str
    order_id: UUID
    line_id: UUID
    customer_id: UUID
    quantity: Number
    returned: Number
    shipped_at: AwareDatetime


class LotPromised(Answer):
    """A quantity of a lot that is reserved."""

    order_id: UUID
    line_id: UUID
    warehouse: str
    quantity: Number
    state: Literal["firm", "held", "accepted"]


class LotShown(LotRow):
    """A lot with all that left and is promised of its code, whatever the warehouse."""

    sent: list[LotSent]
    promised: list[LotPromised]


class CardShown(Answer):
    """A change of a stock row, and what lay there and was worth after it."""

    id: UUID
    at: AwareDatetime
    kind: str
    quantity: Number
    damaged_change: Number
    held_change: Number
    value: Amount
    balance: Number
    worth: Amount
    lot: str | None
    source_ref: str


class StockCardShown(Answer):
    """A stock row: what lies there, what of it is not free, and its newest changes."""

    id: UUID
    sku: str
    warehouse: str
    currency: str
    on_hand: Number
    reserved: Number
    held: Number
    damaged: Number
    safety_stock: Number
    free: Number
    changes: list[CardShown]


class AvailableAt(Answer):
    """What one warehouse has of a product."""

    warehouse: str
    on_hand: Number
    reserved: Number
    available: Number


class AvailabilityShown(Answer):
    """What all warehouses have of a product."""

    sku: str
    available: Number
    warehouses: list[AvailableAt]


class MovementRefused(Answer):
    """A movement that was not made, and why."""

    source_ref: str
    code: str
    detail: str


class MovementsMade(Answer):
    """Movements by source_ref: made now, known already, refused."""

    made: list[str]
    known: list[str]
    refused: list[MovementRefused]


class ReceiptsTaken(Answer):
    """Goods that were received at once, and those that are planned."""

    received: MovementsMade
    planned: MovementsMade


class BackorderShown(Answer):
    """A line that waits for goods."""

    line_id: UUID
    order_id: UUID
    sku: str
    legal_entity: str
    quantity: Number
    since: AwareDatetime


class WarehouseShown(Answer):
    """A warehouse."""

    id: UUID
    code: str
    name: str
    country: str
    priority: int
    is_active: bool
    legal_entity: str


class ShipmentRow(Answer):
    """A shipment in a list."""

    id: UUID
    number: str
    order_id: UUID
    customer_id: UUID
    legal_entity: str
    warehouse: str
    shipped_at: AwareDatetime
    recorded_at: AwareDatetime
    carrier: str
    tracking: str


class ShipmentLineShown(Answer):
    """A line of a shipment, at the cost of the moment when it left."""

    id: UUID
    line_id: UUID
    product_id: UUID
    sku: str | None
    quantity: Number
    returned: Number
    cost: Amount
    currency: str


class ShipmentShown(ShipmentRow):
    """A shipment with its lines."""

    lines: list[ShipmentLineShown]


class SupplyRow(Answer):
    """Goods that should come; `open` is what still is to."""

    id: UUID
    number: str
    kind: Literal["purchase", "production", "transfer", "opening"]
    sku: str
    product_id: UUID
    warehouse: str
    legal_entity: str
    quantity: Number
    received: Number
    open: Number
    unit_cost: Number
    currency: str
    due_at: AwareDatetime
    first_due_at: AwareDatetime
    status: Literal["planned", "confirmed", "in_transit", "received", "cancelled"]
    confidence: Number
    comes_by_itself: bool
    lot_code: str
    expires_on: date | None
    source_ref: str
    version: int


class SuppliesAnnounced(Answer):
    """The supplies as they stand, and what was refused."""

    supplies: list[SupplyRow]
    refused: list[MovementRefused]


class ArrivalShown(Answer):
    """A part of a supply that came."""

    movement_id: UUID
    quantity: Number
    value: Amount
    occurred_at: AwareDatetime
    source_ref: str
    lot: str | None


class PegShown(Answer):
    """A waiting line that is promised goods of a supply; `net` is that of the promised part."""

    line_id: UUID
    order_id: UUID
    customer_id: UUID | None
    quantity: Number
    ship_on: date
    promised_on: date | None
    net: Amount | None
    currency: str


class SupplyShown(SupplyRow):
    """A supply with what came of it and who is promised the rest."""

    receipts: list[ArrivalShown]
    pegs: list[PegShown]
