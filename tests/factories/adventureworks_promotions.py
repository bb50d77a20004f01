"""What the promotions of the bicycle maker mean, told from its own table and names alone: an oracle that knows no rules and no engine."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tests.factories.adventureworks import INTERNET, RESELLERS, ZONE, Promotion, Version, instant, promotions, versions

SECOND: Final = timedelta(seconds=1)
CENT: Final = Decimal("0.01")

# Which products a promotion names; those of quantities are for all.
_OF: Final[Mapping[int, Callable[[Version], bool]]] = {
    7: lambda product: product.model == "Mountain-100",
    8: lambda product: product.model == "Sport-100",
    9: lambda product: product.model == "Road-650",
    10: lambda product: product.name.endswith(" Mountain Tire"),
    11: lambda product: product.model == "Sport-100",
    12: lambda product: product.model == "LL Road Frame",
    13: lambda product: product.model == "Touring-3000",
    14: lambda product: product.model == "Touring-1000",
    15: lambda product: product.category == "Pedals",
    16: lambda product: product.name.startswith("Mountain-500 Silver"),
}


def concerns(promotion: Promotion, product: Version) -> bool:
    """Return whether a promotion is for the product."""
    return promotion.key not in _OF or _OF[promotion.key](product)


def skus_of(promotion: Promotion) -> list[str]:
    """Return the products of a promotion that names some, else one that is sold all the time."""
    if promotion.key not in _OF:
        return ["HL-U509"]
    return sorted({each.sku for each in versions() if concerns(promotion, each)})


def moments(promotion: Promotion) -> list[tuple[datetime, bool]]:
    """Return the instants around both ends, and whether the promotion runs."""
    begin, end = instant(promotion.begin), instant(promotion.end)
    return [
        (begin - SECOND, False),
        (begin, True),
        (begin + SECOND, True),
        (end - SECOND, True),
        (end, False),
        (end + SECOND, False),
    ]


def percent_off(product: Version, quantity: int, at: datetime, group: str, channel: str) -> Decimal:
    """Return the best factor that a line gets, 0 for none: read off the table of promotions."""
    wall = at.astimezone(ZONE).replace(tzinfo=None)
    open_to = {"Reseller": group == RESELLERS, "Customer": channel != INTERNET, "No Discount": True}
    return max(
        each.factor
        for each in _always(promotions())
        if open_to[each.for_whom]
        and (each.key == 1 or each.begin <= wall < each.end)
        and each.least <= quantity <= (each.most or quantity)
        and concerns(each, product)
    )


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in cents, half away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _always(rows: Sequence[Promotion]) -> Sequence[Promotion]:
    """The first one gives nothing and is taken to run for ever."""
    assert rows[0].factor == 0
    return rows
