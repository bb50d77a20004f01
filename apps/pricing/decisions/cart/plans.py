"""What is the same for all carts of one context: currency, moment, granted coupons, and what conditions read of the order.

A plan is made once per context and kept with the rules; it knows which rules are alive and which of them fit a line.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.cart.eligible import Alive, Period
from apps.pricing.decisions.cart.facts import EDITION, CartFacts
from apps.pricing.decisions.cart.matching import Fittings
from apps.pricing.decisions.document.asking import CONDITION_FALSE
from apps.pricing.decisions.document.compiled import RuleReady, Rules
from apps.pricing.decisions.document.conditions import WEEKDAYS
from apps.pricing.decisions.document.instants import ALWAYS, EVER, instant_of, shown_at

MOST_PLANS: Final = 256


class Timeline:
    """The periods of all rules in a market's zone, and the instants at which anything changes."""

    __slots__ = ("bounds", "periods")

    def __init__(self, rules: Rules, zone: str) -> None:
        self.periods = {rule.name: period_of(rule, zone) for rule in rules.timed}
        self.bounds = sorted({instant for period in self.periods.values() for instant in period})


class Plan:
    """See the module. `lost`: (rule, why) of everything that is not alive; `shared`: what the writer of traces remembers."""

    __slots__ = ("charges", "fittings", "floors", "line_stages", "lost", "order_stages", "shared")

    def __init__(
        self, rules: Rules, facts: CartFacts, at: datetime, coupons: Mapping[str, str], view: dict[str, Any]
    ) -> None:
        self.lost: list[tuple[str, ...]] = []
        self.shared: dict[Any, Any] = {}
        periods = timeline_of(rules, facts.zone).periods
        alive = Alive(
            self.lost, at, facts.currency, coupons, view, periods, tells_failures=tells_failures(facts.edition)
        )
        self.line_stages = alive.stages(rules.line_stages)
        order_stages = alive.stages(rules.order_stages)
        self.order_stages = tuple(stage for stage in order_stages if any(group.rules for group in stage))
        self.charges = tuple((name, alive.rules(charges)) for name, charges in rules.charges)
        self.floors = tuple(alive.floors(rules.floors))
        self.fittings = Fittings(rules.asked, self.line_stages, self.order_stages, self.floors, view)


class Context(NamedTuple):
    """What a cart is priced in: the plan, made once, and the cart's own values of the order names that conditions read.

    The sums of the order among them are told when they change. `discounted`: what the rules did to lines that were priced before.
    `edition`: see `CartFacts`.
    """

    plan: Plan
    view: dict[str, Any]
    currency: str
    discounted: dict[Any, Any]
    edition: int = EDITION

    @property
    def tells_failures(self) -> bool:
        """Whether conditions without an answer are told."""
        return tells_failures(self.edition)

    def told(self, why: str) -> str:
        """Return why a condition does not hold, as much of it as this decision tells."""
        return why if self.tells_failures or not why else CONDITION_FALSE


def tells_failures(edition: int) -> bool:
    """Return whether a decision tells which conditions had no answer: those of the first edition do not."""
    return edition > 1


def context_of(rules: Rules, facts: CartFacts) -> Context:
    """Return the plan of the cart's context and what is known of its order."""
    at = datetime.fromisoformat(facts.at)
    segment = bisect_right(timeline_of(rules, facts.zone).bounds, at)
    coupons = coupon_states(rules, facts)
    view = order_view(rules, facts, at, coupons)
    key = (facts.currency, facts.zone, segment, facts.edition, tuple(coupons.items()), rules.asked.context(view))
    plan: Plan | None = rules.plans.get(key)
    if plan is None:
        if len(rules.plans) >= MOST_PLANS:
            rules.plans.clear()
        plan = rules.plans[key] = Plan(rules, facts, at, coupons, view)
    return Context(plan, view, facts.currency, rules.discounted, facts.edition)


def timeline_of(rules: Rules, zone: str) -> Timeline:
    """Return when everything runs in a market's zone; the calendar of promotions."""
    known: Timeline | None = rules.plans.get(zone)
    if known is None:
        known = rules.plans[zone] = Timeline(rules, zone)
    return known


def period_of(rule: RuleReady, market: str) -> Period:
    """Return when a rule runs: its wall times in its own zone, or in the market's when it names none."""
    zone = rule.zone or market
    return Period(
        EVER if rule.wall_from is None else instant_of(rule.wall_from, zone),
        ALWAYS if rule.wall_until is None else instant_of(rule.wall_until, zone),
    )


def coupon_states(rules: Rules, facts: CartFacts) -> dict[str, str]:
    """Return per campaign that the rules know "" when a code of it was granted, or why not; sorted by campaign."""
    if not facts.coupons:
        return {}
    states: dict[str, str] = {}
    for coupon in sorted(facts.coupons, key=lambda coupon: (not coupon.granted, coupon.code)):
        if coupon.campaign in rules.campaigns:
            states.setdefault(coupon.campaign, "" if coupon.granted else coupon.why or "refused")
    return dict(sorted(states.items()))


def order_view(rules: Rules, facts: CartFacts, at: datetime, coupons: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the order names that conditions read."""
    view: dict[str, Any] = {}
    for name in rules.order_reads:
        if name == "coupons":
            granted = {coupon.campaign for coupon in facts.coupons if coupon.granted}
            view[name] = tuple(sorted(granted))
        elif name == "weekday":
            view[name] = WEEKDAYS[shown_at(at, facts.zone).weekday()]
        elif name == "hour":
            view[name] = Decimal(shown_at(at, facts.zone).hour)
        else:
            view[name] = getattr(facts, name)
    return view
