"""What the API of pricing reads."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _printable(value: str) -> str:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError("must not hold control characters")
    return value


def _exact(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError('must be a number written exactly, such as 12 or "2.55"')
    return value


def _in_our_time(value: datetime) -> datetime:
    if not 1990 <= value.year <= 2200:
        raise ValueError("must be an instant between 1990 and 2200")
    return value


Text = Annotated[str, AfterValidator(_printable)]
Code = Annotated[Text, Field(min_length=1, max_length=40)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Price = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
Quantity = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)
]


class NewPriceList(BaseModel):
    """A price list to add; without `customer_group` for everybody, without `legal_entity` for all of ours."""

    model_config = STRICT

    code: Code
    name: Annotated[Text, Field(max_length=120)] = ""
    currency: Annotated[Text, Field(pattern="^[A-Z]{3}$")]
    customer_group: Code | None = None
    legal_entity: Code | None = None
    valid_from_at: Instant
    valid_until_at: Instant | None = None
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0


class NewPrice(BaseModel):
    """A price to add, valid in [valid_from_at, valid_until_at) from `min_quantity` on."""

    model_config = STRICT

    sku: Annotated[Text, Field(min_length=1, max_length=64)]
    unit_price: Price
    min_quantity: Quantity = Decimal(0)
    valid_from_at: Instant
    valid_until_at: Instant | None = None


class NewPrices(BaseModel):
    """Prices to add to a list, all or none."""

    model_config = STRICT

    prices: Annotated[list[NewPrice], Field(min_length=1, max_length=1000)]


class Until(BaseModel):
    """The instant from which it is not valid any more; null leaves it open."""

    model_config = STRICT

    valid_until_at: Instant | None
