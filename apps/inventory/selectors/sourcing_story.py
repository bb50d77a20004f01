"""From where an order comes, as it was decided: what was chosen, the parts of its cost, and what was rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from apps.inventory.decisions.document import SOURCING
from apps.rulebooks.contract import DecisionFacts, decisions_of

WHY_NOT: Final[Mapping[str, str]] = {
    "no_carrier": "No carrier takes parcels from there",
    "no_capacity": "It has picked all that it can on the day",
    "nothing_free": "It has nothing of it",
    "restricted": "It may not send it",
    "too_heavy": "It is too heavy for a parcel from there",
    "too_many_parcels": "Too many parcels",
}


@dataclass(frozen=True, slots=True)
class PickTold:
    """A quantity of a product that comes from a warehouse."""

    product_id: UUID
    sku: str
    warehouse: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ParcelTold:
    """What a warehouse sends, and the parts of what that costs in minor units."""

    warehouse: str
    picks: Sequence[PickTold]
    zone: str
    km: int | None
    carrier: str
    weight_kg: Decimal
    days: int
    carriage_minor: int
    work_minor: int
    days_minor: int

    @property
    def cost_minor(self) -> int:
        return self.carriage_minor + self.work_minor + self.days_minor


@dataclass(frozen=True, slots=True)
class WayTold:
    """A way that was rejected: what it costs and leaves unserved, or why it is not possible."""

    name: str
    warehouses: Sequence[str]
    cost_minor: int | None
    short_lines: int
    why_not: str

    @property
    def why(self) -> str:
        """The reason in words."""
        return WHY_NOT.get(self.why_not, self.why_not)


@dataclass(frozen=True, slots=True)
class SourcingTold:
    """A decision about from where an order, or what of it waited, comes."""

    decision_id: UUID
    taken_at: datetime
    version_sha256: str
    currency: str
    parcels: Sequence[ParcelTold]
    penalty_minor: int
    cost_minor: int
    unserved: Mapping[str, Decimal]
    rejected: Sequence[WayTold]
    is_proven: bool
    full_days: Sequence[str]


def sourcing_of(order_id: UUID) -> list[SourcingTold]:
    """Return how it was decided from where an order comes, the newest first; nothing where priorities decided. One statement."""
    return [_told(each) for each in reversed(decisions_of(order_id)) if each.kind == SOURCING]


def _told(decision: DecisionFacts) -> SourcingTold:
    facts, outcome, trace = (orjson.loads(text) for text in (decision.facts, decision.outcome, decision.trace))
    skus = {wish[0]: wish[5] for wish in facts["wishes"]}
    km = {place[0]: place[2] for place in facts["places"]}
    picks = [PickTold(UUID(line), skus[line], warehouse, Decimal(part)) for line, warehouse, part in outcome["picks"]]
    return SourcingTold(
        decision_id=decision.id,
        taken_at=decision.taken_at,
        version_sha256=bytes(decision.version_sha256).hex(),
        currency=facts["currency"],
        parcels=[_parcel(each, picks, km) for each in trace["parcels"]],
        penalty_minor=trace["penalty"],
        cost_minor=outcome["cost"],
        unserved={skus[line]: Decimal(left) for line, left in outcome["unserved"].items()},
        rejected=[WayTold(name, at, cost, lines, why) for name, at, cost, _, lines, why in trace["rejected"]],
        is_proven=trace["is_proven"],
        full_days=trace["warnings"],
    )


def _parcel(told: Mapping[str, Any], picks: Sequence[PickTold], km: Mapping[str, int | None]) -> ParcelTold:
    warehouse = told["warehouse"]
    return ParcelTold(
        warehouse=warehouse,
        picks=[pick for pick in picks if pick.warehouse == warehouse],
        zone=told["zone"],
        km=km[warehouse],
        carrier=told["carrier"],
        weight_kg=Decimal(told["weight_kg"]),
        days=told["days"],
        carriage_minor=told["carriage"],
        work_minor=told["work"],
        days_minor=told["days_cost"],
    )
