"""What the API of inventory reads. What does not fit is refused with a JSON pointer for every fault."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from ordercash.web.api.values import STRICT, Day, Exact, Flag, Instant, Text, Whole, strict


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
LotCode = Annotated[Text, Field(max_length=60, description="Of goods that are kept in lots, and only of them")]
Expiry = Annotated[Day | None, Field(description="The first day on which the lot cannot leave any more")]


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
    lot_code: LotCode = ""
    expires_on: Expiry = None


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
    lot_code: LotCode = ""
    expires_on: Expiry = None


class Adjustments(BaseModel):
    """Up to 1,000 counted differences."""

    model_config = strict(
        adjustments=[
            {"sku": "MUG-BLUE", "warehouse": "UK-MAIN", "quantity": "-2", "source_ref": "COUNT-7/1", "note": "Broken"}
        ]
    )

    adjustments: Annotated[list[Adjustment], Field(min_length=1, max_length=1000)]


class BinMove(BaseModel):
    """Goods that go from one place of a stock row to another, or out of it: thrown away, or sold or used elsewhere."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    quantity: Quantity
    from_bin: Literal["shelf", "held", "damaged"]
    to_bin: Literal["shelf", "held", "damaged", "scrap", "elsewhere"]
    source_ref: SourceRef
    note: Annotated[Text, Field(max_length=200)] = ""
    lot_code: LotCode = ""


class BinMoves(BaseModel):
    """Up to 1,000 moves."""

    model_config = strict(
        moves=[
            {
                "sku": "MUG-BLUE",
                "warehouse": "UK-MAIN",
                "quantity": "2",
                "from_bin": "held",
                "to_bin": "damaged",
                "source_ref": "INSP-9/1",
                "note": "Chipped",
            }
        ]
    )

    moves: Annotated[list[BinMove], Field(min_length=1, max_length=1000)]


class KeptBack(BaseModel):
    """A quantity that a warehouse keeps back of a product."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    quantity: Annotated[Exact, Field(ge=0, le=Decimal("1000000000"), decimal_places=4, allow_inf_nan=False)]


class WorthElse(BaseModel):
    """What one of a product in a warehouse is worth from now on, in the currency of its legal entity, and why."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    unit_cost: UnitCost
    source_ref: SourceRef
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


class Revaluations(BaseModel):
    """Up to 1,000 rows."""

    model_config = strict(
        revaluations=[
            {
                "sku": "MUG-BLUE",
                "warehouse": "UK-MAIN",
                "unit_cost": "1.80",
                "source_ref": "REV-2026/1",
                "reason": "The supplier's price fell",
            }
        ]
    )

    revaluations: Annotated[list[WorthElse], Field(min_length=1, max_length=1000)]


class SafetyStocks(BaseModel):
    """Up to 1,000 rows."""

    model_config = strict(rows=[{"sku": "MUG-BLUE", "warehouse": "UK-MAIN", "quantity": "12"}])

    rows: Annotated[list[KeptBack], Field(min_length=1, max_length=1000)]


Confidence = Annotated[Exact, Field(ge=0, le=100, decimal_places=2, allow_inf_nan=False, description="Per cent")]
Reason = Annotated[Text, Field(min_length=1, max_length=200)]


class NewSupply(BaseModel):
    """Goods that should come; without a number they get one. The cost of one in the currency of the warehouse's legal entity."""

    model_config = STRICT

    sku: Code
    warehouse: Code
    quantity: Quantity
    unit_cost: UnitCost
    due_at: Instant
    source_ref: SourceRef
    number: Annotated[Text, Field(max_length=40)] = ""
    kind: Literal["purchase", "production", "transfer", "opening"] = "purchase"
    status: Literal["planned", "confirmed", "in_transit"] = "planned"
    confidence: Confidence = Decimal(100)
    lot_code: LotCode = ""
    expires_on: Day | None = None


class NewSupplies(BaseModel):
    """Up to 1,000 supplies."""

    model_config = strict(
        supplies=[
            {
                "sku": "MUG-BLUE",
                "warehouse": "UK-MAIN",
                "quantity": "480",
                "unit_cost": "2.10",
                "due_at": "2026-03-20T08:00:00Z",
                "number": "PO-4711",
                "status": "confirmed",
                "source_ref": "PO-4711/1",
            }
        ]
    )

    supplies: Annotated[list[NewSupply], Field(min_length=1, max_length=1000)]


class SupplyUpdate(BaseModel):
    """What is known better; what is left out stays. With `version` it is refused when somebody else changed the supply since."""

    model_config = strict(due_at="2026-03-27T08:00:00Z", confidence="80")

    due_at: Instant | None = None
    quantity: Quantity | None = None
    unit_cost: UnitCost | None = None
    status: Literal["confirmed", "in_transit"] | None = None
    confidence: Confidence | None = None
    version: Annotated[Whole, Field(ge=0, le=2**63 - 1)] | None = None


class Arrival(BaseModel):
    """What came of a supply, at the announced cost unless another is stated; `is_last`: nothing more will come."""

    model_config = strict(quantity="200", source_ref="GRN-1002/1")

    quantity: Quantity
    source_ref: SourceRef
    received_at: Instant | None = None
    is_last: Flag = False
    unit_cost: UnitCost | None = None
    lot_code: LotCode = ""
    expires_on: Day | None = None


class Closing(BaseModel):
    """Why nothing more will come."""

    model_config = strict(reason="The supplier cancelled the rest")

    reason: Reason
