"""The strategies: what lies free goes to those who wait for it. Nobody is passed by a line that comes after him in turn.

A line is passed only where goods are kept for another channel, or where it is a part of a kit that another part keeps from being whole.
"""

from collections.abc import Iterable, Mapping, Sequence

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.sharing.facts import NO_QUOTAS, Given, Line, QuotaLeft, Shelf, Strategy
from apps.inventory.decisions.sharing.fair import fair_shares
from apps.inventory.decisions.sharing.pools import Pool, pools_of

FIRST_COME = Strategy()


def share_free(
    lines: Iterable[Line],
    shelves: Iterable[Shelf],
    strategies: Mapping[Group, Strategy] | None = None,
    quotas: Iterable[QuotaLeft] = NO_QUOTAS,
) -> list[Given]:
    """Share out free goods in turn; a group without a strategy is served first come first served. O(n log n)."""
    known = strategies or {}
    turn = sorted((line for line in lines if known.get(line.group, FIRST_COME).name != "manual"), key=_turn)
    pools = pools_of(shelves, quotas)
    most = _most(turn, pools, known)
    given = _in_turn(turn, pools, most)
    if any(strategy.name == "fair_share" for strategy in known.values()):
        given += _leftovers(turn, pools, known, given)
    return given


def share_whole(
    lines: Iterable[Line], shelves: Iterable[Shelf], quotas: Iterable[QuotaLeft] = NO_QUOTAS
) -> list[Given]:
    """Share out free goods in turn to lines that want all of their quantity or nothing; who cannot have all is passed."""
    pools = pools_of(shelves, NO_QUOTAS)
    given: list[Given] = []
    for line in sorted(lines, key=_turn):
        pool = pools.get(line.group)
        if pool and pool.room(line.channel, line.barred) >= line.quantity:
            given += pool.give(line, line.quantity)
    return given


def _turn(line: Line) -> tuple[object, ...]:
    return (*line.turn, line.line_id)


def _most(turn: Sequence[Line], pools: Mapping[Group, Pool], known: Mapping[Group, Strategy]) -> dict[object, int]:
    """Return the most that a line of a fairly shared group gets."""
    by_group: dict[Group, list[Line]] = {}
    for line in turn:
        if known.get(line.group, FIRST_COME).name == "fair_share" and line.group in pools:
            by_group.setdefault(line.group, []).append(line)
    most: dict[object, int] = {}
    for group, members in by_group.items():
        shares = fair_shares(members, pools[group].total(), step=known[group].step, least=known[group].least)
        most |= {line.line_id: share for line, share in zip(members, shares, strict=True)}
    return most


def _in_turn(turn: Sequence[Line], pools: Mapping[Group, Pool], most: Mapping[object, int]) -> list[Given]:
    kits: dict[object, list[Line]] = {}
    for line in turn:
        if line.kit is not None:
            kits.setdefault(line.kit, []).append(line)
    given: list[Given] = []
    for line in turn:
        if line.kit is None:
            if pool := pools.get(line.group):
                given += pool.give(line, min(line.quantity, most.get(line.line_id, line.quantity)))
        elif parts := kits.pop(line.kit, None):
            given += _whole_kits(parts, pools, most)
    return given


def _whole_kits(parts: Sequence[Line], pools: Mapping[Group, Pool], most: Mapping[object, int]) -> list[Given]:
    """Give the parts of a kit as many as make whole kits: of 5 kits of one A and two B, 5 A and 7 B make 3.

    What waits already says how many kits are missing: afterwards no part misses less than another, or it had less to miss before.
    """
    missing = max(-(-part.quantity // part.per_kit) for part in parts)
    low, high = 0, missing
    while low < high:
        middle = (low + high) // 2
        if _fits(parts, middle, pools, most):
            high = middle
        else:
            low = middle + 1
    given: list[Given] = []
    for part in parts:
        if (wanted := part.quantity - low * part.per_kit) > 0 and part.group in pools:
            given += pools[part.group].give(part, wanted)
    return given


def _fits(parts: Sequence[Line], missing: int, pools: Mapping[Group, Pool], most: Mapping[object, int]) -> bool:
    """Say whether every part can be served until no more than so many kits are missing of it."""
    wanted: dict[Group, int] = {}
    for part in parts:
        more = max(part.quantity - missing * part.per_kit, 0)
        if more > most.get(part.line_id, more):
            return False
        wanted[part.group] = wanted.get(part.group, 0) + more
    channel, barred = parts[0].channel, {part.group: part.barred for part in parts}
    return all(
        not more or (group in pools and pools[group].room(channel, barred[group]) >= more)
        for group, more in wanted.items()
    )


def _leftovers(
    turn: Sequence[Line], pools: Mapping[Group, Pool], known: Mapping[Group, Strategy], given: Sequence[Given]
) -> list[Given]:
    """Share once more what kits and quotas left over of fair shares, among lines of their own."""
    had: dict[object, int] = {}
    for each in given:
        had[each.line_id] = had.get(each.line_id, 0) + each.quantity
    rest = [
        line._replace(quantity=line.quantity - had.get(line.line_id, 0))
        for line in turn
        if line.kit is None and known.get(line.group, FIRST_COME).name == "fair_share" and line.group in pools
    ]
    again = [line for line in rest if line.quantity > 0 and pools[line.group].room(line.channel, line.barred) > 0]
    return _in_turn(again, pools, _most(again, pools, known)) if again else []
