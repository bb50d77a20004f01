"""Facts that orders tell. Payloads carry ids, amounts in minor units and codes; never names or addresses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ordercash.kernel.events import Event

ORDER_CONFIRMED = "orders.order_confirmed"
ORDER_HELD = "orders.order_held"
ORDER_RELEASED = "orders.order_released"
PRICE_SET = "orders.price_set"
FLOOR_ALLOWED = "orders.floor_allowed"
ORDER_CANCELLED = "orders.order_cancelled"
LINE_CANCELLED = "orders.line_cancelled"
ORDER_SHIPPED = "orders.order_shipped"
ORDER_INVOICED = "orders.order_invoiced"
ORDER_CLOSED = "orders.order_closed"
RETURN_CREDITED = "orders.return_credited"
RETURN_HELD = "orders.return_held"


def order_event(
    name: str,
    order_id: UUID,
    payload: Mapping[str, Any],
    *,
    occurred_at: datetime,
    actor_id: UUID,
    legal_entity_id: UUID,
) -> Event:
    """Return version 1 of a fact about one order."""
    return Event(
        name=name,
        version=1,
        aggregate="order",
        aggregate_id=order_id,
        payload=payload,
        occurred_at=occurred_at,
        actor_id=actor_id,
        legal_entity_id=legal_entity_id,
    )
