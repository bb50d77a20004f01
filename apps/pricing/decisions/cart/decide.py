"""The decision of a whole cart: prices, discounts on lines, discounts on the order, charges, floors, bundles; with its trace.

Amounts: a line's gross is quantity x unit price / per, rounded; discounts on lines run on exact amounts and the line is rounded once after
each step only to say what the step took, so that steps sum to the result; discounts on the order are rounded once and shared.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from apps.pricing.decisions.cart.accesses import TOO_LARGE, Found, PriceFinder, rate_between, wanted_of
from apps.pricing.decisions.cart.additions import Charges, FreeGoods, weight_of_free
from apps.pricing.decisions.cart.eligible import FloorRow
from apps.pricing.decisions.cart.facts import (
    MOST_SUM,
    NOTHING,
    ONE,
    AddedLine,
    BelowFloor,
    CartFacts,
    CartPriced,
    ExtraFacts,
    LineFacts,
    LinePriced,
)
from apps.pricing.decisions.cart.floors_and_splits import check_floors, split_on_parts
from apps.pricing.decisions.cart.line_discounts import MANUAL, discount_line
from apps.pricing.decisions.cart.order_discounts import OrderDiscounts
from apps.pricing.decisions.cart.plans import Context, context_of
from apps.pricing.decisions.cart.running_line import RunningLine
from apps.pricing.decisions.cart.trace import TraceWriter
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.decisions.document.conditions import SUM_NAMES
from apps.pricing.decisions.document.numbers import plain
from ordercash.kernel.money import AmountOutOfRange, to_major


def decide_cart(rules: Rules, facts: CartFacts) -> CartPriced:
    """Return what every line costs and which lines are added; equal rules and facts give equal answers, to the byte of their texts."""
    return _Decision(rules, facts).made()


class _Decision:
    __slots__ = ("context", "currency", "facts", "finder", "rates", "rules", "trace")

    def __init__(self, rules: Rules, facts: CartFacts) -> None:
        self.rules, self.facts, self.currency = rules, facts, facts.currency
        self.context: Context = context_of(rules, facts)
        self.finder = PriceFinder(rules.places, facts, self.context.view)
        self.rates: dict[str, Decimal | None] = {}
        self.trace = TraceWriter(facts.edition)

    def made(self) -> CartPriced:
        lines = self._running_lines()
        self._tell_sums(lines)
        for line in lines:
            discount_line(line)
        extras = {extra.sku: extra for extra in self.facts.extras}
        order = OrderDiscounts(lines, self.context, FreeGoods(self.finder, extras, self.currency))
        order.run()
        exacts = [line.exact for line in lines]
        charges = Charges(self.context, extras)
        if self.context.plan.charges:
            weights, free = self._weights(lines, order, extras) if self.rules.weighs else ((), NOTHING)
            charges.add(sum([line.minor for line in lines]), exacts, [line.own for line in lines], weights, free)
        self._tell_sums(lines)
        priced = [self._finish(line, exact) for line, exact in zip(lines, exacts, strict=True)]
        added = (*(free for step in order.steps for free in step.free), *charges.lines)
        coupons = self._used_coupons(lines, order, charges)
        trace = self.trace.made(self.context.plan, order, charges, self.facts.coupons)
        if self.rules.weighs:
            trace["weight"] = self._weight(lines, added, extras)
        return CartPriced(tuple(priced), added, coupons, trace)

    @staticmethod
    def _weights(
        lines: list[RunningLine], order: OrderDiscounts, extras: Mapping[str, ExtraFacts]
    ) -> tuple[Sequence[Decimal], Decimal]:
        free = weight_of_free((free for step in order.steps for free in step.free), extras)
        return [line.weight for line in lines], free

    def _running_lines(self) -> list[RunningLine]:
        owns = [line.quantity if line.factor == ONE else line.quantity * line.factor for line in self.facts.lines]
        if "order_quantity" in self.rules.access_reads:
            self.context.view["order_quantity"] = sum(owns, NOTHING)
        in_order: dict[str, Decimal] = {}
        if self.rules.scales_over_order:
            for line, own in zip(self.facts.lines, owns, strict=True):
                in_order[line.product] = in_order.get(line.product, NOTHING) + own
        lines = [
            self._running(index, line, owns[index], in_order.get(line.product, NOTHING))
            for index, line in enumerate(self.facts.lines)
        ]
        return lines if sum([line.gross_minor for line in lines]) <= MOST_SUM else self._within_sum(lines)

    def _within_sum(self, lines: list[RunningLine]) -> list[RunningLine]:
        """Take their prices from the lines with which the cart passes what a decision holds: no amount harms another cart."""
        total, within = 0, []
        for line in lines:
            fits = total + line.gross_minor <= MOST_SUM
            within.append(line if fits else self._too_large(line.index, line.facts, line.found, line.own))
            total += line.gross_minor if fits else 0
        return within

    def _running(self, index: int, line: LineFacts, own: Decimal, in_order: Decimal) -> RunningLine:
        found = self.finder.find(wanted_of(line, own, in_order), line.agreed, line.candidates)
        if line.manual is not None and line.manual.price is not None:
            found = _by_hand(line, found)
        try:
            return RunningLine(index, line, found, own, self.context)
        except AmountOutOfRange:
            return self._too_large(index, line, found, own)

    def _too_large(self, index: int, line: LineFacts, found: Found, own: Decimal) -> RunningLine:
        nothing = Found(None, ONE, "", False, None, (*found.misses, (found.source, TOO_LARGE)))
        return RunningLine(index, line, nothing, own, self.context)

    def _tell_sums(self, lines: list[RunningLine]) -> None:
        if not self.rules.reads.isdisjoint(SUM_NAMES):
            net = to_major(sum([line.minor for line in lines]), self.currency)
            quantity = sum([line.own for line in lines], NOTHING)
            self.context.view.update(order_net=net, order_quantity=quantity)
            if self.rules.weighs:
                self.context.view["order_weight"] = sum([line.weight for line in lines], NOTHING)

    def _finish(self, line: RunningLine, exact: Decimal) -> LinePriced:
        found = line.found
        parts, parts_trace = split_on_parts(line, self.finder) if line.facts.parts else ((), None)
        below: BelowFloor | None = None
        floors: tuple[FloorRow, ...] = ()
        if self.context.plan.floors and found.unit_price is not None:
            below, floors = check_floors(line, self._cost_rate(line.facts))
        self.trace.add_line(line, floors, parts_trace)
        discounts = tuple([step[:2] for step in line.steps])
        return LinePriced(
            found.unit_price, found.per, line.gross_minor, line.gross_minor - line.minor, line.minor, exact,
            found.source, discounts, parts, below,
        )  # fmt: skip

    def _weight(
        self, lines: list[RunningLine], added: tuple[AddedLine, ...], extras: Mapping[str, ExtraFacts]
    ) -> dict[str, Any]:
        """Tell what the order weighs, free goods included, and of which products nobody knows it."""
        free = [line for line in added if line.kind == "free"]
        whole = sum([line.weight for line in lines], weight_of_free(free, extras))
        unknown = {line.facts.sku for line in lines if line.facts.weight is None}
        unknown |= {extra.sku for line in free if (extra := extras[line.bundle or line.sku]).weight is None}
        return {"kg": plain(whole.normalize()), "unknown": sorted(unknown)}

    def _cost_rate(self, line: LineFacts) -> Decimal | None:
        if line.cost is None:
            return None
        currency = line.cost.currency
        if currency not in self.rates:
            self.rates[currency] = rate_between(currency, self.facts)
        return self.rates[currency]

    def _used_coupons(self, lines: list[RunningLine], order: OrderDiscounts, charges: Charges) -> tuple[str, ...]:
        if not self.facts.coupons:
            return ()
        gave = {step[0] for line in lines for step in line.steps}
        gave |= {step.rule for step in order.steps} | {step[0] for step in charges.steps}
        campaigns = {self.rules.coupon_of[rule] for rule in gave if rule in self.rules.coupon_of}
        codes: dict[str, str] = {}
        for coupon in sorted(coupon for coupon in self.facts.coupons if coupon.granted):
            codes.setdefault(coupon.campaign, coupon.code)
        return tuple(sorted(codes[campaign] for campaign in campaigns))


def _by_hand(line: LineFacts, instead: Found) -> Found:
    """Return the price that a person set; the trace says by whom, why, and which price it stands instead of."""
    manual = line.manual
    if manual is None or manual.price is None:
        return instead
    hit: dict[str, Any] = {
        "access": MANUAL, "by": manual.by, "found": plain(manual.price), "reason": manual.reason,
    }  # fmt: skip
    if instead.hit is not None:
        hit["instead"] = instead.hit
    return Found(manual.price, ONE, MANUAL, True, hit, instead.misses)
