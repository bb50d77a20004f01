"""What became of an order that was placed."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FailedLine:
    """A check that failed, as it is told to the caller."""

    code: str
    line_no: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a draft: confirmed, or held with its reasons; amounts in minor units of the order's currency."""

    order_id: UUID
    number: str
    state: str
    currency: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    reasons: tuple[FailedLine, ...]
    backordered: tuple[tuple[int, Decimal], ...] = ()
    existed: bool = False
