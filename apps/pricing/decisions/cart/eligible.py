"""Which rules are alive in a context (moment, currency, granted coupons, what is known of the order), and why the others are not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from apps.pricing.decisions.cart.gains import NO_CURRENCY
from apps.pricing.decisions.cart.order_gains import Figure, figure_of
from apps.pricing.decisions.document.asking import CONDITION_FALSE, Test, has_failed, is_late, of_order
from apps.pricing.decisions.document.compiled import FloorReady, GroupReady, RuleReady, StageReady


class Live(NamedTuple):
    """A rule that may give something in this context. `test`: what is asked of a line; `late`: it is asked when its turn comes."""

    name: str
    gain: Any
    test: Test | None
    late: bool
    of_order: bool
    coupon: str | None
    sku: str


class LiveGroup(NamedTuple):
    """A group with what is alive of it, in precedence."""

    name: str
    method: str
    exclusive: bool
    rules: tuple[Live, ...]


LiveStage = tuple[LiveGroup, ...]


class LiveFloor(NamedTuple):
    """A floor in this context: the least margin in percent, or the least price."""

    name: str
    margin: Decimal | None
    price: Decimal | None
    test: Test | None
    late: bool
    holds_unknown: bool


class Period(NamedTuple):
    """When a rule runs, in UTC."""

    from_at: datetime
    until_at: datetime


class Alive:
    """Picks the rules that are alive in a context and notes why the others are not."""

    def __init__(
        self,
        lost: list[tuple[str, ...]],
        at: datetime,
        currency: str,
        coupons: Mapping[str, str],
        view: Mapping[str, Any],
        periods: Mapping[str, Period],
        *,
        tells_failures: bool = True,
    ) -> None:
        self.tells_failures = tells_failures
        self.lost, self.at, self.currency = lost, at, currency
        self.coupons, self.view, self.periods = coupons, view, periods

    def stages(self, stages: Sequence[StageReady]) -> tuple[LiveStage, ...]:
        return tuple(tuple(self._group(group) for group in stage) for stage in stages)

    def rules(self, rules: Iterable[RuleReady]) -> tuple[Live, ...]:
        return tuple(live for live in map(self._live, rules) if live)

    def floors(self, floors: Iterable[FloorReady]) -> Iterable[LiveFloor]:
        for ready in floors:
            price = (ready.floor.min_price or {}).get(self.currency)
            if price is None and ready.floor.min_margin_percent is None:
                continue
            settled = of_order(ready.when) and not is_late(ready.when)
            why = ready.when.why_not(self.view) if settled and ready.when else ""
            if has_failed(why) and self.tells_failures:
                self.lost.append((ready.floor.name, why))
            if not why:
                test = None if settled else ready.when
                holds = ready.floor.unknown_cost == "hold"
                yield LiveFloor(
                    ready.floor.name, ready.floor.min_margin_percent, price, test, is_late(ready.when), holds
                )

    def _group(self, group: GroupReady) -> LiveGroup:
        return LiveGroup(group.name, group.method, group.exclusive, self.rules(group.discounts))

    def _live(self, rule: RuleReady) -> Live | None:
        gain: Figure | None = None
        why = self._why_not(rule)
        if not why:
            gain = figure_of(rule.give, self.currency)
            why = "" if gain else NO_CURRENCY
        if why:
            self.lost.append((rule.name, why))
            return None
        settled = of_order(rule.when) and not is_late(rule.when)
        return Live(
            rule.name,
            gain,
            None if settled else rule.when,
            is_late(rule.when),
            of_order(rule.when),
            rule.coupon,
            rule.sku,
        )

    def _why_not(self, rule: RuleReady) -> str:
        period = self.periods[rule.name]
        if self.at < period.from_at:
            return "not_yet"
        if self.at >= period.until_at:
            return "ended"
        if rule.coupon:
            state = self.coupons.get(rule.coupon)
            if state is None:
                return "coupon_missing"
            if state:
                return f"coupon_refused:{state}"
        if rule.when is None or not of_order(rule.when) or is_late(rule.when):
            return ""
        why = rule.when.why_not(self.view)
        return why if self.tells_failures or not why else CONDITION_FALSE
