"""What the API of pricing reads."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field

from ordercash.web.api.values import STRICT, Exact, Flag, Instant, Text, Whole, strict

Code = Annotated[Text, Field(min_length=1, max_length=40)]
Sku = Annotated[Text, Field(min_length=1, max_length=64)]
CouponCode = Annotated[Text, Field(min_length=1, max_length=64)]
Above = Annotated[Exact, Field(gt=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]
Most = Annotated[Whole, Field(ge=0, le=1_000_000_000)]
Price = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]
Quantity = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("this time zone is not known (IANA names, like Europe/Berlin)") from None
    return name


class Zone(BaseModel):
    """A country, or of it a state or the postal codes that begin with `postal_prefix`."""

    model_config = STRICT

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    state: Annotated[Text, Field(max_length=80)] = ""
    postal_prefix: Annotated[str, Field(pattern="^[A-Za-z0-9 -]*$", max_length=20)] = ""


class NewPriceList(BaseModel):
    """A price list to add: for a `customer`, a `customer_group`, a `zone` or, without any of them, for everybody;

    without `legal_entity` for all of ours.
    """

    model_config = STRICT

    code: Code
    name: Annotated[Text, Field(max_length=120)] = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    customer: Code | None = None
    customer_group: Code | None = None
    zone: Zone | None = None
    legal_entity: Code | None = None
    valid_from_at: Instant
    valid_until_at: Instant | None = None
    priority: Annotated[Whole, Field(ge=-1000, le=1000)] = 0


class NewPrice(BaseModel):
    """A price of `per` units to add, valid in [valid_from_at, valid_until_at) from `min_quantity` on.

    Without `unit` it is for the product's own.
    """

    model_config = STRICT

    sku: Sku
    unit: Annotated[Text, Field(max_length=12)] = ""
    unit_price: Price
    per: Above = Decimal(1)
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


class NewCost(BaseModel):
    """What one of the product's own units costs; without `legal_entity` for all of ours that have no cost of their own."""

    model_config = STRICT

    sku: Sku
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    unit_cost: Price
    legal_entity: Code | None = None
    valid_from_at: Instant
    valid_until_at: Instant | None = None


class NewCosts(BaseModel):
    """Costs to add, all or none."""

    model_config = STRICT

    costs: Annotated[list[NewCost], Field(min_length=1, max_length=1000)]


class CostFile(BaseModel):
    """A CSV of costs: sku, currency, unit_cost, and if wanted legal_entity, valid_from, valid_until (wall times of `zone`)."""

    model_config = strict(text="sku,currency,unit_cost\nMUG-BLUE,GBP,2.10\n", dry_run=True)

    text: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    dry_run: Flag = False
    looked_at: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")] = ""


class CostUntil(PriceUntil):
    """The instant from which a cost is not valid any more; null leaves it open."""


class NewCampaign(BaseModel):
    """A campaign of coupons; rules of prices name it by its code."""

    model_config = STRICT

    code: CouponCode
    name: Annotated[Text, Field(max_length=120)] = ""


class NewCoupon(BaseModel):
    """A code to give out; a limit of null is no limit."""

    model_config = STRICT

    code: CouponCode
    campaign: CouponCode
    valid_from_at: Instant
    valid_until_at: Instant | None = None
    most_total: Most | None = None
    most_per_customer: Most | None = None


class NewCoupons(BaseModel):
    """Coupons to add, all or none."""

    model_config = STRICT

    coupons: Annotated[list[NewCoupon], Field(min_length=1, max_length=1000)]


class CouponChanges(BaseModel):
    """Limits and end of a coupon to change; what is left out stays."""

    model_config = STRICT

    most_total: Most | None = None
    most_per_customer: Most | None = None
    valid_until_at: Instant | None = None
