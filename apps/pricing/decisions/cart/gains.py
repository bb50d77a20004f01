"""What each way to give is worth: for one line in exact major units, for an order's matching lines in minor units.

A gain is made once for a currency. Asked for its worth it answers an amount, or the word for why there is none.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.document.gives import BuyGet, Give, OneFigure, QuantityTier, Tier, WeightTier

# (the amount that it is reckoned on, the product's own units) -> what it is worth before it is capped, or why nothing.
Gain = Callable[[Decimal, Decimal], "Decimal | str"]


class ByWeight(NamedTuple):
    """A gain that is told kilograms where others are told own units."""

    gain: Gain


HUNDRED: Final = Decimal(100)
NO_CURRENCY: Final = "no_amount_in_currency"
BELOW_THRESHOLD: Final = "below_threshold"
BELOW_QUANTITY: Final = "below_quantity"
BELOW_WEIGHT: Final = "below_weight"
NO_SAVING: Final = "no_saving"


def gain_of(give: Give, currency: str) -> Gain | ByWeight | None:
    """Return the gain of a percentage, amount, fixed price, buy X get Y or scale in the currency; None: it has no figure in it."""
    made: Gain | ByWeight | None = _GAINS[give.way](give.figure, currency)
    return made


def _percent(percent: Decimal, currency: str) -> Gain:
    factor = percent / HUNDRED
    return lambda net, own: net * factor


def _amount(amounts: Mapping[str, Decimal], currency: str) -> Gain | None:
    amount = amounts.get(currency)
    return None if amount is None else lambda net, own: amount


def _amount_per_unit(amounts: Mapping[str, Decimal], currency: str) -> Gain | None:
    amount = amounts.get(currency)
    return None if amount is None else lambda net, own: amount * own


def _fixed_price(amounts: Mapping[str, Decimal], currency: str) -> Gain | None:
    price = amounts.get(currency)
    if price is None:
        return None

    def worth(net: Decimal, own: Decimal) -> Decimal | str:
        saving = net - price * own
        return saving if saving > 0 else NO_SAVING

    return worth


def _buy_get(figure: BuyGet, currency: str) -> Gain:
    bunch, freed = figure.buy + figure.get, figure.get * figure.percent / HUNDRED

    def worth(net: Decimal, own: Decimal) -> Decimal | str:
        bunches = own // bunch
        return net * (bunches * freed) / own if bunches else BELOW_QUANTITY

    return worth


def _tiers(tiers: Sequence[Tier], currency: str) -> Gain | None:
    known = [(tier.from_[currency], tier) for tier in tiers if currency in tier.from_]
    return _scale(known, currency, BELOW_THRESHOLD, by_quantity=False)


def _quantity_tiers(tiers: Sequence[QuantityTier], currency: str) -> Gain | None:
    return _scale([(tier.from_, tier) for tier in tiers], currency, BELOW_QUANTITY, by_quantity=True)


def _weight_tiers(tiers: Sequence[WeightTier], currency: str) -> ByWeight | None:
    gain = _scale([(tier.from_, tier) for tier in tiers], currency, BELOW_WEIGHT, by_quantity=True)
    return gain and ByWeight(gain)


def _amount_per_kg(amounts: Mapping[str, Decimal], currency: str) -> ByWeight | None:
    gain = _amount_per_unit(amounts, currency)
    return gain and ByWeight(gain)


def _scale(tiers: Sequence[tuple[Decimal, OneFigure]], currency: str, below: str, *, by_quantity: bool) -> Gain | None:
    rising = sorted(
        ((least, gain) for least, tier in tiers if (gain := _tier_gain(tier, currency)) is not None),
        key=lambda step: step[0],
    )
    if not rising:
        return None
    starts, gains = [least for least, _ in rising], [gain for _, gain in rising]

    def worth(net: Decimal, own: Decimal) -> Decimal | str:
        place = bisect_right(starts, own if by_quantity else net)
        return gains[place - 1](net, own) if place else below

    return worth


def _tier_gain(tier: OneFigure, currency: str) -> Gain | None:
    return _amount(tier.amount or {}, currency) if tier.percent is None else _percent(tier.percent, currency)


_GAINS: Final[Mapping[str, Callable[[Any, str], Gain | ByWeight | None]]] = {
    "percent": _percent,
    "amount": _amount,
    "amount_per_unit": _amount_per_unit,
    "fixed_price": _fixed_price,
    "buy_get": _buy_get,
    "tiers": _tiers,
    "quantity_tiers": _quantity_tiers,
    "amount_per_kg": _amount_per_kg,
    "weight_tiers": _weight_tiers,
}
