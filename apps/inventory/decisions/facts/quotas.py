"""What goes through the door about quotas."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.facts.refusals import Refusal


class QuotaDraft(NamedTuple):
    """A quantity to be kept for a channel on the days [from_on, release_on), of one warehouse or (None) of all of the legal entity.

    Its legal entity, product, warehouse, channel and first day name it: the same again changes its quantity and its last day.
    """

    legal_entity_id: UUID
    product_id: UUID
    warehouse_id: UUID | None
    channel: str
    quantity: Decimal
    from_on: date
    release_on: date


class QuotaKept(NamedTuple):
    """A quota as it stands."""

    id: UUID
    legal_entity_id: UUID
    product_id: UUID
    warehouse_id: UUID | None
    channel: str
    quantity: Decimal
    taken: Decimal
    from_on: date
    release_on: date


class QuotaResult(NamedTuple):
    """The ids of the quotas that were set, by place in the list, and what was refused, by that place as text."""

    ids: dict[int, UUID]
    refused: Sequence[Refusal]
