"""Promises that cannot be kept any more, and which supply is the cause."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apps.inventory.decisions.atp.nouns import Need, Pegged, Pegging, Source


class Broken(NamedTuple):
    """A need of which `short` cannot leave by its day; `supply` is the cause (None: not a supply), `day` when the last of it can
    (None: nothing is to come for it)."""

    need: str
    short: int
    supply: str | None
    day: int | None


def foresee(
    before: Sequence[Pegged], now: Pegging, sources: Sequence[Source], needs: Sequence[Need], gone: Mapping[str, int]
) -> list[Broken]:
    """Return the needs whose promise cannot be kept, by rank.

    `before` are the pegs as they were, `gone` what did not come of supplies that are closed, by their key. The cause is the first supply
    that served the need and is late or short now, else the first of all that are.
    """
    by_key = {need.key: need for need in needs}
    worse = _worse([each for each in before if each.need in by_key], by_key, sources, gone)
    own: dict[str, str] = {}
    for each in before:
        if each.source in worse:
            own.setdefault(each.need, each.source)
    last: dict[str, int] = {}
    for each in now.pegs:
        last[each.need] = max(last.get(each.need, 0), each.day)
    ordered = sorted((by_key[key] for key in now.short), key=lambda need: (need.rank, need.key))
    return [
        Broken(
            need.key,
            now.short[need.key],
            own.get(need.key, worse[0] if worse else None),
            last[need.key] if now.late.get(need.key) == now.short[need.key] else None,
        )
        for need in ordered
    ]


def _worse(
    before: Sequence[Pegged], needs: Mapping[str, Need], sources: Sequence[Source], gone: Mapping[str, int]
) -> list[str]:
    """Return the supplies that cannot do any more what was pegged on them, in the order of the pegs."""
    there = {source.key: source for source in sources}
    pegged: dict[str, int] = {}
    late = set()
    for each in before:
        pegged[each.source] = pegged.get(each.source, 0) + min(each.quantity, needs[each.need].quantity)
        source = there.get(each.source)
        if source is not None and source.day > needs[each.need].day:
            late.add(each.source)
    return [
        key
        for key, quantity in pegged.items()
        if key in late
        or (key in there and there[key].supply is not None and there[key].quantity < quantity)
        or gone.get(key, 0)
    ]
