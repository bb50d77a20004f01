"""Which coupons a customer may use at an instant, and why not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from apps.pricing.models import Coupon, CouponCampaign, CouponRedemption, CouponUse
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import columns_of, fetch
from ordercash.web.search import Hit

# Why a coupon is not granted.
UNKNOWN: Final = "unknown"
NOT_YET: Final = "not_yet"
ENDED: Final = "ended"
USED_UP: Final = "used_up"
USED_BY_CUSTOMER: Final = "used_up_by_customer"
NOT_CUSTOMERS: Final = "no_customer"
# The same as the end of a sentence that begins with the coupon.
REFUSED_WORDS: Final = {
    UNKNOWN: "does not exist",
    NOT_YET: "is not valid yet",
    ENDED: "is not valid any more",
    USED_UP: "is used up",
    USED_BY_CUSTOMER: "is used up by this customer",
    NOT_CUSTOMERS: "is only for customers that are known",
}


class CouponWish(NamedTuple):
    """A code that came with a cart. `customer_id` None: nobody who could use a coupon that is limited per customer."""

    code: str
    customer_id: UUID | None
    at: datetime


class CouponAnswer(NamedTuple):
    """Whether a code is granted; `campaign` is "" for a code that nobody knows, `why` is "" when it is granted."""

    code: str
    campaign: str
    granted: bool
    why: str


@dataclass(slots=True)
class CouponFacts:
    """A coupon with its present uses; `used_by` are those of the customers who were asked for."""

    id: UUID
    code: str
    campaign: str
    most_total: int | None
    most_per_customer: int | None
    used_total: int
    valid_from_at: datetime
    valid_until_at: datetime | None
    used_by: dict[UUID, int] = field(default_factory=dict)

    def why_not(self, customer_id: UUID | None, at: datetime) -> str:
        """Return why the customer may not use it once more at the instant, "" when he may."""
        if at < self.valid_from_at:
            return NOT_YET
        if self.valid_until_at is not None and at >= self.valid_until_at:
            return ENDED
        if self.most_total is not None and self.used_total >= self.most_total:
            return USED_UP
        if self.most_per_customer is None:
            return ""
        if customer_id is None:
            return NOT_CUSTOMERS
        return USED_BY_CUSTOMER if self.used_by.get(customer_id, 0) >= self.most_per_customer else ""


COLUMNS: Final = """
SELECT c.id, c.code, g.code, c.most_total, c.most_per_customer, c.used_total, c.valid_from_at, c.valid_until_at
  FROM pricing_coupon c JOIN pricing_couponcampaign g ON g.id = c.campaign_id
"""
USES: Final = """
SELECT u.coupon_id, u.customer_id, u.used FROM unnest(%s::uuid[], %s::uuid[]) AS w(coupon, customer)
  JOIN pricing_couponuse u ON u.coupon_id = w.coupon AND u.customer_id = w.customer
