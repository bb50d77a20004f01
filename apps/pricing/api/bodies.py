"""What the API of pricing reads."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from ordercash.web.api.values import STRICT, Exact, Instant, Text, Whole

Code = Annotated[Text, Field(min_length=1, max_length=40)]
Price = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
Quantity = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]


class NewPriceList(BaseModel):
    """A price list to add; without `customer_group` for everybody, without `legal_entity` for all of ours."""

    model_config = STRICT

    code: Code
    name: Annotated[Text, Field(max_length=120)] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    customer_group: Code | None = None
    legal_entity: Code | None = None
    valid_from_at: Instant
    valid_until_at: Instant | None = None
    priority: Annotated[Whole, Field(ge=-1000, le=1000)] = 0


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


class PriceUntil(BaseModel):
    """The instant from which it is not valid any more; null leaves it open."""

    model_config = STRICT

    valid_until_at: Instant | None
