"""Messages with warehouse systems, for lists and traces."""

from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.integrations.models import WarehouseConnection, WarehouseMessage
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import id_in

NEWEST: Final = "-created_at"


def messages(
    *,
    connection_id: UUID | None = None,
    direction: str = "",
    states: list[str] | None = None,
    order_id: UUID | None = None,
) -> QuerySet[WarehouseMessage]:
    """Return messages of a connection, one way, in some states, of an order."""
    found = WarehouseMessage.objects.select_related("connection")
    if connection_id:
        found = found.filter(connection_id=connection_id)
    if direction:
        found = found.filter(direction=direction)
    if states:
        found = found.filter(state__in=states)
    return found.filter(order_id=order_id) if order_id else found


def message(message_id: UUID) -> WarehouseMessage:
    """Return one message; raises NotFound."""
    found = WarehouseMessage.objects.select_related("connection").filter(pk=message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def hops_of(order_id: UUID) -> list[WarehouseMessage]:
    """Return all messages about an order, both ways, the oldest first."""
    return list(messages(order_id=order_id).order_by("created_at", "id")[:500])


def connections() -> QuerySet[WarehouseConnection]:
    """Return every connection."""
    return WarehouseConnection.objects.all()


def connection(connection_id: UUID) -> WarehouseConnection:
    """Return one connection; raises NotFound."""
    found = WarehouseConnection.objects.filter(pk=connection_id).first()
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def order_wanted(text: str) -> UUID | None:
    """Return the order that a filter names by its id."""
    return id_in(text.strip())
