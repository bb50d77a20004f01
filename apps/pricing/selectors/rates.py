"""Rates of exchange for prices and costs in other currencies than an order's."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from apps.masterdata.contract import dated_rates
from apps.pricing.decisions.cart.facts import Rate


class RateWish(NamedTuple):
    """Amounts in `base` shall be told in `quote` on a business day of the legal entity."""

    base: str
    quote: str
    day: date


def rates_on(wishes: Collection[RateWish]) -> Mapping[RateWish, tuple[Rate, ...]]:
    """Return the latest rate of each wish's day or before; the inverse where only that is kept. One statement, none for none."""
    turned = {wish: RateWish(wish.quote, wish.base, wish.day) for wish in wishes}
    found = dated_rates({(*each,) for wish in wishes for each in (wish, turned[wish])})  # type: ignore[misc]
    rates: dict[RateWish, tuple[Rate, ...]] = {}
    for wish in wishes:
        kept = wish if wish in found else turned[wish]
        if kept in found:
            dated = found[kept]
            rates[wish] = (Rate(kept.base, kept.quote, dated.rate, dated.rate_date.isoformat(), dated.source),)
    return rates
