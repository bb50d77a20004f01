"""The door of pricing: what a line costs, and why."""

from apps.pricing.decisions.access import ACCESS_KIND, AccessSequence
from apps.pricing.decisions.price import Priced
from apps.pricing.decisions.price import Priced as LinePrice
from apps.pricing.decisions.replay import Texts, read_trace, replay_prices
from apps.pricing.selectors import PricedLines, PriceRequest, price_lines
from apps.rulebooks.contract import Decided, register_kind

__all__ = [
    "LinePrice",
    "PriceRequest",
    "Priced",
    "PricedLines",
    "Texts",
    "price_lines",
    "read_trace",
    "register_rulebooks",
]


def register_rulebooks() -> None:
    """Make the access sequence known as a kind of rulebook; called once when the apps are loaded."""
    register_kind(ACCESS_KIND, schema=AccessSequence, decide=_replay)


def _replay(sequence: AccessSequence, facts: str) -> Decided:
    return Decided(*replay_prices(sequence, facts))
