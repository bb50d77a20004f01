"""Goods set aside for somebody who has not decided yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class HoldWish:
    """A quantity of a stocked product that is to be set aside."""

    legal_entity_id: UUID
    product_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class HeldGoods:
    """What is set aside of a product in one warehouse."""

    product_id: UUID
    warehouse_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A hold as it is. It can be claimed while it is `held` and before `expires_at`, by the caller who made it."""

    id: UUID
    source_ref: str
    caller_id: UUID
    state: str
    expires_at: datetime
    order_id: UUID | None
    goods: Sequence[HeldGoods] = ()

    def can_be_claimed(self, caller_id: UUID, now: datetime) -> bool:
        return self.state == "held" and self.expires_at > now and self.caller_id == caller_id
