"""A run: what lies free is shared out, and then lines may take what is reserved for others, where the rules say so.

What a line should have is worked out over all goods of its group, reserved or free, by the strategy. Who has more than that gives to who
has less, the gainers in turn; nobody gives whose tier never loses, or whose goods leave too soon, and nobody takes
what lies in a warehouse that may not serve him.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.sharing.document import TakeFrom
from apps.inventory.decisions.sharing.engine import FIRST_COME, share_free
from apps.inventory.decisions.sharing.facts import Given, Line, QuotaLeft, Shelf, Strategy
from apps.inventory.decisions.sharing.fair import fair_shares

LOSES = {"lose": 0, "redistribute": 1, "fill": 2}
GAINS = frozenset({"win", "gain", "redistribute"})


class Held(NamedTuple):
    """A quantity that is reserved for a line in a stock row, and may be taken from it."""

    stock_id: UUID
    warehouse_id: UUID
    quantity: int


class Party(NamedTuple):
    """A line in a run: what it wants still (`line.quantity`), what it has, and of which tier it is."""

    line: Line
    held: tuple[Held, ...] = ()
    tier: str = ""
    stance: str = "redistribute"
    wanted_on: date | None = None

    @property
    def has(self) -> int:
        return sum(held.quantity for held in self.held)


class Taken(NamedTuple):
    """What one line gives to another out of a stock row."""

    from_line: UUID
    to_line: UUID
    stock_id: UUID
    warehouse_id: UUID
    quantity: int


class Outcome(NamedTuple):
    """What a run would do: goods that lie free are given, reserved ones change hands."""

    given: list[Given]
    taken: list[Taken]


def run_allocation(
    parties: Sequence[Party],
    shelves: Sequence[Shelf],
    strategies: Mapping[Group, Strategy],
    quotas: Iterable[QuotaLeft],
    take_from: Sequence[TakeFrom],
    *,
    today: date,
) -> Outcome:
    """Return what everybody gets and gives; O(n log n) in lines, and in the pairs of those who give and take."""
    given = share_free([party.line for party in parties if party.line.quantity > 0], shelves, strategies, quotas)
    if not take_from:
        return Outcome(given, [])
    got: dict[UUID, int] = {}
    for each in given:
        got[each.line_id] = got.get(each.line_id, 0) + each.quantity
    groups: dict[Group, list[Party]] = {}
    for party in parties:
        if party.line.kit is None:
            groups.setdefault(party.line.group, []).append(party)
    taken: list[Taken] = []
    for group, members in groups.items():
        strategy = strategies.get(group, FIRST_COME)
        if strategy.name != "manual":
            taken += _take(sorted(members, key=_turn), strategy, got, take_from, today)
    return Outcome(given, taken)


def _turn(party: Party) -> tuple[object, ...]:
    return (*party.line.turn, party.line.line_id)


def _take(
    parties: Sequence[Party], strategy: Strategy, got: Mapping[UUID, int], rules: Sequence[TakeFrom], today: date
) -> list[Taken]:
    """Let who has less than he should take from who has more."""
    should = _targets(parties, strategy, got)
    givers = [
        _Giver(party, party.has + got.get(party.line.line_id, 0) - should[party.line.line_id]) for party in parties
    ]
    givers = [each for each in givers if each.spare > 0 and each.party.stance in LOSES]
    givers.sort(key=lambda each: LOSES[each.party.stance])
    last_first = [each for stance in LOSES for each in reversed([g for g in givers if g.party.stance == stance])]
    taken: list[Taken] = []
    for party in parties:
        had = got.get(party.line.line_id, 0)
        short = min(should[party.line.line_id] - party.has, party.line.quantity) - had
        if short > 0 and party.stance in GAINS and last_first:
            taken += _serve(party, short, last_first, rules, today)
            last_first = [each for each in last_first if each.spare > 0]
    return taken


def _serve(
    party: Party, short: int, givers: Iterable["_Giver"], rules: Sequence[TakeFrom], today: date
) -> Iterable[Taken]:
    for giver in givers:
        if short <= 0:
            return
        if not _may_take(party, giver.party, rules, today):
            continue
        for held, part in giver.give(short, party.line.barred):
            short -= part
            ids = giver.party.line.line_id, party.line.line_id
            yield Taken(*ids, held.stock_id, held.warehouse_id, part)


def _may_take(gainer: Party, loser: Party, rules: Sequence[TakeFrom], today: date) -> bool:
    for rule in rules:
        if rule.of == loser.tier and gainer.tier in rule.by:
            near = today + timedelta(days=rule.not_within_days)
            if loser.wanted_on is None or loser.wanted_on > near:
                return True
    return False


def _targets(parties: Sequence[Party], strategy: Strategy, got: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return what each line should have of all that the lines have or get; who gives first, should have nothing."""
    wants = [party.line._replace(quantity=party.has + party.line.quantity) for party in parties]
    wants = [w._replace(quantity=0) if p.stance == "lose" else w for w, p in zip(wants, parties, strict=True)]
    pool = sum(party.has + got.get(party.line.line_id, 0) for party in parties)
    if strategy.name == "fair_share":
        shares = fair_shares(wants, pool, step=strategy.step, least=strategy.least)
        return {line.line_id: share for line, share in zip(wants, shares, strict=True)}
    should: dict[UUID, int] = {}
    for line in wants:
        should[line.line_id] = min(line.quantity, pool)
        pool -= should[line.line_id]
    return should


class _Giver:
    """A line that has more than it should, and gives no more than that, the last stock row first."""

    __slots__ = ("_left", "party", "spare")

    def __init__(self, party: Party, spare: int) -> None:
        self.party = party
        self.spare = min(spare, party.has)
        self._left = {held.stock_id: held.quantity for held in party.held}

    def give(self, wanted: int, barred: frozenset[UUID]) -> Iterable[tuple[Held, int]]:
        for held in reversed(self.party.held):
            part = min(wanted, self._left[held.stock_id], self.spare)
            if part > 0 and held.warehouse_id not in barred:
                self._left[held.stock_id] -= part
                self.spare -= part
                wanted -= part
                yield held, part
