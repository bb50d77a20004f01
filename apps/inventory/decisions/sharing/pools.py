"""What lies free of a product, with what channels have reserved of it."""

from collections.abc import Iterable
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.sharing.facts import Given, Line, QuotaLeft, Shelf


class _Kept:
    """A quota, and what is left of it."""

    __slots__ = ("left", "quota")

    def __init__(self, quota: QuotaLeft) -> None:
        self.quota = quota
        self.left = quota.left


class Pool:
    """The free goods of one group. Nobody gets what is kept for another channel."""

    __slots__ = ("_free", "_kept", "_shelves")

    def __init__(self) -> None:
        self._shelves: list[Shelf] = []
        self._free: dict[UUID, int] = {}
        self._kept: list[_Kept] = []

    def add(self, shelf: Shelf) -> None:
        """Add a stock row; below zero counts as nothing."""
        self._shelves.append(shelf)
        self._free[shelf.stock_id] = max(shelf.free, 0)

    def keep(self, quota: QuotaLeft) -> None:
        """Keep a quantity for a channel."""
        self._kept.append(_Kept(quota))

    def total(self) -> int:
        """Return what is free for anybody and for channels together."""
        return sum(self._free.values())

    def room(self, channel: str, barred: frozenset[UUID] = frozenset()) -> int:
        """Return what a line of this channel can get of warehouses that are not barred to it."""
        everywhere = self._for_others(channel, None)
        most = max(sum(self._on(shelf, channel) for shelf in self._shelves) - everywhere, 0)
        return min(most, sum(self._on(shelf, channel) for shelf in self._open(barred))) if barred else most

    def give(self, line: Line, wanted: int) -> list[Given]:
        """Give at most `wanted` to a line: whole from the first that has it, else from each in turn."""
        rest = min(wanted, self.room(line.channel, line.barred))
        if rest <= 0:
            return []
        shelves = self._open(line.barred)
        whole = next((shelf for shelf in shelves if self._on(shelf, line.channel) >= rest), None)
        given = []
        for shelf in shelves if whole is None else (whole,):
            part = min(rest, self._on(shelf, line.channel))
            if part > 0:
                rest -= part
                self._free[shelf.stock_id] -= part
                given += [
                    Given(line.line_id, shelf.stock_id, shelf.warehouse_id, used, quota_id)
                    for quota_id, used in self._lower(shelf, line.channel, part)
                ]
        return given

    def _open(self, barred: frozenset[UUID]) -> list[Shelf]:
        return [shelf for shelf in self._shelves if shelf.warehouse_id not in barred] if barred else self._shelves

    def _on(self, shelf: Shelf, channel: str) -> int:
        return max(self._free[shelf.stock_id] - self._for_others(channel, shelf.warehouse_id), 0)

    def _for_others(self, channel: str, warehouse_id: UUID | None) -> int:
        return sum(
            kept.left
            for kept in self._kept
            if kept.quota.channel != channel and kept.quota.warehouse_id == warehouse_id
        )

    def _lower(self, shelf: Shelf, channel: str, part: int) -> list[tuple[UUID | None, int]]:
        """Take a part out of the channel's own quota of this warehouse, then that of all, then of what is anybody's."""
        used: list[tuple[UUID | None, int]] = []
        for place in (shelf.warehouse_id, None):
            for kept in self._kept:
                if part and kept.left and kept.quota.channel == channel and kept.quota.warehouse_id == place:
                    used.append((kept.quota.quota_id, min(kept.left, part)))
                    kept.left -= used[-1][1]
                    part -= used[-1][1]
        return [*used, (None, part)] if part else used


def pools_of(shelves: Iterable[Shelf], quotas: Iterable[QuotaLeft]) -> dict[Group, Pool]:
    """Return the pools of all groups that have a stock row."""
    pools: dict[Group, Pool] = {}
    for shelf in shelves:
        pools.setdefault(shelf.group, Pool()).add(shelf)
    for quota in quotas:
        if quota.group in pools and quota.left > 0:
            pools[quota.group].keep(quota)
    return pools
