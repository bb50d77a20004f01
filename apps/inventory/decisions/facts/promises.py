"""Waiting lines with their promises, what serves them, and how they change."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class Peg(NamedTuple):
    """A quantity of a line that a supply serves, or the shelf of a warehouse (`supply_id` None)."""

    line_id: UUID
    supply_id: UUID | None
    warehouse_id: UUID
    quantity: Decimal
    ship_on: date


@dataclass(frozen=True, slots=True)
class Line:
    """A waiting line with what it is worth, its promise, and in what that is broken (`short` None: it is not)."""

    line_id: UUID
    order_id: UUID
    legal_entity_id: UUID
    product_id: UUID
    quantity: Decimal
    line_quantity: Decimal
    net_minor: int
    currency: str
    promised_on: date | None
    promise_no: int
    cause_id: UUID | None
    short: Decimal | None
    possible_on: date | None

    @property
    def group(self) -> tuple[UUID, UUID]:
        return self.legal_entity_id, self.product_id


class Change(NamedTuple):
    """A new day for a line, why, and the supply because of which."""

    line: Line
    promised_on: date | None
    why: str
    supply_id: UUID | None = None


class BrokenLine(NamedTuple):
    """A promise that cannot be kept: how much is short, because of which supply, and when the last of it can leave."""

    line: Line
    supply_id: UUID | None
    short: Decimal
    possible_on: date | None