"""


def written(code: str) -> str:
    """Return a code as coupons are kept: capitals, without spaces around it."""
    return code.strip().upper()


def coupon_answers(wishes: Sequence[CouponWish]) -> list[CouponAnswer]:
    """Say for every wish whether its code is granted, each for itself; nothing is redeemed. Two statements at most, none for none."""
    known = read_coupons({written(wish.code) for wish in wishes})
    read_uses(known.values(), {wish.customer_id for wish in wishes if wish.customer_id})
    return [_answer(wish, known.get(written(wish.code))) for wish in wishes]


def _answer(wish: CouponWish, coupon: CouponFacts | None) -> CouponAnswer:
    if coupon is None:
        return CouponAnswer(written(wish.code), "", False, UNKNOWN)
    why = coupon.why_not(wish.customer_id, wish.at)
    return CouponAnswer(coupon.code, coupon.campaign, not why, why)


def read_coupons(codes: Collection[str], *, lock: bool = False) -> dict[str, CouponFacts]:
    """Return the coupons that exist among the codes, locked in key order when they are about to be used."""
    wanted = [code for code in codes if "\x00" not in code]
    if not wanted:
        return {}
    order = "ORDER BY c.id FOR UPDATE OF c" if lock else ""
    rows = fetch(f"{COLUMNS} WHERE c.code = ANY(%s::text[]) {order}", [wanted])
    return {row[1]: CouponFacts(*row) for row in rows}


def read_uses(coupons: Collection[CouponFacts], customers: Collection[UUID]) -> None:
    """Fill in how often the customers used those coupons that are limited per customer; no statement when none is."""
    limited = {coupon.id: coupon for coupon in coupons if coupon.most_per_customer is not None}
    pairs = [(coupon_id, customer_id) for coupon_id in limited for customer_id in customers]
    for coupon_id, customer_id, used in fetch(USES, columns_of(pairs, 2)) if pairs else []:
        limited[coupon_id].used_by[customer_id] = used


def campaigns() -> QuerySet[CouponCampaign]:
    """Return every campaign."""
    return CouponCampaign.objects.all()


def coupons(*, campaign: str = "", code: str = "") -> QuerySet[Coupon]:
    """Return coupons of a campaign whose code begins with `code`."""
    found = Coupon.objects.select_related("campaign")
    if campaign:
        found = found.filter(campaign__code=campaign)
    return found.filter(code__startswith=written(code)) if code else found


STATES: Final = ("active", "scheduled", "used_up", "ended")


def coupons_in(state: str, at: datetime, *, campaign: str = "", code: str = "") -> QuerySet[Coupon]:
    """Return coupons in one of STATES at the instant, all of them for ""; see `coupon_state`."""
    found = coupons(campaign=campaign, code=code)
    over, ahead = Q(valid_until_at__lte=at), Q(valid_from_at__gt=at)
    used_up = Q(most_total__isnull=False, used_total__gte=F("most_total"))
    return found.filter(
        {"ended": over, "used_up": ~over & used_up, "scheduled": ~over & ~used_up & ahead, "active": ~over & ~used_up & ~ahead}.get(
            state, Q()
        )
    )  # fmt: skip


def coupon_state(row: Coupon, at: datetime) -> str:
    """Return what a coupon is at an instant: over before used up, used up before scheduled."""
    if row.valid_until_at is not None and row.valid_until_at <= at:
        return "ended"
    if row.most_total is not None and row.used_total >= row.most_total:
        return "used_up"
    return "scheduled" if row.valid_from_at > at else "active"


def find_coupons(text: str, limit: int) -> list[Hit]:
    """Return coupons whose code begins so, for the search box."""
    found = coupons(code=text).order_by("code")[:limit]
    return [Hit("coupon", row.pk, row.code, row.campaign.code) for row in found]


def coupon_codes(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of coupons by id."""
    return dict(Coupon.objects.filter(pk__in=list(ids)).values_list("pk", "code"))


def users_of(coupon_id: UUID) -> int:
    """Return how many customers use a coupon at present."""
    return CouponUse.objects.filter(coupon=coupon_id, used__gt=0).count()


def coupon(coupon_id: UUID) -> Coupon:
    """Return one coupon; raises NotFound."""
    found = coupons().filter(pk=coupon_id).first()
    if found is None:
        raise NotFound("There is no such coupon.")
    return found


def redemptions(coupon_id: UUID, *, customer: str = "") -> QuerySet[CouponRedemption]:
    """Return the orders that used a coupon, of one customer when `customer` is a code; raises NotFound without the coupon."""
    found = CouponRedemption.objects.select_related("customer").filter(coupon=coupon(coupon_id))
    return found.filter(customer__code=customer) if customer else found


def redemptions_of(coupon_id: UUID, customer_id: UUID | None = None) -> QuerySet[CouponRedemption]:
    """Return the orders that used a coupon, of one customer when he is named."""
    found = CouponRedemption.objects.select_related("customer").filter(coupon=coupon_id)
    return found if customer_id is None else found.filter(customer=customer_id)


def redeemed_of(order_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Return the codes that orders use at present, by order; one statement, none for no order."""
    found: dict[UUID, list[str]] = {}
    rows: Any = fetch(
        "SELECT r.order_id, c.code FROM pricing_couponredemption r JOIN pricing_coupon c ON c.id = r.coupon_id"
        " WHERE r.order_id = ANY(%s::uuid[]) AND r.state = 'redeemed' ORDER BY c.code",
        [list(order_ids)],
    ) if order_ids else []  # fmt: skip
    for order_id, code in rows:
        found.setdefault(order_id, []).append(code)
    return found
