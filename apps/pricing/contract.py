"""The door of pricing: what a line costs, and why; what is given back for what was bought.

`accrue_rebates` joins the caller's transaction and takes lists.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from apps.audit.contract import JobContext, register_job
from apps.exceptions.contract import Resolution
from apps.masterdata.contract import register_demo
from apps.pricing.decisions.cart.facts import AddedLine, BelowFloor, Coupon, LinePriced, Manual
from apps.pricing.decisions.document.compiled import Rules, compile_rules
from apps.pricing.decisions.document.conditions import NAMES, Language
from apps.pricing.decisions.document.rivalry import examine_document
from apps.pricing.decisions.document.schema import RULES_KIND, PricingRules
from apps.pricing.decisions.document.words import words_of
from apps.pricing.decisions.record.explanation import LineTold, OrderTold, explain_line, explain_order, words_for
from apps.pricing.decisions.record.texts import CartTexts, replay_cart
from apps.pricing.decisions.record.weights import weigh_cart
from apps.pricing.models import BatchAction, PriceBatch
from apps.pricing.permissions import SETTLE_REBATES, VIEW_PRICES
from apps.pricing.ports import (
    IssuedNote,
    LinesChunk,
    RebateBilling,
    RebateLine,
    RefusedNote,
    WantedNote,
    connect_billing,
)
from apps.pricing.selectors.carts import CartRequest, LineRequest, Needs, needs_of, read_carts
from apps.pricing.selectors.coupons import REFUSED_WORDS as COUPON_REFUSED_WORDS
from apps.pricing.selectors.coupons import CouponAnswer, CouponWish, coupon_answers, redeemed_of
from apps.pricing.selectors.deciding import DecidedCart, price_carts
from apps.pricing.selectors.lists import PriceInForce, prices_in_force
from apps.pricing.selectors.quotes import QuotedCart, quotes_by_id, quotes_by_number
from apps.pricing.selectors.rebate_terms import has_rebates
from apps.pricing.selectors.titles import rule_titles, titles_in
from apps.pricing.selectors.told import LineFigures, access_name, order_steps, price_steps
from apps.pricing.services.batches import READ_JOB, WRITE_JOB, read_batch, write_batch
from apps.pricing.services.coupons import CouponClaim, give_back_coupons, redeem_coupons
from apps.pricing.services.demo import load_prices
from apps.pricing.services.demo_story import load_offers, load_quotes
from apps.pricing.services.quotes import QuoteClaim, claim_quotes
from apps.pricing.services.rebate_accruals import accrue_rebates
from apps.pricing.services.rebate_cases import REBATE_REASONS, SUBJECT
from apps.pricing.services.rebate_catch_up import JOBS, retry_rebates
from apps.pricing.services.volumes import VolumeChange, add_volumes
from apps.rulebooks.contract import (
    Bench,
    ConditionFailed,
    ConditionInvalid,
    Decided,
    Finding,
    RuleText,
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
    "COUPON_REFUSED_WORDS",
    "REBATE_REASONS",
    "REBATE_RESOLUTIONS",
    "RULES_KIND",
    "AddedLine",
    "BelowFloor",
    "CartRequest",
    "CartTexts",
    "Coupon",
    "CouponAnswer",
    "CouponClaim",
    "CouponWish",
    "DecidedCart",
    "IssuedNote",
    "LineFigures",
    "LinePriced",
    "LineRequest",
    "LineTold",
    "LinesChunk",
    "Manual",
    "Needs",
    "OrderTold",
    "PriceInForce",
    "QuoteClaim",
    "QuotedCart",
    "RebateBilling",
    "RebateLine",
    "RefusedNote",
    "VolumeChange",
    "WantedNote",
    "access_name",
    "accrue_rebates",
    "add_volumes",
    "claim_quotes",
    "connect_billing",
    "coupon_answers",
    "explain_line",
    "explain_order",
    "give_back_coupons",
    "has_rebates",
    "load_offers",
    "load_quotes",
    "needs_of",
    "order_steps",
    "price_carts",
    "price_steps",
    "prices_in_force",
    "quotes_by_id",
    "quotes_by_number",
    "read_carts",
    "redeem_coupons",
    "redeemed_of",
    "register",
    "rule_titles",
    "words_for",
]

# The language that the conditions of pricing rules are written in.
CONDITIONS = Language(
    compile_condition, examine_conditions, comparisons, covers, overlap, ConditionInvalid, ConditionFailed
)


def register() -> None:
    """Make known the kind of rulebook, the demo's prices and the jobs; called once when the apps are loaded."""
    register_kind(
        RULES_KIND,
        title="Pricing rules",
        schema=PricingRules,
        compile=_compile,
        decide=_decide,
        examine=_examine,
        rules=_words,
        weigh=_weigh_cart,
        titles=titles_in,
        bench=Bench("Try in the lab", "pricing_lab", VIEW_PRICES),
        names=NAMES,
        stops="Orders and quotes are refused",
    )
    register_demo("prices", load_prices)
    for name, (function, every_seconds, title) in JOBS.items():
        register_job(name, function, every_seconds=every_seconds, title=title)
    register_job(READ_JOB, lambda context: _batch(context, read_batch), title="Read an uploaded price list")
    register_job(WRITE_JOB, lambda context: _batch(context, write_batch), title="Write the prices of an upload")


def _batch(context: JobContext, verb: Callable[..., PriceBatch]) -> Mapping[str, Any]:
    done = verb(UUID(str(context.arguments["batch_id"])), now=context.now, tell=context.progress)
    return {"state": done.state, **{name: done.counts.get(name, 0) for name in BatchAction.values}}


def _compile(document: PricingRules) -> Rules:
    return compile_rules(document, CONDITIONS)


def _examine(document: PricingRules) -> list[Finding]:
    return [Finding(*found) for found in examine_document(document, CONDITIONS)]


def _words(document: PricingRules) -> dict[str, RuleText]:
    return {name: RuleText(*words) for name, words in words_of(document).items()}


def _weigh_cart(facts: str, outcome: str) -> list[Weight]:
    return [Weight(*line) for line in weigh_cart(facts, outcome)]


def _decide(rules: Rules, facts: str) -> Decided:
    return Decided(*replay_cart(rules, facts))
