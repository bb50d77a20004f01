"""What the endpoints of pricing answer, for the API's description."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer, Number


class ZoneShown(Answer):
    """A country, or of it a state or the postal codes that begin alike."""

    country: str
    state: str
    postal_prefix: str


class PriceListShown(Answer):
    """A price list; `scope` says for whom it is, without a legal entity it is for all of ours."""

    id: UUID
    code: str
    name: str
    currency: str
    scope: Literal["customer", "customer_group", "zone", "everybody"]
    customer: str | None
    customer_group: str | None
    zone: ZoneShown | None
    legal_entity: str | None
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None
    priority: int


class PriceShown(Answer):
    """A price of `per` units from a quantity on; `unit` is "" for the product's own."""

    id: UUID
    sku: str
    unit: str
    unit_price: Number
    per: Number
    min_quantity: Number
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None


class PricesAdded(Answer):
    """The ids of the prices that were added, in the order of the request."""

    ids: list[UUID]


class CostShown(Answer):
    """What one of a product's own units costs."""

    id: UUID
    sku: str
    currency: str
    unit_cost: Number
    legal_entity: str | None
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None


class CostsAdded(Answer):
    """The ids of the costs that were added, in the order of the request."""

    ids: list[UUID]


class CampaignShown(Answer):
    """A campaign of coupons."""

    id: UUID
    code: str
    name: str


class CouponShown(Answer):
    """A coupon with its limits and how often it is used at present."""

    id: UUID
    code: str
    campaign: str
    most_total: int | None
    most_per_customer: int | None
    used_total: int
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None


class CouponsAdded(Answer):
    """The ids of the coupons that were added, in the order of the request."""

    ids: list[UUID]


class RedemptionShown(Answer):
    """An order that used a coupon, or has given it back."""

    id: UUID
    order_id: UUID
    customer: str
    state: Literal["redeemed", "given_back"]
    redeemed_at: AwareDatetime
    given_back_at: AwareDatetime | None
