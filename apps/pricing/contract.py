"""The door of pricing: what a line costs, and why; what is given back for what was bought.

`accrue_rebates` joins the caller's transaction and takes lists.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from apps.audit.contract import JobContext, register_job
from apps.exceptions.contract import Resolution
from apps.masterdata.contract import register_demo
from apps.pricing.decisions.access import ACCESS_KIND, AccessSequence
from apps.pricing.decisions.conditions import Language
from apps.pricing.decisions.price import Priced
from apps.pricing.decisions.price import Priced as LinePrice
from apps.pricing.decisions.replay import Texts, read_trace, replay_prices
from apps.pricing.decisions.weigh import weigh_prices
from apps.pricing.models import BatchAction, PriceBatch
from apps.pricing.permissions import SETTLE_REBATES
from apps.pricing.ports import (
    IssuedNote,
    LinesChunk,
    RebateBilling,
    RebateLine,
    RefusedNote,
    WantedNote,
    connect_billing,
)
from apps.pricing.selectors.access_words import access_words, examine_accesses
from apps.pricing.selectors.carts import CartRequest, LineRequest, Needs, needs_of, read_carts
from apps.pricing.selectors.coupons import CouponAnswer, CouponWish, coupon_answers, redeemed_of
from apps.pricing.selectors.lists import PriceInForce, prices_in_force
from apps.pricing.selectors.pricing import PricedLines, PriceRequest, price_lines
from apps.pricing.selectors.rebate_terms import has_rebates
from apps.pricing.services.batches import READ_JOB, WRITE_JOB, read_batch, write_batch
from apps.pricing.services.coupons import CouponClaim, give_back_coupons, redeem_coupons
from apps.pricing.services.demo import load_prices
from apps.pricing.services.rebate_accruals import accrue_rebates
from apps.pricing.services.rebate_cases import REBATE_REASONS, SUBJECT
from apps.pricing.services.rebate_catch_up import JOBS, retry_rebates
from apps.pricing.services.volumes import VolumeChange, add_volumes
from apps.rulebooks.contract import (
    ConditionFailed,
    ConditionInvalid,
    Decided,
    Weight,
    comparisons,
    compile_condition,
    covers,
    examine_conditions,
    overlap,
    register_kind,
)

# The way out of the cases about what cannot be posted, by what they are about.
REBATE_RESOLUTIONS = {SUBJECT: {"retry": Resolution("Post it now", SETTLE_REBATES, retry_rebates)}}

__all__ = [
    "CONDITIONS",
    "REBATE_REASONS",
    "REBATE_RESOLUTIONS",
    "CartRequest",
    "CouponAnswer",
    "CouponClaim",
    "CouponWish",
    "IssuedNote",
    "LinePrice",
    "LineRequest",
    "LinesChunk",
    "Needs",
    "PriceInForce",
    "PriceRequest",
    "Priced",
    "PricedLines",
    "RebateBilling",
    "RebateLine",
    "RefusedNote",
    "Texts",
    "VolumeChange",
    "WantedNote",
    "accrue_rebates",
    "add_volumes",
    "connect_billing",
    "coupon_answers",
    "give_back_coupons",
    "has_rebates",
    "needs_of",
    "price_lines",
    "prices_in_force",
    "read_carts",
    "read_trace",
    "redeem_coupons",
    "redeemed_of",
    "register",
]

# The language that the conditions of pricing rules are written in.
CONDITIONS = Language(
    compile_condition, examine_conditions, comparisons, covers, overlap, ConditionInvalid, ConditionFailed
)


def register() -> None:
    """Make known the access sequence, as a kind of rulebook, the demo's prices and the jobs; called once when the apps are loaded."""
    register_kind(
        ACCESS_KIND,
        title="Price access sequence",
        schema=AccessSequence,
        decide=_replay,
        weigh=_weigh,
        examine=examine_accesses,
        rules=access_words,
    )
    register_demo("prices", load_prices)
    for name, (function, every_seconds) in JOBS.items():
        register_job(name, function, every_seconds=every_seconds)
    register_job(READ_JOB, lambda context: _batch(context, read_batch))
    register_job(WRITE_JOB, lambda context: _batch(context, write_batch))


def _batch(context: JobContext, verb: Callable[..., PriceBatch]) -> Mapping[str, Any]:
    done = verb(UUID(str(context.arguments["batch_id"])), now=context.now, tell=context.progress)
    return {"state": done.state, **{name: done.counts.get(name, 0) for name in BatchAction.values}}


def _replay(sequence: AccessSequence, facts: str) -> Decided:
    return Decided(*replay_prices(sequence, facts))


def _weigh(facts: str, outcome: str) -> list[Weight]:
    return [Weight(*line) for line in weigh_prices(facts, outcome)]
