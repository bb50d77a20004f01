"""What the API of quotes reads and answers. Amounts are in major units, as text."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from apps.masterdata.contract import MOST_OWN_UNITS
from apps.pricing.selectors.wishes import MOST_LINES, CartWish, LineWish, Place
from ordercash.web.api.values import STRICT, Amount, Answer, Exact, Instant, Number, Text, strict

Code = Annotated[Text, Field(min_length=1, max_length=60)]
CouponCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Quantity = Annotated[Exact, Field(gt=0, le=MOST_OWN_UNITS, max_digits=18, decimal_places=4, allow_inf_nan=False)]
State = Literal["open", "ordered", "withdrawn", "expired", "not_yet_valid", "prices_only"]


class ShipTo(BaseModel):
    """The place whose prices and charges hold; no street and no name."""

    model_config = STRICT

    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
    state: Annotated[Text, Field(max_length=40)] = ""
    postal_code: Annotated[Text, Field(max_length=20)] = ""


class QuoteLineBody(BaseModel):
    """One product and quantity, in the product's own unit or another in which it is sold."""

    model_config = STRICT

    sku: Code
    quantity: Quantity
    unit: Annotated[Text, Field(max_length=12)] = ""


class NewQuote(BaseModel):
    """A cart to be priced. With `valid_until_at` an order may be placed at its prices until then."""

    model_config = strict(
        legal_entity="UK01", customer="C-1001", currency="GBP", lines=[{"sku": "MUG-BLUE", "quantity": "12"}],
        valid_until_at="2026-12-31T00:00:00Z",
    )  # fmt: skip

    legal_entity: Code
    customer: Code
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
    channel: Annotated[Text, Field(max_length=40, description="Only orders of this channel; of any when left out")] = ""
    at: Annotated[Instant | None, Field(description="The instant whose rules and prices decide; now when left out")] = (
        None
    )
    ship_to: Annotated[ShipTo | None, Field(description="Where the customer's goods usually go when left out")] = None
    coupons: Annotated[
        list[CouponCode], Field(max_length=20, description="Looked up, not used up: an order does that")
    ] = []
    valid_from_at: Annotated[Instant | None, Field(description="Now when left out")] = None
    valid_until_at: Instant | None = None
    note: Annotated[Text, Field(max_length=300)] = ""
    lines: Annotated[list[QuoteLineBody], Field(min_length=1, max_length=MOST_LINES)]

    def cart(self, now: Any) -> CartWish:
        """Return the cart in codes, at the instant asked for or now."""
        to = self.ship_to
        return CartWish(
            legal_entity=self.legal_entity, currency=self.currency, at=self.at or now, customer=self.customer,
            channel=self.channel, coupons=self.coupons,
            ship_to=Place(to.country, to.state, to.postal_code) if to else None,
            lines=[LineWish(line.sku, line.quantity, line.unit) for line in self.lines],
        )  # fmt: skip


class WithdrawQuote(BaseModel):
    """Why nobody shall order at the quote any more."""

    model_config = strict(reason="Wrong quantity")

    reason: Annotated[Text, Field(min_length=1, max_length=300)]


class QuoteRow(Answer):
    """A quote in a list; `state` is that of now."""

    id: UUID
    number: str
    state: State
    legal_entity: str
    customer: str
    customer_id: UUID
    currency: str
    channel: str
    priced_at: AwareDatetime
    valid_from_at: AwareDatetime | None
    valid_until_at: AwareDatetime | None
    line_count: int
    discount: Amount
    net: Annotated[Amount, Field(description="With charges and less discounts, before tax")]
    version_sha256: str
    order_id: UUID | None
    ordered_at: AwareDatetime | None
    note: str
    recorded_at: AwareDatetime


# What the version that decided calls a rule; "" for one without a title.
Title = Annotated[str, Field(description="What the rule is called; empty when it has no title")]


class MissedShown(Answer):
    """An access that had no price."""

    access: str
    why: str
    words: str


class GivenShown(Answer):
    """A rule that took something off: of the line itself, or the line's share of a discount on the order."""

    rule: str
    title: Title
    of: Literal["line", "order"]
    amount: Amount
    before: Amount
    after: Amount


class LostShown(Answer):
    """A rule that gave nothing; `by` was better, `would_save` is None where nobody reckoned it."""

    rule: str
    title: Title
    why: str
    by: str
    words: str
    would_save: Amount | None


class FloorShown(Answer):
    """A floor that was held against the line; `missed` says why it could not be. `is_below`: an order of this line is held."""

    rule: str
    title: Title
    least: Number | None
    missed: str | None
    is_below: bool


class QuotedPart(Answer):
    """What a part of a bundle takes of its line; `alone` is what it would cost alone."""

    sku: str
    net: Amount
    alone: Number | None


class BorneShown(Answer):
    """What the line bears of a charge on the order, before rounding; only of charges that are asked of lines one by one."""

    rule: str
    title: Title
    amount: Number


Missed = list[MissedShown]
Given = list[GivenShown]
Lost = list[LostShown]
Floors = list[FloorShown]
Parts = list[QuotedPart]
Borne = list[BorneShown]


class QuoteLineShown(Answer):
    """A line with its explanation. `found` is the price that was taken and what was done to it, None where no access had one."""

    line_no: int
    sku: str
    product_id: UUID
    quantity: Number
    unit: str
    unit_price: Number | None
    price_per: Number
    source: str
    list: Amount
    discount: Amount
    net: Amount
    missed: Missed
    found: dict[str, Any] | None
    given: Given
    lost: Lost
    closed_by: str
    floors: Floors
    parts: Parts
    borne: Borne


class AddedShown(Answer):
    """A line that a rule added: goods without charge, or a charge. Parts of a free bundle name it, others name none."""

    kind: Literal["free", "charge"]
    rule: str
    title: Title
    sku: str
    bundle: str
    quantity: Number
    unit_price: Number | None
    price_per: Number
    list: Amount
    discount: Amount
    net: Amount


class OrderGivenShown(Answer):
    """A discount on the whole order: on which amount, what it took, which goods it added."""

    rule: str
    title: Title
    base: Amount
    amount: Amount
    goods: list[list[str]]


class ChargeShown(Answer):
    """A charge: on which amount, exactly and rounded."""

    rule: str
    title: Title
    base: Amount
    exact: Number
    amount: Amount


class QuotedCoupon(Answer):
    """A code that came along; `why` is "" when it is granted."""

    code: str
    campaign: str
    why: str


class OrderExplained(Answer):
    """What happened to the cart as a whole."""

    given: list[OrderGivenShown]
    charges: list[ChargeShown]
    lost: list[LostShown]
    coupons: list[QuotedCoupon]


class QuoteShown(QuoteRow):
    """A quote with the whole explanation of its prices."""

    country: str
    state_of_country: str
    coupons_used: list[str]
    lines: list[QuoteLineShown]
    added: list[AddedShown]
    order: OrderExplained
