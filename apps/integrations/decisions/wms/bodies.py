"""What warehouse systems say, message by message. What does not fit is refused and kept with its fault."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

MOST_MESSAGES: Final = 100

LOOSE = ConfigDict(extra="ignore", frozen=True)
Quantity = Annotated[Decimal, Field(ge=0, le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False)]
Moved = Annotated[Decimal, Field(gt=0, le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\x21-\x7e]+$")]
# Goods that are kept in lots are named with their lot, others without.
LotCode = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
Words = Annotated[str, Field(max_length=60)]


class Envelope(BaseModel):
    """A message as it comes: its own number has no gaps, `order_seq` is the state of the order that it answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    seq: Annotated[int, Field(ge=1, le=2**62)]
    kind: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]+$")]
    order_id: UUID | None = None
    order_seq: Annotated[int, Field(ge=0, le=2**62)] | None = None
    occurred_at: AwareDatetime
    body: dict[str, Any] = Field(default_factory=dict)


SHIPPED: Final[dict[str, Any]] = {
    "id": "a1b2-17",
    "seq": 17,
    "kind": "shipped",
    "order_id": "0190b3c4-7d2e-7a51-9c3f-2b6f0e8d4a17",
    "occurred_at": "2026-03-02T10:00:00Z",
    "body": {
        "shipment_id": "S-5521",
        "carrier": "parcel",
        "tracking": "T-5521",
        "lines": [{"line_id": "0190b3c4-7d2e-7a51-9c3f-2b6f0e8d4a18", "sku": "MUG-BLUE", "quantity": "2"}],
    },
}


class Batch(BaseModel):
    """Up to 100 messages; docs/warehouse-systems.md tells the body of each kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"messages": [SHIPPED]}]})

    messages: Annotated[list[Envelope], Field(min_length=1, max_length=MOST_MESSAGES)]


class Line(BaseModel):
    """A line of an order and a quantity of it."""

    model_config = LOOSE

    line_id: UUID
    sku: Name = "-"
    quantity: Moved
    lot: LotCode | None = None


class ConfirmedLine(Line):
    """A line as the warehouse system has it; nothing of it may be wanted any more."""

    quantity: Quantity  # type: ignore[assignment]


class Reserved(BaseModel):
    """The state of an order that was taken over."""

    model_config = LOOSE

    lines: Annotated[list[ConfirmedLine], Field(max_length=5_000)]


class Refused(BaseModel):
    """The state of an order that was not taken over, and why."""

    model_config = LOOSE

    reason: Words


class Shipped(BaseModel):
    """Goods of an order left."""

    model_config = LOOSE

    shipment_id: Name
    lines: Annotated[list[Line], Field(min_length=1, max_length=5_000)]
    carrier: Words = ""
    tracking: Words = ""


class MissingLine(BaseModel):
    """A line of which something was not found where it should lie."""

    model_config = LOOSE

    line_id: UUID
    missing: Moved
    lot: LotCode | None = None


class ShortPicked(BaseModel):
    """Goods of an order were not found."""

    model_config = LOOSE

    pick_id: Name
    lines: Annotated[list[MissingLine], Field(min_length=1, max_length=5_000)]


class BackLine(Line):
    """A line of which something came back, in what condition it seems."""

    condition: Words = "to_inspect"


class Returned(BaseModel):
    """Goods of an order came back and wait to be looked at."""

    model_config = LOOSE

    return_id: Name
    lines: Annotated[list[BackLine], Field(min_length=1, max_length=5_000)]


class FoundLine(BaseModel):
    """A line of a return: how much of it can be sold, is damaged, was thrown away."""

    model_config = LOOSE

    line_id: UUID
    sku: Name = "-"
    good: Quantity = Decimal(0)
    damaged: Quantity = Decimal(0)
    scrapped: Quantity = Decimal(0)


class Inspected(BaseModel):
    """Somebody looked at goods of a return."""

    model_config = LOOSE

    inspection_id: Name
    return_id: Name
    lines: Annotated[list[FoundLine], Field(min_length=1, max_length=5_000)]


class LotTold(BaseModel):
    """What lies there of a lot; `expires_on` is needed of one that we do not know."""

    model_config = LOOSE

    lot: LotCode
    on_hand: Quantity
    expires_on: date | None = None


class StockTold(BaseModel):
    """What lies there of a product, of goods in lots lot by lot; `stock_seq` counts what was said of it."""

    model_config = LOOSE

    sku: Name
    on_hand: Quantity
    stock_seq: Annotated[int, Field(ge=0, le=2**62)]
    count_id: Name = "-"
    lots: Annotated[list[LotTold], Field(max_length=1_000)] = []


class Heartbeat(BaseModel):
    """Everything was told up to now."""

    model_config = LOOSE


BODIES: Final[dict[str, type[BaseModel]]] = {
    "reserved": Reserved,
    "refused": Refused,
    "shipped": Shipped,
    "short_picked": ShortPicked,
    "returned": Returned,
    "inspected": Inspected,
    "stock": StockTold,
    "counted": StockTold,
    "heartbeat": Heartbeat,
}

# What tells of the whole warehouse waits for everything that was said before it.
AFTER_ALL_BEFORE: Final = frozenset({"stock", "counted", "heartbeat"})


def kept_body(message: Envelope) -> dict[str, Any]:
    """Return what is kept of a message: the members that its kind has, and nothing else that they may have sent along.

    Of a message that cannot be read everything is kept, for whoever has to look at it.
    """
    shape = BODIES.get(message.kind)
    if shape is None:
        return message.body
    try:
        return shape.model_validate(message.body).model_dump(mode="json", exclude_unset=True)
    except ValidationError:
        return message.body
