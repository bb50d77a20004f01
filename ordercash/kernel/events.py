"""The shape of a fact told: past tense, versioned, with ids and amounts but no personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one aggregate, e.g. Event("orders.order_confirmed", 1, "order", order_id, {...}, occurred_at)."""

    name: str
    version: int
    aggregate: str
    aggregate_id: UUID
    payload: Mapping[str, Any]
    occurred_at: datetime
    actor_id: UUID | None = None
    legal_entity_id: UUID | None = None
    related: Mapping[str, UUID] = field(default_factory=dict)
