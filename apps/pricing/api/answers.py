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


class CostRowShown(Answer):
    """What a row of a file of costs comes to; `row` is the number in the file, the header being 1."""

    row: int
    action: Literal["new", "changed", "unchanged", "refused"]
    sku: str
    currency: str
    legal_entity: str | None
    before: Number | None
    after: Number | None
    valid_from_at: AwareDatetime | None
    valid_until_at: AwareDatetime | None
    column: str
    code: str
    detail: str


class CostCounts(Answer):
    """How many rows come to what."""

    new: int
    changed: int
    unchanged: int
    refused: int


class CostsImported(Answer):
    """What a file of costs comes to, and whether that is done; the rows that are refused stand first, 500 rows at most."""

    is_done: bool
    looked_at: str
    counts: CostCounts
    rows: list[CostRowShown]


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
