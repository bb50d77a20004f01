"""May anything of an order leave: what it agreed to against what is reserved of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

WAITS_FOR: Final[Mapping[str, str]] = {
    "not_complete": "The order ships complete, and a part of it waits for goods.",
    "below_minimum": "Less is reserved than the customer agreed to take at once.",
    "last_shipment_must_complete": "The customer agreed to no more shipments than one that brings all the rest.",
}


class Agreed(NamedTuple):
    """How an order ships: as_ready, minimum (per cent of what is open, a quantity, or both) or complete; in how many shipments."""

    ship: str
    minimum_percent: Decimal | None = None
    minimum_quantity: Decimal | None = None
    most_shipments: int | None = None


class Standing(NamedTuple):
    """What of an order could leave now, what would stay, and how many shipments were made."""

    reserved: Decimal
    waiting: Decimal
    shipments: int = 0


def why_it_waits(agreed: Agreed, standing: Standing) -> str:
    """Return the code of why nothing may leave, "" when it may. What leaves nothing behind always may.

    15 wanted, 10 there: at 60 per cent 10 may leave, at 80 per cent nothing. Of at most two shipments the second takes all.
    """
    if not standing.waiting:
        return ""
    if agreed.ship == "complete":
        return "not_complete"
    if agreed.most_shipments is not None and standing.shipments >= agreed.most_shipments - 1:
        return "last_shipment_must_complete"
    if agreed.ship == "as_ready":
        return ""
    least = [] if agreed.minimum_quantity is None else [agreed.minimum_quantity]
    if agreed.minimum_percent is not None:
        least.append((standing.reserved + standing.waiting) * agreed.minimum_percent / 100)
    return "below_minimum" if standing.reserved < max(least, default=Decimal(0)) else ""
