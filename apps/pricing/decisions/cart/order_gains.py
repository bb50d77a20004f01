"""What a rule of the order gives in one currency: a gain on its lines' sum, a set, the cheapest free, or free goods."""

from decimal import Decimal
from typing import NamedTuple

from apps.pricing.decisions.cart.gains import HUNDRED, ByWeight, Gain, gain_of
from apps.pricing.decisions.document.gives import BuyGet, Give, Set


class SetFigure(NamedTuple):
    """So many own units of each product together cost the price."""

    items: tuple[tuple[str, Decimal], ...]
    price: Decimal


class CheapestFigure(NamedTuple):
    """Of every `bunch` units `freed` are given, at the factor (1: wholly)."""

    bunch: int
    freed: int
    factor: Decimal


class FreeFigure(NamedTuple):
    """Goods that are added: (sku, quantity, for every so much net or None, for every so many own units or None)."""

    items: tuple[tuple[str, Decimal, Decimal | None, Decimal | None], ...]


Figure = Gain | ByWeight | SetFigure | CheapestFigure | FreeFigure


def figure_of(give: Give, currency: str) -> Figure | None:
    """Return what the rule gives in the currency; None when it has no figure in it."""
    if give.set is not None:
        return _set(give.set, currency)
    if give.cheapest_free is not None:
        return _cheapest(give.cheapest_free)
    if give.free_goods is not None:
        items = [
            (item.sku, item.quantity, item.per[currency] if item.per else None, item.per_quantity)
            for item in give.free_goods
            if item.per is None or currency in item.per
        ]
        return FreeFigure(tuple(sorted(items, key=str))) if items else None
    return gain_of(give, currency)


def _set(figure: Set, currency: str) -> SetFigure | None:
    needed: dict[str, Decimal] = {}
    for item in figure.items:
        needed[item.sku] = needed.get(item.sku, Decimal(0)) + item.quantity
    price = figure.price.get(currency)
    return None if price is None else SetFigure(tuple(sorted(needed.items())), price)


def _cheapest(figure: BuyGet) -> CheapestFigure:
    return CheapestFigure(int(figure.buy + figure.get), int(figure.get), figure.percent / HUNDRED)
