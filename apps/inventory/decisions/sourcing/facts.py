"""What is known when a source is chosen, and what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Wish:
    """A line: how much of what, in a unit of so many decimals; what it weighs a unit (None counts as nothing) and is worth as a whole.

    `free` says how much of it each warehouse has, by the warehouse's code; one that is not named has nothing.
    """

    line: str
    quantity: Decimal
    free: Mapping[str, Decimal]
    decimals: int = 0
    weight_kg: Decimal | None = None
    net_minor: int = 0
    sku: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse, in the order in which it is asked. `km`: to the destination (None: not known); `picks_left` None: as many as come."""

    code: str
    country: str = ""
    km: int | None = None
    picks_left: int | None = None


@dataclass(frozen=True, slots=True)
class SourcingFacts:
    """An order that wants goods. Where it goes is told by its country and the distances alone."""

    currency: str
    wishes: Sequence[Wish]
    places: Sequence[Place]
    country: str = ""
    customer_group: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A quantity of a line that comes from a warehouse."""

    line: str
    warehouse: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one warehouse sends and what it costs, in minor units."""

    warehouse: str
    zone: str
    carrier: str
    weight_kg: Decimal
    carriage_minor: int
    work_minor: int
    days: int
    days_minor: int
    picks: int

    @property
    def cost_minor(self) -> int:
        return self.carriage_minor + self.work_minor + self.days_minor


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way: its warehouses, what it costs and leaves unserved (in how many lines), or why it is not possible."""

    name: str
    warehouses: Sequence[str]
    cost_minor: int | None
    unserved_minor: int
    short_lines: int
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Sourced:
    """What was chosen: picks, parcels with their costs, what stays unserved, and what was rejected.

    `is_proven`: nothing better exists under the rules. `looked_at` counts the sets of warehouses that were weighed.
    """

    picks: Sequence[Picked]
    parcels: Sequence[Parcel]
    penalty_minor: int
    unserved: Mapping[str, Decimal]
    unserved_minor: int
    alternatives: Sequence[Alternative]
    is_proven: bool
    looked_at: int
    warnings: Sequence[str] = field(default=())

    @property
    def cost_minor(self) -> int:
        return sum(parcel.cost_minor for parcel in self.parcels) + self.penalty_minor
