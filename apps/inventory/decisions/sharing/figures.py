"""What a run would change, in figures: by tier, in money, and how fairly."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from apps.inventory.decisions.sharing.facts import from_parts


class Stand(NamedTuple):
    """A line before and after a run, in ten-thousandths; `net_minor` is that of `whole`."""

    tier: str
    wants: int
    before: int
    after: int
    net_minor: int
    whole: int
    currency: str
    days: int | None = None

    @property
    def change(self) -> int:
        return self.after - self.before

    def money(self, quantity: int) -> int:
        """Return what a quantity of the line is worth, in minor units."""
        return round(Fraction(self.net_minor * quantity, self.whole)) if self.whole else 0


def figures_of(stands: Sequence[Stand]) -> dict[str, Any]:
    """Return lines, winners and losers, money by currency and tier, Jain's index of the fill rates and the least of them.

    Quantities and rates are plain text; the index is 1 where everybody has the same part of what he wants, and 1/n where one has all.
    """
    losers = [stand for stand in stands if stand.change < 0]
    days = [stand.days for stand in losers if stand.days is not None]
    return {
        "lines": len(stands),
        "winners": sum(stand.change > 0 for stand in stands),
        "losers": len(losers),
        "units_gained": _text(from_parts(sum(max(stand.change, 0) for stand in stands))),
        "units_lost": _text(from_parts(sum(max(-stand.change, 0) for stand in stands))),
        "money": _money(stands),
        "tiers": {tier: _tier([s for s in stands if s.tier == tier]) for tier in dict.fromkeys(s.tier for s in stands)},
        "fairness": _text(jain([_rate(stand) for stand in stands])),
        "least_fill": _text(_rounded(min((_rate(stand) for stand in stands), default=Fraction(1)))),
        "longest_wait_days": max(days, default=None),
    }


def jain(rates: Sequence[Fraction]) -> Decimal:
    """Return Jain's fairness index of fill rates: (sum)^2 / (n * sum of squares); 1 for nobody or nothing."""
    squares = sum(rate * rate for rate in rates)
    return _rounded(sum(rates) ** 2 / (len(rates) * squares) if squares else Fraction(1))


def _rate(stand: Stand) -> Fraction:
    return Fraction(stand.after, stand.wants) if stand.wants else Fraction(1)


def _money(stands: Iterable[Stand]) -> dict[str, dict[str, int]]:
    money: dict[str, dict[str, int]] = {}
    for stand in stands:
        own = money.setdefault(stand.currency, {"before": 0, "after": 0, "gained": 0, "lost": 0})
        before, after = stand.money(stand.before), stand.money(stand.after)
        own["before"] += before
        own["after"] += after
        own["gained"] += max(after - before, 0)
        own["lost"] += max(before - after, 0)
    return money


def _tier(stands: Sequence[Stand]) -> dict[str, Any]:
    return {
        "lines": len(stands),
        "wanted": _text(from_parts(sum(stand.wants for stand in stands))),
        "before": _text(from_parts(sum(stand.before for stand in stands))),
        "after": _text(from_parts(sum(stand.after for stand in stands))),
    }


def _rounded(rate: Fraction) -> Decimal:
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(Decimal("0.001"))


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"
