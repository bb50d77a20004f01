"""What the API of inventory reads. What does not fit is refused with a JSON pointer for every fault."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from ordercash.web.api.values import STRICT, Exact, Instant, Text, strict


def _not_zero(value: Decimal) -> Decimal:
    if not value:
        raise ValueError("must not be zero")
    return value


Code = Annotated[Text, Field(min_length=1, max_length=64)]
SourceRef = Annotated[
    Text, Field(min_length=1, max_length=120, description="Names the fact for ever: repeating it does nothing")
]
Quantity = Annotated[Exact, Field(gt=0, le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False)]
Difference = Annotated[
    Exact,
    Field(ge=Decimal("-1000000000"), le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False),
    AfterValidator(_not_zero),
]
UnitCost = Annotated[Exact, Field(ge=0, le=Decimal("1000000"), decimal_places=6, allow_inf_nan=False)]


class Receipt(BaseModel):
    """Goods that came in, or will at `due_at`; the cost of one in the currency of the warehouse's legal entity."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    quantity: Quantity
    unit_cost: UnitCost
    source_ref: SourceRef
    due_at: Instant | None = None
    kind: Literal["receipt", "opening"] = "receipt"


class Receipts(BaseModel):
    """Up to 1,000 receipts."""

    model_config = strict(
        receipts=[
            {
                "sku": "MUG-BLUE",
                "warehouse": "UK-MAIN",
                "quantity": "48",
                "unit_cost": "2.10",
                "source_ref": "GRN-1001/1",
            }
        ]
    )

    receipts: Annotated[list[Receipt], Field(min_length=1, max_length=1000)]


class Adjustment(BaseModel):
    """A counted difference: below zero is missing; above was found, at `unit_cost` or at the average."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    quantity: Difference
    source_ref: SourceRef
    note: Annotated[Text, Field(max_length=200)] = ""
    unit_cost: UnitCost | None = None
    occurred_at: Instant | None = None


class Adjustments(BaseModel):
    """Up to 1,000 counted differences."""

    model_config = strict(
        adjustments=[
            {"sku": "MUG-BLUE", "warehouse": "UK-MAIN", "quantity": "-2", "source_ref": "COUNT-7/1", "note": "Broken"}
        ]
    )

    adjustments: Annotated[list[Adjustment], Field(min_length=1, max_length=1000)]
