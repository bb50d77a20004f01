"""Coupons: given out, changed, redeemed by orders and given back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.masterdata.contract import add_masters, save_master
from apps.pricing.models import Coupon, CouponCampaign
from apps.pricing.selectors.coupons import (
    UNKNOWN,
    CouponAnswer,
    CouponFacts,
    read_coupons,
    read_uses,
    written,
)
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals, told_as
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins, writes


class CouponCodeTaken(Conflict):
    """Another coupon or campaign has this code."""

    code, title = "code_taken", "The code is in use"


class CouponRefused(DomainError):
    """A coupon makes no sense, or refers to what does not exist."""

    code, title = "coupon_refused", "The coupon cannot be kept"


class CouponClosed(Conflict):
    """The coupon is over already."""

    code, title = "coupon_closed", "The coupon is over already"


REFUSALS: Final[Refusals] = {
    "pricing_coupon_code_key": (CouponCodeTaken, "Another coupon has this code."),
    "pricing_couponcampaign_code_key": (CouponCodeTaken, "Another campaign has this code."),
    "coupon_code_is_plain": (CouponRefused, "A code is made of capital letters, digits, - and _."),
    "coupon_campaign_code_is_plain": (CouponRefused, "A code is made of capital letters, digits, - and _."),
    "coupon_within_its_limit": (CouponRefused, "It was used more often already; a limit is not below that."),
    "coupon_valid_for_some_time": (CouponRefused, "The validity ends before it begins."),
}


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """A new coupon, valid in [valid_from_at, valid_until_at); a limit of None is no limit."""

    code: str
    campaign: str
    valid_from_at: datetime
    valid_until_at: datetime | None = None
    most_total: int | None = None
    most_per_customer: int | None = None


class CouponClaim(NamedTuple):
    """An order wants to use a code. `customer_id` is its customer's."""

    order_id: UUID
    customer_id: UUID
    code: str
    at: datetime


# What `change_coupon` may change.
CHANGEABLE: Final = frozenset({"most_total", "most_per_customer", "valid_until_at"})


@writes
def create_campaign(code: str, *, name: str, actor: Actor, now: datetime) -> CouponCampaign:
    """Add a campaign; raises CouponCodeTaken."""
    return add_masters([CouponCampaign(code=written(code), name=name)], actor=actor, refusals=REFUSALS)[0]


