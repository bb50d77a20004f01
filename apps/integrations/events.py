"""The facts that integrations tell of messages with warehouse systems."""

from datetime import datetime
from uuid import UUID

from ordercash.kernel.events import Event

MESSAGE_SENT = "integrations.warehouse_message_sent"
MESSAGE_REFUSED = "integrations.warehouse_message_refused"
MESSAGE_DEAD = "integrations.warehouse_message_dead"
ORDER_SHORT = "integrations.warehouse_order_short"


def message_event(
    name: str, message_id: UUID, order_id: UUID | None, warehouse_id: UUID, occurred_at: datetime
) -> Event:
    """Return version 1 of a fact about a message."""
    return Event(
        name=name,
        version=1,
        aggregate="warehouse_message",
        aggregate_id=message_id,
        payload={"warehouse_id": warehouse_id},
        occurred_at=occurred_at,
        related={"order": order_id} if order_id else {},
    )
