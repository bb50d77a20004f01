"""Lines that rules add to the order: free goods, and charges such as freight."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from apps.pricing.decisions.accesses import TOO_LARGE, PriceFinder, Wanted
from apps.pricing.decisions.alive import Live
from apps.pricing.decisions.facts import NOTHING, ONE, AddedLine, ExtraFacts
from apps.pricing.decisions.figures import FreeFigure
from apps.pricing.decisions.gains import BELOW_THRESHOLD
from apps.pricing.decisions.plans import Context
from apps.pricing.decisions.running import Lost
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
        return tuple(self._line(rule, self._extras[sku], quantity) for sku, quantity in counted)

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


class Base(NamedTuple):
    """What charges are reckoned on: the order's net as it is booked, and each line's net before rounding and own units."""

    net_minor: int
    net: Decimal
    exacts: Sequence[Decimal]
    owns: Sequence[Decimal]
    exact: Decimal
    quantity: Decimal


class Charges:
    """Adds the charges of an order: of each kind the first that applies."""

    def __init__(self, context: Context, extras: Mapping[str, ExtraFacts]) -> None:
        self._context, self._extras, self._currency = context, extras, context.currency
        self.lines: list[AddedLine] = []
        self.steps: list[tuple[Any, ...]] = []
        self.lost: list[Lost] = []

    def add(self, net_minor: int, exacts: Sequence[Decimal], owns: Sequence[Decimal]) -> None:
        """Add what applies to an order of this net, whose lines come to these nets before rounding and these own units."""
        net, quantity = to_major(net_minor, self._currency), sum(owns, NOTHING)
        base = Base(net_minor, net, exacts, owns, sum(exacts, NOTHING), quantity)
        self._context.view.update(order_net=net, order_quantity=quantity)
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
        worth, exact = rule.gain(base.net, base.quantity), rule.gain(base.exact, base.quantity)
        if isinstance(worth, str):
            return worth
        try:
            minor = to_minor(worth, self._currency)
        except AmountOutOfRange:
            return TOO_LARGE
        unrounded = worth if isinstance(exact, str) else exact
        borne = _borne(rule, unrounded, base)
        step = (rule.name, base.net_minor, format(unrounded.normalize(), "f"), minor)
        self.steps.append((*step, borne) if borne else step)
        if minor:
            extra = self._extras[rule.sku]
            price = to_major(minor, self._currency)
            known = (rule.name, extra.product, extra.sku, extra.unit, ONE)
            self.lines.append(AddedLine("charge", *known, price, ONE, minor, 0, minor, unrounded))
        return ""


def _borne(rule: Live, whole: Decimal, base: Base) -> list[str]:
    """Return what each line bears of a charge, unrounded: what it would be charged alone. Empty when that is not the whole."""
    alone = [rule.gain(exact, own) for exact, own in zip(base.exacts, base.owns, strict=True)]
    if any(isinstance(worth, str) for worth in alone) or sum(alone, NOTHING) != whole:
        return []
    return [format(worth.normalize(), "f") for worth in alone]
