"""What is left of the lines while the order's discounts run, and what sets, the cheapest free and plain gains take of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Self

from apps.pricing.decisions.cart.facts import NOTHING
from apps.pricing.decisions.cart.gains import BELOW_QUANTITY, NO_SAVING, Gain
from apps.pricing.decisions.cart.order_gains import CheapestFigure, SetFigure
from apps.pricing.decisions.cart.running_line import RunningLine
from ordercash.kernel.money import split, to_major, to_minor

SET_INCOMPLETE = "set_incomplete"


@dataclass(slots=True)
class Taken:
    """What a rule takes: of which base, how much, from which lines by which weights, and how many own units it counted."""

    base_minor: int
    minor: int
    places: Sequence[int]
    weights: Sequence[int]
    units: Sequence[tuple[int, Decimal]] = ()
    _shares: Sequence[tuple[int, int]] | None = None

    @property
    def shares(self) -> Sequence[tuple[int, int]]:
        """What each line gives; shared out when it is asked for, because most of what competes is never taken."""
        if self._shares is None:
            self._shares = list(zip(self.places, split(self.minor, self.weights), strict=True)) if self.minor else ()
        return self._shares


class Wholes:
    """The open lines: nets at the start and now, and their own units that were counted already; never changed."""

    __slots__ = ("_living", "_sum_of_living", "currency", "lines", "nets", "start", "used")

    def __init__(
        self,
        lines: Sequence[RunningLine],
        currency: str,
        start: Sequence[int],
        nets: Sequence[int],
        used: Mapping[int, Decimal],
    ) -> None:
        self.lines, self.currency, self.start, self.nets, self.used = lines, currency, start, nets, used
        self._living: list[int] | None = None
        self._sum_of_living: tuple[int, Decimal] | None = None

    @classmethod
    def of(cls, lines: Sequence[RunningLine], currency: str) -> Self:
        nets = [line.minor for line in lines]
        return cls(lines, currency, nets, nets, {})

    @property
    def living(self) -> list[int]:
        """The places of the lines of which something is left; found once, because rules without a condition count them all."""
        if self._living is None:
            self._living = [place for place, net in enumerate(self.nets) if net > 0]
        return self._living

    def order_net(self, all_lines: Sequence[RunningLine]) -> Decimal:
        """Return what the whole order comes to now: what is left of the open lines, and the others."""
        others = sum([line.minor for line in all_lines]) - sum([line.minor for line in self.lines])
        return self.major(sum(self.nets) + others)

    def major(self, minor: int) -> Decimal:
        """Return an amount in major units."""
        return to_major(minor, self.currency)

    def sum_of(self, places: Sequence[int]) -> tuple[int, Decimal]:
        """Return the net and the own units of some lines; asked of all the living ones, it is reckoned once."""
        if places is not self._living:
            return self._sum_of(places)
        if self._sum_of_living is None:
            self._sum_of_living = self._sum_of(places)
        return self._sum_of_living

    def _sum_of(self, places: Sequence[int]) -> tuple[int, Decimal]:
        return sum([self.nets[place] for place in places]), sum([self.lines[place].own for place in places], NOTHING)

    def after(self, taken: Taken) -> "Wholes":
        """Return what is left when this was taken."""
        if not taken.minor:
            return self
        nets, used = list(self.nets), dict(self.used)
        for place, share in taken.shares:
            nets[place] -= share
        for place, units in taken.units:
            used[place] = used.get(place, NOTHING) + units
        return Wholes(self.lines, self.currency, self.start, nets, used)

    def free_units(self, place: int) -> Decimal:
        """Return the own units of a line that nothing counted yet."""
        return self.lines[place].own - self.used.get(place, NOTHING)


def take_gain(gain: Gain, places: Sequence[int], wholes: Wholes, *, on_list: bool) -> Taken | str:
    """Take a percentage, an amount or a tier off the lines' sum; `on_list` reckons it on what they were before any of these."""
    now, own = wholes.sum_of(places)
    base = sum([wholes.start[place] for place in places]) if on_list else now
    worth = gain(wholes.major(base), own)
    if isinstance(worth, str):
        return worth
    minor = min(to_minor(worth, wholes.currency), now)
    if minor <= 0:
        return NO_SAVING
    return Taken(base, minor, places, [wholes.nets[place] for place in places])


def take_set(figure: SetFigure, places: Sequence[int], wholes: Wholes) -> Taken | str:
    """Sell the items at the set's price as often as they fit; the saving is shared by what the units would cost alone."""
    by_sku = {sku: [place for place in places if wholes.lines[place].facts.sku == sku] for sku, _ in figure.items}
    times = min(sum(map(wholes.free_units, by_sku[sku]), NOTHING) // needed for sku, needed in figure.items)
    if times < 1:
        return SET_INCOMPLETE
    units: list[tuple[int, Decimal]] = []
    for sku, needed in figure.items:
        units += _draw(by_sku[sku], times * needed, wholes)
    alone = [_net_of(place, counted, wholes) for place, counted in units]
    saving = sum(alone) - to_minor(figure.price * times, wholes.currency)
    if saving <= 0:
        return NO_SAVING
    return Taken(sum(alone), saving, [place for place, _ in units], alone, units)


def take_cheapest(figure: CheapestFigure, places: Sequence[int], wholes: Wholes) -> Taken | str:
    """Give the cheapest whole units of all matching lines; what they cost is shared over these lines by their nets."""
    whole = {place: wholes.free_units(place).to_integral_value(ROUND_DOWN) for place in places}
    bunches = sum(whole.values(), NOTHING) // figure.bunch
    if bunches < 1:
        return BELOW_QUANTITY
    rising = sorted(places, key=lambda place: (wholes.nets[place] / wholes.lines[place].own, place))
    given = _count(rising, bunches * figure.freed, whole)
    paid = _count(rising[::-1], bunches * (figure.bunch - figure.freed), whole)
    worth = sum((wholes.nets[place] * units / wholes.lines[place].own for place, units in given), NOTHING)
    base, _ = wholes.sum_of(places)
    minor = min(int((worth * figure.factor).to_integral_value(ROUND_HALF_UP)), base)
    if minor <= 0:
        return NO_SAVING
    return Taken(base, minor, places, [wholes.nets[place] for place in places], (*given, *paid))


def _draw(places: Sequence[int], needed: Decimal, wholes: Wholes) -> list[tuple[int, Decimal]]:
    return _count(places, needed, {place: wholes.free_units(place) for place in places})


def _count(places: Sequence[int], needed: Decimal, there: dict[int, Decimal]) -> list[tuple[int, Decimal]]:
    """Count units off the lines in this order; `there` is left with what was not counted."""
    counted = []
    for place in places:
        units = min(there[place], needed)
        if units > 0:
            counted.append((place, units))
            there[place] -= units
            needed -= units
    return counted


def _net_of(place: int, units: Decimal, wholes: Wholes) -> int:
    exact = wholes.nets[place] * units / wholes.lines[place].own
    return int(exact.to_integral_value(ROUND_HALF_UP))
