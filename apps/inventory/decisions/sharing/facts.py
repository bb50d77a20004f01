"""What sharing out is decided from. Quantities are whole ten-thousandths of a unit, so that every share is exact."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group

PARTS: Final = 10_000


def to_parts(quantity: Decimal) -> int:
    """Return a quantity of at most four decimals as ten-thousandths."""
    return int(quantity * PARTS)


def from_parts(parts: int) -> Decimal:
    """Return the quantity of ten-thousandths."""
    return (Decimal(parts) / PARTS).quantize(Decimal("0.0001"))


class Line(NamedTuple):
    """A line that wants `quantity`; `turn` says when it is served among others: the lowest first.

    `kit` names the kit whose parts are served together or not at all, of which one holds `per_kit`. `barred`: warehouses that may not
    serve it.
    """

    line_id: UUID
    group: Group
    quantity: int
    turn: tuple[Any, ...]
    channel: str = ""
    weight: Decimal = Decimal(1)
    kit: tuple[UUID, int] | None = None
    per_kit: int = 0
    barred: frozenset[UUID] = frozenset()


class Shelf(NamedTuple):
    """A stock row that may serve a group, given in the order in which warehouses are asked."""

    stock_id: UUID
    warehouse_id: UUID
    group: Group
    free: int


class QuotaLeft(NamedTuple):
    """What of a channel's quota is not taken yet and not released: of one warehouse, or (None) of all of the legal entity."""

    quota_id: UUID
    group: Group
    warehouse_id: UUID | None
    channel: str
    left: int


class Strategy(NamedTuple):
    """How a group is shared out; `step` is the smallest part of its unit in ten-thousandths."""

    name: str = "first_come"
    step: int = PARTS
    least: int = 0


class Given(NamedTuple):
    """What a line gets of a stock row, out of a quota or not."""

    line_id: UUID
    stock_id: UUID
    warehouse_id: UUID
    quantity: int
    quota_id: UUID | None = None


NO_QUOTAS: Final[Sequence[QuotaLeft]] = ()
