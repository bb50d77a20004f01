"""The facts that pricing tells: ids, codes and amounts, never names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event

REBATE_DRAFTED: Final = "pricing.rebate_drafted"
REBATE_CHANGED: Final = "pricing.rebate_changed"
REBATE_DISCARDED: Final = "pricing.rebate_discarded"
REBATE_APPROVED: Final = "pricing.rebate_approved"
REBATE_ENDED: Final = "pricing.rebate_ended"
REBATE_TIER_REACHED: Final = "pricing.rebate_tier_reached"
REBATE_SETTLED: Final = "pricing.rebate_settled"
QUOTE_MADE: Final = "pricing.quote_made"
QUOTE_ORDERED: Final = "pricing.quote_ordered"
QUOTE_WITHDRAWN: Final = "pricing.quote_withdrawn"


def rebate_event(
    name: str,
    *,
    agreement_id: UUID,
    legal_entity_id: UUID,
    payload: Mapping[str, Any],
    occurred_at: datetime,
    actor: Actor,
) -> Event:
    """Return an event about one agreement."""
    return Event(name, 1, "rebate_agreement", agreement_id, payload, occurred_at, actor.id, legal_entity_id)


def quote_event(
    name: str,
    *,
    quote_id: UUID,
    legal_entity_id: UUID,
    payload: Mapping[str, Any],
    occurred_at: datetime,
    actor_id: UUID,
) -> Event:
    """Return an event about one quote."""
    return Event(name, 1, "quote", quote_id, payload, occurred_at, actor_id, legal_entity_id)
