"""What must be true of an order before it may go on. All failures are found together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ordercash.kernel.money import AmountOutOfRange

CHECKS_KIND: Final = "compliance.checks"

AMOUNT_OUT_OF_RANGE: Final = AmountOutOfRange.code
ADDRESS_INCOMPLETE: Final = "address_incomplete"

# No list leaves these out or merely warns of them: without a customer, a product, a quantity, a price, a tax rate, or with an
# amount that the books cannot carry, there is nothing that could be delivered and invoiced.
ALWAYS_HELD: Final = (
    "row_unusable",
    "customer_unknown",
    "product_unknown",
    "quantity_not_positive",
    "price_missing",
    "tax_undetermined",
    AMOUNT_OUT_OF_RANGE,
)

# Every check with the sentence that a person reads.
CHECKS: Final[Mapping[str, str]] = {
    "row_unusable": "A row of the file cannot be read as an order line",
    "customer_unknown": "The customer is not known",
    "customer_blocked": "The customer is blocked",
    ADDRESS_INCOMPLETE: "The delivery address is incomplete",
    "credit_limit_exceeded": "The customer's credit limit is exceeded",
    "product_unknown": "The product is not known",
    "product_not_sellable": "The product is not sold any more",
    "quantity_not_positive": "The quantity is not above zero",
    "price_missing": "No price was found",
    "price_not_positive": "The price is not above zero",
    "price_below_floor": "The price is below its floor",
    "cost_unknown": "The cost is not known, nor whether its floor is kept",
    "coupon_refused": "A coupon cannot be used",
    AMOUNT_OUT_OF_RANGE: "The amount is beyond what can be booked",
    "tax_undetermined": "No tax rate is known for this delivery",
}
CheckCode = Literal[
    "row_unusable", "customer_unknown", "customer_blocked", "address_incomplete", "credit_limit_exceeded",
    "product_unknown", "product_not_sellable", "quantity_not_positive", "price_missing", "price_not_positive",
    "tax_undetermined",
]  # fmt: skip
AddressPart = Literal["name", "line1", "line2", "city", "postal_code", "state", "country"]


class Check(BaseModel):
    """One check; `severity` hold stops the order with a case, warn only tells. Channels may be excepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: CheckCode
    severity: Literal["hold", "warn"] = "hold"
    except_channels: tuple[str, ...] = ()


class CheckList(BaseModel):
    """The document of the rulebook kind "compliance.checks". What is not listed is not checked, but for what is ALWAYS_HELD."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: Annotated[tuple[Check, ...], Field(max_length=50)]
    required_address: tuple[AddressPart, ...] = ("line1", "city", "country")

    @model_validator(mode="after")
    def _listed_once(self) -> Self:
        codes = [check.code for check in self.checks]
        if len(set(codes)) < len(codes):
            raise ValueError("every check is listed once")
        return self


class LineCheckFacts(NamedTuple):
    """What the checks know of a line. An unusable row (`row_problem` not empty) is checked for nothing else.

    What is not `priced_alone` (a part of a bundle, free goods) needs no price above zero.
    """

    line_no: int
    quantity: Decimal
    unit_price: Decimal | None
    product_known: bool = True
    product_sellable: bool = True
    tax_determined: bool = True
    row_problem: str = ""
    amount_too_large: bool = False
    priced_alone: bool = True


class OrderCheckFacts(NamedTuple):
    """What the checks know of an order: no names and no addresses, only which parts of the address are empty."""

    at: datetime
    legal_entity_id: UUID
    channel: str
    lines: Sequence[LineCheckFacts]
    customer_known: bool = True
    customer_blocked: bool = False
    address_empty_parts: tuple[str, ...] = ()
    address_known: bool = True
    credit_refused: bool = False


class FailedCheck(NamedTuple):
    """One thing wrong, on a line or (`line_no` None) the whole order."""

    code: str
    line_no: int | None
    detail: dict[str, Any]
    severity: str = "hold"


Severities = Mapping[str, str]


def severities_of(checks: CheckList, channel: str) -> Severities:
    """Return the severity of every check that is made for orders of a channel."""
    listed: dict[str, str] = {
        check.code: check.severity for check in checks.checks if channel not in check.except_channels
    }
    return listed | dict.fromkeys(ALWAYS_HELD, "hold")


def failed_checks(checks: CheckList, active: Severities, order: OrderCheckFacts) -> tuple[FailedCheck, ...]:
    """Return everything that is wrong with an order, order first, then its lines; empty when it may go on.

    What merely follows from another failure is not repeated: an unknown product has no price and no tax either.
    """
    failed = _order_failures(checks, order)
    for line in order.lines:
        # The rule: a line that is in order costs one comparison.
        if (
            line[2] is None or line[2] <= 0 or line[1] <= 0 or line[6] or line[7]
            or not (line[3] and line[4] and line[5])
        ):  # fmt: skip
            failed += _line_failures(line, customer_known=order.customer_known)
    if not failed:
        return ()
    if not order.address_known:
        # No list leaves this out: without any address there is nowhere to deliver and nobody to invoice.
        active = {**active, ADDRESS_INCOMPLETE: "hold"}
    return tuple(FailedCheck(code, no, detail, active[code]) for code, no, detail, _ in failed if code in active)


def _order_failures(checks: CheckList, order: OrderCheckFacts) -> list[FailedCheck]:
    failed = []
    if not order.customer_known:
        return [FailedCheck("customer_unknown", None, {})]
    if order.customer_blocked:
        failed.append(FailedCheck("customer_blocked", None, {}))
    empty = [part for part in checks.required_address if part in order.address_empty_parts]
    if empty or not order.address_known:
        failed.append(FailedCheck(ADDRESS_INCOMPLETE, None, {"empty": empty}))
    if order.credit_refused:
        failed.append(FailedCheck("credit_limit_exceeded", None, {}))
    return failed


def _line_failures(line: LineCheckFacts, *, customer_known: bool) -> list[FailedCheck]:
    number = line.line_no
    if line.row_problem:
        return [FailedCheck("row_unusable", number, {"problem": line.row_problem})]
    failed = []
    if not line.product_known:
        failed.append(FailedCheck("product_unknown", number, {}))
    elif not line.product_sellable:
        failed.append(FailedCheck("product_not_sellable", number, {}))
    if line.quantity <= 0:
        failed.append(FailedCheck("quantity_not_positive", number, {"quantity": format(line.quantity, "f")}))
    if line.amount_too_large:
        failed.append(FailedCheck(AMOUNT_OUT_OF_RANGE, number, {"quantity": format(line.quantity, "f")}))
    elif line.unit_price is None and line.product_known and line.priced_alone:
        failed.append(FailedCheck("price_missing", number, {}))
    elif line.unit_price is not None and line.unit_price <= 0 and line.priced_alone:
        failed.append(FailedCheck("price_not_positive", number, {"unit_price": format(line.unit_price, "f")}))
    if not line.tax_determined and line.product_known and customer_known:
        failed.append(FailedCheck("tax_undetermined", number, {}))
    return failed
