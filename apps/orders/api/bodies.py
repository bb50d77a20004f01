"""What the verbs of orders read, and examples of what goes in and out."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from ordercash.web.api.values import STRICT, Exact, Flag, Instant, Text, strict

Quantity = Annotated[
    Exact,
    Field(gt=0, le=Decimal("100000000"), max_digits=18, decimal_places=4, allow_inf_nan=False),
]
Reason = Annotated[Text, Field(min_length=1, max_length=300)]

ORDER_ID = "01900000-0000-7000-8000-000000000001"
PLACED: dict[str, Any] = {
    "id": ORDER_ID,
    "number": "SO-1",
    "state": "confirmed",
    "currency": "GBP",
    "net": "41.95",
    "tax": "8.39",
    "gross": "50.34",
    "reasons": [],
    "backordered": [],
    "url": f"/api/v1/orders/{ORDER_ID}",
}


class ReasonBody(BaseModel):
    """Why."""

    model_config = strict(reason="The customer confirmed by telephone")

    reason: Reason


class LineBody(BaseModel):
    """A line of the order and how much of it."""

    model_config = STRICT

    line_id: UUID
    quantity: Quantity


Lines = Annotated[list[LineBody], Field(min_length=1, max_length=5_000)]


class CancelBody(ReasonBody):
    """What to cancel: everything open when `lines` is left out."""

    model_config = strict(reason="Ordered by mistake")

    lines: Lines | None = None


class LinePriceBody(ReasonBody):
    """The price of one ordered unit, or what is taken off in per cent; one of the two."""

    model_config = strict(unit_price="4.90", reason="Agreed at the fair")

    unit_price: Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)] | None = None
    discount_percent: (
        Annotated[Exact, Field(gt=0, le=100, max_digits=7, decimal_places=4, allow_inf_nan=False)] | None
    ) = None


class AllowBody(ReasonBody):
    """Why prices may be below their floor, and until when the order may be released at them."""

    model_config = strict(reason="Last of the season", expires_at="2026-04-01T00:00:00+00:00")

    expires_at: Instant


class ShipBody(BaseModel):
    """What to ship: everything reserved when `lines` is left out."""

    model_config = strict(carrier="Parcel", tracking="PX123456789GB")

    lines: Lines | None = None
    warehouse_id: UUID | None = None
    carrier: Annotated[Text, Field(max_length=60)] = ""
    tracking: Annotated[Text, Field(max_length=80)] = ""
    shipped_at: Instant | None = None


class ReturnBody(ReasonBody):
    """Which quantities came back; `restock` puts them on the shelf again, where `inspect` has them looked at before."""

    model_config = strict(reason="Arrived broken", lines=[{"line_id": ORDER_ID, "quantity": "1"}])

    lines: Lines
    restock: Flag = True
    inspect: Flag = False
