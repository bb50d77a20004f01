"""Which rules are alive in a context (moment, currency, granted coupons, what is known of the order), and why the others are not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self

from apps.pricing.decisions.cart.gains import NO_CURRENCY
from apps.pricing.decisions.cart.order_gains import Figure, figure_of
from apps.pricing.decisions.document.asking import CONDITION_FALSE, Test, has_failed, is_late, of_order
from apps.pricing.decisions.document.compiled import FloorReady, GroupReady, RuleReady, StageReady
from apps.pricing.decisions.document.numbers import plain
from apps.pricing.decisions.document.schema import Floor

NO_COST: Final = "no_cost"
NO_RATE: Final = "no_rate"


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


# (floor, the least price[, why it is not known[, True when it holds the line then]])
FloorRow = tuple[Any, ...]


class LiveFloor(NamedTuple):
    """A floor in this context: the least margin in percent, or the least price.

    What it says of a line, where that is the same for all: why it does not know the least price, and the price that it names.
    """

    name: str
    margin: Decimal | None
    price: Decimal | None
    test: Test | None
    late: bool
    holds_unknown: bool
    missed: Mapping[str, FloorRow]
    priced: FloorRow | None

    @classmethod
    def of(cls, floor: Floor, price: Decimal | None, test: Test | None, *, late: bool) -> Self:
        holds = floor.unknown_cost == "hold"
        besides = (True,) if holds else ()
        missed = {why: (floor.name, None, why, *besides) for why in (NO_COST, NO_RATE, NO_CURRENCY)}
        named = None if floor.min_margin_percent is not None else price
        priced = None if named is None else (floor.name, plain(named))
        return cls(floor.name, floor.min_margin_percent, price, test, late, holds, missed, priced)


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
                yield LiveFloor.of(ready.floor, price, test, late=is_late(ready.when))

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
