"""The canonical order: the one shape in which an order enters, whatever it came as. Version 1.

Published as JSON Schema under `/api/v1/schemas/order/1`. A document that does not fit is refused with one fault per
mistake, each with its JSON pointer (RFC 6901); nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError
from pydantic.config import JsonDict

from ordercash.kernel.errors import DomainError, Fault
from ordercash.web.api.values import STRICT, Day, Exact, Instant, Text, Whole, strict, told

MAX_LINES = 5_000
MAX_COUPONS = 20
MAX_QUANTITY = Decimal("100000000")
MAX_PRICE = Decimal("100000000000")


class OrderMalformed(DomainError):
    """The document is not a canonical order; `faults` name every mistake."""

    code, title, status = "order_malformed", "The order cannot be read", 422


Code = Annotated[Text, Field(min_length=1, max_length=60)]
# Lines of people: tabs and breaks of lines and pages are theirs, other control characters are not.
Note = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0E-\x1F\x7F]*$", max_length=2_000)]
Quantity = Annotated[Exact, Field(gt=0, le=MAX_QUANTITY, max_digits=18, decimal_places=4, allow_inf_nan=False)]
Price = Annotated[Exact, Field(ge=0, le=MAX_PRICE, max_digits=18, decimal_places=6, allow_inf_nan=False)]

Coupon = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]

EXAMPLE: Final[JsonDict] = {
    "legal_entity": "UK01",
    "channel": "web",
    "customer": "C-1001",
    "currency": "GBP",
    "external_number": "W-20260302-17",
    "lines": [{"sku": "MUG-BLUE", "quantity": "2"}, {"sku": "TEAPOT-1L", "quantity": "1"}],
}


class CanonicalAddress(BaseModel):
    """Where the goods go. An address with an empty part is well-formed, but holds the order until it is completed."""

    model_config = STRICT

    name: Annotated[Text, Field(max_length=120)] = ""
    line1: Annotated[Text, Field(max_length=120)] = ""
    line2: Annotated[Text, Field(max_length=120)] = ""
    city: Annotated[Text, Field(max_length=80)] = ""
    postal_code: Annotated[Text, Field(max_length=20)] = ""
    state: Annotated[Text, Field(max_length=40)] = ""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]


class CanonicalLine(BaseModel):
    """One product and quantity; `unit_price` only through a channel whose prices are agreed (net of tax)."""

    model_config = STRICT

    line_no: Annotated[Whole, Field(ge=1, le=99_999)] | None = None
    sku: Code
    description: Annotated[Text, Field(max_length=200)] = ""
    quantity: Quantity
    unit: Annotated[
        str,
        Field(
            max_length=12, description="The unit that quantity and unit_price count; the product's own when left out"
        ),
    ] = ""
    unit_price: Price | None = None
    buyer_reference: Annotated[
        Text, Field(max_length=60, description="What the buyer calls the line; shown, and decides nothing")
    ] = ""


class CanonicalOrder(BaseModel):
    """An order as a channel hands it over."""

    model_config = strict(**EXAMPLE)

    legal_entity: Code
    channel: Code
    customer: Code
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
    ordered_at: Instant | None = Field(
        default=None, description="Business time with offset (RFC 3339); now when absent"
    )
    external_number: Annotated[Text, Field(max_length=60)] = ""
    purchase_order: Annotated[Text, Field(max_length=60)] = ""
    requested_delivery_date: Day | None = Field(
        default=None, description="The day by which the buyer wishes to have the goods; the wished day of every line"
    )
    note: Note = ""
    partial_delivery: Annotated[
        bool, Field(description="False: nothing leaves until everything that is wanted does")
    ] = True
    hold: Annotated[
        Text,
        Field(max_length=36, description="The id of goods that the caller has set aside; the order claims them"),
    ] = ""
    ship_to: CanonicalAddress | None = None
    coupons: Annotated[
        list[Coupon],
        Field(max_length=MAX_COUPONS, description="Codes that discounts ask for; upper and lower case are the same"),
    ] = []
    quote: Annotated[
        str,
        Field(
            pattern=r"^(Q-[0-9]{8,18})?$",
            description="Number of a quote that is valid: the order takes its prices. Customer, currency and lines are those of the quote",
        ),
    ] = ""
    lines: Annotated[list[CanonicalLine], Field(min_length=1, max_length=MAX_LINES)]


def json_schema() -> dict[str, Any]:
    """Return the published JSON Schema (draft 2020-12) of the canonical order."""
    schema = CanonicalOrder.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:ordercash:schema:order:1", **schema}


def read_order(document: Any) -> CanonicalOrder:
    """Return the order that a parsed JSON document describes; raises OrderMalformed with every fault."""
    try:
        order = CanonicalOrder.model_validate(document)
    except ValidationError as error:
        raise OrderMalformed(faults=[_fault(item) for item in error.errors(include_url=False)[:100]]) from None
    faults = _numbering_faults(order.lines) + _coupon_faults(order.coupons)
    if faults:
        raise OrderMalformed(faults=faults)
    return order


def _fault(item: Mapping[str, Any]) -> Fault:
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in item["loc"])
    return Fault(pointer=pointer, code=str(item["type"]), detail=told(item))


def _coupon_faults(coupons: Sequence[str]) -> list[Fault]:
    """A code counts once, however it is written."""
    codes = [code.upper() for code in coupons]
    return [
        Fault(f"/coupons/{index}", "coupon_duplicate", f"Coupon {code} is named already.")
        for index, code in enumerate(codes)
        if code in codes[:index]
    ]


def _numbering_faults(lines: Sequence[CanonicalLine]) -> list[Fault]:
    """Line numbers are given for all lines or for none, and each once."""
    given = [line.line_no for line in lines if line.line_no is not None]
    if given and len(given) < len(lines):
        missing = next(index for index, line in enumerate(lines) if line.line_no is None)
        return [Fault(f"/lines/{missing}/line_no", "line_no_missing", "Number every line or none.")]
    seen: set[int] = set()
    faults = []
    for index, line in enumerate(lines):
        if line.line_no in seen:
            faults.append(Fault(f"/lines/{index}/line_no", "line_no_duplicate", f"Line {line.line_no} exists already."))
        if line.line_no is not None:
            seen.add(line.line_no)
    return faults