@writes
def create_coupons(drafts: Sequence[CouponDraft], *, actor: Actor, now: datetime) -> list[Coupon]:
    """Add coupons, all or none; raises CouponCodeTaken or CouponRefused."""
    known = dict(CouponCampaign.objects.filter(code__in={draft.campaign for draft in drafts}).values_list("code", "id"))
    unknown = [index for index, draft in enumerate(drafts) if draft.campaign not in known]
    if unknown:
        detail = "There is no such campaign."
        raise CouponRefused(faults=[Fault(f"/{index}/campaign", "unknown_campaign", detail) for index in unknown[:100]])
    rows = [
        Coupon(
            campaign_id=known[draft.campaign], code=written(draft.code), most_total=draft.most_total,
            most_per_customer=draft.most_per_customer, valid_from_at=draft.valid_from_at,
            valid_until_at=draft.valid_until_at,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor, refusals=REFUSALS)


@writes
def change_coupon(coupon_id: UUID, *, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Coupon:
    """Change limits or the end of a coupon; raises NotFound, CouponRefused, or ValueError for any other column."""
    if not changes.keys() <= CHANGEABLE:
        raise ValueError(f"not changeable: {sorted(changes.keys() - CHANGEABLE)}")
    row = Coupon.objects.select_for_update(of=("self",)).select_related("campaign").filter(pk=coupon_id).first()
    if row is None:
        raise NotFound("There is no such coupon.")
    for name, value in changes.items():
        setattr(row, name, value)
    save_master(row, actor=actor, refusals=REFUSALS)
    return row


@writes
def close_coupon(coupon_id: UUID, *, actor: Actor, now: datetime) -> Coupon:
    """Let nobody use a coupon from now on; orders that used it keep it. Raises NotFound, and CouponClosed when it is over already.

    One that has not begun gets a limit of no use, since it cannot end before it begins.
    """
    row = Coupon.objects.select_for_update(of=("self",)).select_related("campaign").filter(pk=coupon_id).first()
    if row is None:
        raise NotFound("There is no such coupon.")
    if row.valid_until_at is not None and row.valid_until_at <= now:
        raise CouponClosed()
    if row.valid_from_at < now:
        row.valid_until_at = now
    else:
        row.most_total = row.used_total
    save_master(row, actor=actor, refusals=REFUSALS)
    return row


PRESENT: Final = """
SELECT r.coupon_id, r.order_id, r.state FROM unnest(%s::uuid[], %s::uuid[]) AS w(coupon, ordered)
  JOIN pricing_couponredemption r ON r.coupon_id = w.coupon AND r.order_id = w.ordered
"""
REDEEM: Final = """
INSERT INTO pricing_couponredemption (id, coupon_id, customer_id, order_id, state, redeemed_at)
SELECT i, c, u, o, 'redeemed', a FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[]) AS w(i, c, u, o, a)
"""
REDEEM_AGAIN: Final = """
UPDATE pricing_couponredemption r SET state = 'redeemed', redeemed_at = w.a, given_back_at = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS w(c, o, a)
 WHERE r.coupon_id = w.c AND r.order_id = w.o AND r.state = 'given_back'
"""


@joins
def redeem_coupons(claims: Sequence[CouponClaim]) -> list[CouponAnswer]:
    """Redeem what the limits allow, claim by claim in their order, and say for each whether it was granted, or why not.

    An order that uses the code already is granted it again without a further use. Four statements at most, none without a
    claim, whatever their number: the coupons are locked in key order until the transaction ends, so call it late; behind the
    reckoning done here the database counts and refuses on its own.
    """
    if not claims:
        return []
    coupons = read_coupons({written(claim.code) for claim in claims}, lock=True)
    read_uses(coupons.values(), {claim.customer_id for claim in claims})
    present = _present(claims, coupons)
    answers = [_decide(claim, coupons.get(written(claim.code)), present) for claim in claims]
    fresh = {(coupons[code].id, order): claim for code, order, claim in _granted(claims, answers)}
    _write(fresh, present)
    return answers


def _present(claims: Sequence[CouponClaim], coupons: Mapping[str, CouponFacts]) -> dict[tuple[UUID, UUID], str]:
    known = [(claim, coupons[written(claim.code)]) for claim in claims if written(claim.code) in coupons]
    pairs = sorted({(coupon.id, claim.order_id) for claim, coupon in known})
    return {(coupon, order): state for coupon, order, state in fetch(PRESENT, columns_of(pairs, 2))} if pairs else {}


def _decide(claim: CouponClaim, coupon: CouponFacts | None, present: dict[tuple[UUID, UUID], str]) -> CouponAnswer:
    """Grant one claim and count it, so that the next one of the batch sees it."""
    if coupon is None:
        return CouponAnswer(written(claim.code), "", False, UNKNOWN)
    key = (coupon.id, claim.order_id)
    if present.get(key) in {"redeemed", "granted", "again"}:
        return CouponAnswer(coupon.code, coupon.campaign, True, "")
    why = coupon.why_not(claim.customer_id, claim.at)
    if not why:
        coupon.used_total += 1
        coupon.used_by[claim.customer_id] = coupon.used_by.get(claim.customer_id, 0) + 1
        present[key] = "again" if key in present else "granted"
    return CouponAnswer(coupon.code, coupon.campaign, not why, why)


def _granted(claims: Sequence[CouponClaim], answers: Sequence[CouponAnswer]) -> Iterator[tuple[str, UUID, CouponClaim]]:
    for claim, answer in zip(claims, answers, strict=True):
        if answer.granted:
            yield answer.code, claim.order_id, claim


def _write(fresh: Mapping[tuple[UUID, UUID], CouponClaim], present: Mapping[tuple[UUID, UUID], str]) -> None:
    """Write the redemptions in key order; triggers count the uses, and constraints refuse one too many."""
    new = sorted(key for key in fresh if present[key] == "granted")
    again = sorted(key for key in fresh if present[key] == "again")
    with told_as({"coupon_within_its_limit": (CouponRefused, "The coupon is used up.")}):
        if new:
            rows = [
                (id_, coupon, fresh[coupon, order].customer_id, order, fresh[coupon, order].at)
                for id_, (coupon, order) in zip(new_ids(len(new)), new, strict=True)
            ]
            run(REDEEM, columns_of(rows, 5))
        if again:
            run(REDEEM_AGAIN, columns_of([(*key, fresh[key].at) for key in again], 3))


LOCK_OF_ORDERS: Final = """
SELECT c.id FROM pricing_coupon c
 WHERE c.id IN (SELECT coupon_id FROM pricing_couponredemption WHERE order_id = ANY(%s::uuid[]) AND state = 'redeemed')
 ORDER BY c.id FOR UPDATE
"""
GIVE_BACK: Final = """
UPDATE pricing_couponredemption r SET state = 'given_back', given_back_at = greatest(%s, r.redeemed_at)
 WHERE r.order_id = ANY(%s::uuid[]) AND r.state = 'redeemed'
"""


@joins
def give_back_coupons(order_ids: Collection[UUID], *, now: datetime) -> int:
    """Let orders use their coupons no more, as when they are cancelled; returns how many uses became free. Safe to repeat.

    One statement when no order has a coupon, else two.
    """
    wanted = sorted(order_ids)
    if not wanted or not fetch(LOCK_OF_ORDERS, [wanted]):
        return 0
    return run(GIVE_BACK, [now, wanted])
