"""Goods that are promised to orders that want none: freed, and told."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import ReleaseItem
from apps.inventory.selectors.stock import line_standings
from apps.inventory.services.releasing import release_lines
from ordercash.kernel.events import Event
from ordercash.kernel.transactions import joins

RESERVATION_ORPHANED: Final = "inventory.reservation_orphaned"


@joins
def release_orphans(order_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Decimal]:
    """Free all that is reserved for these orders or waits for them, and return how much by order. They want nothing."""
    standings = line_standings(order_ids)
    open_lines = [row for row in standings.values() if row.reserved or row.backordered]
    released = release_lines([ReleaseItem(row.line_id, row.reserved + row.backordered) for row in open_lines], now=now)
    freed: dict[UUID, Decimal] = {}
    for row in open_lines:
        freed[row.order_id] = freed.get(row.order_id, Decimal(0)) + released[row.line_id].freed
    record_events([reservation_orphaned(order_id, quantity, now) for order_id, quantity in freed.items() if quantity])
    return freed


def reservation_orphaned(order_id: UUID, quantity: Decimal, now: datetime) -> Event:
    """Goods were promised to an order that wants none any more, or that there is not; they are free again."""
    return Event(
        name=RESERVATION_ORPHANED,
        version=1,
        aggregate="order",
        aggregate_id=order_id,
        payload={"quantity": f"{quantity.normalize():f}"},
        occurred_at=now,
    )
