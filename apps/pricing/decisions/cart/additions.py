"""Lines that rules add to the order: free goods, and charges such as freight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.pricing.decisions.cart.accesses import TOO_LARGE, PriceFinder, Wanted, split_by_alone
from apps.pricing.decisions.cart.eligible import Live
from apps.pricing.decisions.cart.facts import NOTHING, ONE, AddedLine, ExtraFacts
from apps.pricing.decisions.cart.gains import BELOW_THRESHOLD, ByWeight, Gain
from apps.pricing.decisions.cart.order_gains import FreeFigure
from apps.pricing.decisions.cart.plans import Context
from apps.pricing.decisions.cart.running_line import Lost
from apps.pricing.decisions.document.numbers import plain
from ordercash.kernel.money import AmountOutOfRange, to_major, to_minor

PRODUCT_UNKNOWN = "product_unknown"


class FreeGoods:
    """Finds what free goods are worth: the price that their access finds, all of it taken off again."""

    def __init__(self, finder: PriceFinder, extras: Mapping[str, ExtraFacts], currency: str) -> None:
        self._finder, self._extras, self._currency = finder, extras, currency

    def given(self, rule: str, figure: FreeFigure, base_minor: int, own: Decimal) -> tuple[AddedLine, ...] | str:
        """Return the lines that a rule adds for this net and these own units, or why none."""
        net = to_major(base_minor, self._currency)
        counted = [(sku, quantity * _times(per, per_units, net, own)) for sku, quantity, per, per_units in figure.items]
        counted = [(sku, quantity) for sku, quantity in counted if quantity > 0]
        if not counted:
            return BELOW_THRESHOLD
        if any(sku not in self._extras for sku, _ in counted):
            return PRODUCT_UNKNOWN
        return tuple(line for sku, quantity in counted for line in self._lines(rule, self._extras[sku], quantity))

    def _lines(self, rule: str, extra: ExtraFacts, quantity: Decimal) -> tuple[AddedLine, ...]:
        """Return a line of the goods; of a bundle its parts, which are what is stocked and shipped, worth what the bundle is."""
        whole = self._line(rule, extra, quantity)
        if not extra.parts:
            return (whole,)
        quantities = [part.quantity * quantity for part in extra.parts]
        alone = [self._finder.alone(part, quantity) for part in extra.parts]
        shares = split_by_alone(whole.gross_minor, alone, quantities)
        return tuple(
            AddedLine(
                "free", rule, part.product, part.sku, part.unit, own,
                None if whole.unit_price is None else to_major(share, self._currency), own, share, share, 0, NOTHING, extra.sku,
            )
            for part, own, share in zip(extra.parts, quantities, shares, strict=True)
        )  # fmt: skip

    def _line(self, rule: str, extra: ExtraFacts, quantity: Decimal) -> AddedLine:
        wanted = Wanted(
            extra.unit, ONE, quantity, quantity, (), extra.sku, extra.category, quantity, extra.units, extra.parts,
        )  # fmt: skip
        found = self._finder.find(wanted, None, extra.candidates)
        price, gross = found.unit_price, 0
        if price is not None:
            try:
                gross = to_minor(quantity * price / found.per, self._currency)
            except AmountOutOfRange:
                price = None
        product, sku, unit = extra.product, extra.sku, extra.unit
        return AddedLine("free", rule, product, sku, unit, quantity, price, found.per, gross, gross, 0, NOTHING)


def _times(per: Decimal | None, per_units: Decimal | None, net: Decimal, own: Decimal) -> Decimal:
    if per is not None:
        return net // per
    return ONE if per_units is None else own // per_units


@dataclass(slots=True)
class Base:
    """What charges are reckoned on: the order's net as it is booked, and each line's net before rounding, own units and kilograms.

    `weight` counts free goods too: they are shipped like the others.
    """

    net_minor: int
    net: Decimal
    exacts: Sequence[Decimal]
    owns: Sequence[Decimal]
    exact: Decimal
    quantity: Decimal
    weights: Sequence[Decimal]
    weight: Decimal


class Charges:
    """Adds the charges of an order: of each kind the first that applies."""

    def __init__(self, context: Context, extras: Mapping[str, ExtraFacts]) -> None:
        self._context, self._extras, self._currency = context, extras, context.currency
        self.lines: list[AddedLine] = []
        self.steps: list[tuple[Any, ...]] = []
        self.lost: list[Lost] = []

    def add(
        self,
        net_minor: int,
        exacts: Sequence[Decimal],
        owns: Sequence[Decimal],
        weights: Sequence[Decimal],
        free: Decimal,
    ) -> None:
        """Add what applies to an order of this net, whose lines come to these nets before rounding, own units and kilograms.

        `free`: what free goods weigh. Without a rule that asks for weights there need not be any.
        """
        net, quantity = to_major(net_minor, self._currency), sum(owns, NOTHING)
        weight = sum(weights, free)
        base = Base(net_minor, net, exacts, owns, sum(exacts, NOTHING), quantity, weights, weight)
        self._context.view.update(order_net=net, order_quantity=quantity, order_weight=weight)
        for _, rules in self._context.plan.charges:
            self._add_first(rules, base)

    def _add_first(self, rules: Sequence[Live], base: Base) -> None:
        applied = ""
        for rule in rules:
            if rule.late and rule.test and (why_not := rule.test.why_not(self._context.view)):
                self.lost.append((rule.name, self._context.told(why_not)))
            elif applied:
                self.lost.append((rule.name, "lower_priority", applied))
            elif rule.sku not in self._extras:
                self.lost.append((rule.name, PRODUCT_UNKNOWN))
            else:
                why = self._charge(rule, base)
                if why:
                    self.lost.append((rule.name, why))
                else:
                    applied = rule.name

    def _charge(self, rule: Live, base: Base) -> str:
        """Add the charge; returns why it cannot be, or ""."""
        gain, quantity, _ = _measured(rule, base)
        worth, exact = gain(base.net, quantity), gain(base.exact, quantity)
        if isinstance(worth, str):
            return worth
        try:
            minor = to_minor(worth, self._currency)
        except AmountOutOfRange:
            return TOO_LARGE
        unrounded = worth if isinstance(exact, str) else exact
        borne = _borne(rule, unrounded, base) if unrounded or self._context.edition < 3 else []
        step = (rule.name, base.net_minor, plain(unrounded.normalize()), minor)
        self.steps.append((*step, borne) if borne else step)
        if minor:
            extra = self._extras[rule.sku]
            price = to_major(minor, self._currency)
            known = (rule.name, extra.product, extra.sku, extra.unit, ONE)
            self.lines.append(AddedLine("charge", *known, price, ONE, minor, 0, minor, unrounded))
        return ""


def _borne(rule: Live, whole: Decimal, base: Base) -> list[str]:
    """Return what each line bears of a charge, unrounded: what it would be charged alone. Empty when that is not the whole."""
    gain, _, measures = _measured(rule, base)
    known, total = [], NOTHING
    for exact, measure in zip(base.exacts, measures, strict=True):
        worth = gain(exact, measure)
        if isinstance(worth, str):
            return []
        total += worth
        known.append(worth)
    return [plain(worth.normalize()) for worth in known] if total == whole else []


def _measured(rule: Live, base: Base) -> tuple[Gain, Decimal, Sequence[Decimal]]:
    """Return the gain of a charge with what it measures of the order and of each line: own units, or kilograms."""
    if isinstance(rule.gain, ByWeight):
        return rule.gain.gain, base.weight, base.weights
    return rule.gain, base.quantity, base.owns


def weight_of_free(lines: Iterable[AddedLine], extras: Mapping[str, ExtraFacts]) -> Decimal:
    """Return what free goods weigh, as far as it is known; the parts of a bundle weigh what the bundle does."""
    total, seen = NOTHING, set[tuple[str, str]]()
    for line in lines:
        extra = extras[line.bundle or line.sku]
        quantity = line.quantity
        if line.bundle:
            if (line.rule, line.bundle) in seen:
                continue
            seen.add((line.rule, line.bundle))
            quantity = next(line.quantity / part.quantity for part in extra.parts if part.sku == line.sku)
        total += (extra.weight or NOTHING) * quantity
    return total
