"""The words of the plan: where goods come from, who needs them when, what is offered and what is named."""

from typing import Final, NamedTuple

# More than anybody asks for: what can be had once a supply can be ordered in time.
ANY_QUANTITY: Final = 10**15


class Source(NamedTuple):
    """Goods that are free from `day` on: a shelf (`supply` None) or a supply to come; the lower `place` is asked first.

    `until` is the last day on which they can leave (lots that expire); None: for ever.
    """

    key: str
    warehouse: str
    supply: str | None
    day: int
    quantity: int
    until: int | None = None
    place: int = 0


class Need(NamedTuple):
    """A quantity that is to leave by `day`; needs are served in the order of `rank`."""

    key: str
    day: int
    quantity: int
    rank: tuple[str | int, ...] = ()


class Pegged(NamedTuple):
    """A quantity of a need and the source that serves it, which can leave on `day` at the earliest."""

    need: str
    source: str
    quantity: int
    day: int


class Pegging(NamedTuple):
    """Which source serves which need, what is left of each source, and what of each need nothing serves in time.

    A quantity that a later source serves (`late`) is short as well: it is served, but not on its day.
    """

    pegs: tuple[Pegged, ...]
    left: dict[str, int]
    short: dict[str, int]
    late: dict[str, int]


class Day(NamedTuple):
    """A day on which something comes, is needed or is left; `left` and `offered` are below zero where needs are short."""

    day: int
    supply: int
    demand: int
    left: int
    offered: int


class Rule(NamedTuple):
    """How a product is promised; what a document says in full (`document/availability.py`) as far as the arithmetic needs it.

    backward: a need takes from earlier days; forward: what is still short takes from later ones. accumulate: a day offers all that was
    left before it, else what became free on it alone.
    """

    horizon_days: int = 180
    backward: bool = True
    forward: bool = True
    accumulate: bool = True
    infinite_after_days: int | None = None
    splits: bool = True


STANDARD: Final = Rule()
