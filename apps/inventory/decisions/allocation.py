"""Who gets what from where: first come first served, whole from one warehouse when one can, otherwise split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

Group = tuple[UUID, UUID]  # legal entity, product


@dataclass(frozen=True, slots=True)
class Want:
    """One line's demand within its group."""

    line_id: UUID
    group: Group
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stock row that may serve a group; candidates are given in the order in which warehouses are asked."""

    stock_id: UUID
    warehouse_id: UUID
    group: Group
    free: Decimal


@dataclass(frozen=True, slots=True)
class Take:
    """A quantity that a line gets from a stock row, out of a quota or not; of goods in lots its lots are picked when it is written."""

    line_id: UUID
    stock_id: UUID
    warehouse_id: UUID
    quantity: Decimal
    quota_id: UUID | None = None
    lot_id: UUID | None = None


def given_to(takes: Iterable[Take]) -> dict[UUID, Decimal]:
    """Return what each line gets in all, by line; a line that gets nothing is not in it."""
    given: dict[UUID, Decimal] = {}
    for take in takes:
        given[take.line_id] = given.get(take.line_id, Decimal(0)) + take.quantity
    return given


def allocate(wants: Iterable[Want], candidates: Iterable[Candidate]) -> list[Take]:
    """Serve the wants in the order given; what a line is not given, it has to wait for.

    A line is taken whole from the first candidate that has enough, else from each in turn until it has what it wants.
    No candidate gives more than its free quantity, and a line takes from a candidate at most once.
    """
    shelves: dict[Group, list[_Shelf]] = {}
    for candidate in candidates:
        shelves.setdefault(candidate.group, []).append(_Shelf(candidate))
    takes: list[Take] = []
    for want in wants:
        takes.extend(_serve(want, shelves.get(want.group, ())))
    return takes


class _Shelf:
    __slots__ = ("candidate", "free")

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.free = candidate.free

    def give(self, want: Want, quantity: Decimal) -> Take:
        self.free -= quantity
        return Take(want.line_id, self.candidate.stock_id, self.candidate.warehouse_id, quantity)


def _serve(want: Want, shelves: Sequence[_Shelf]) -> Iterable[Take]:
    for shelf in shelves:
        if shelf.free >= want.quantity:
            yield shelf.give(want, want.quantity)
            return
    rest = want.quantity
    for shelf in shelves:
        if rest > 0 and shelf.free > 0:
            take = shelf.give(want, min(rest, shelf.free))
            rest -= take.quantity
            yield take
