"""Messages with warehouse systems, for lists and traces."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.integrations.models import WarehouseConnection, WarehouseMessage
from apps.inventory.contract import warehouses
from apps.orders.contract import orders_named
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import id_in

NEWEST: Final = "-created_at"


def messages(
    *,
    connection_id: UUID | None = None,
    warehouse: str = "",
    kind: str = "",
    beats: bool = True,
    direction: str = "",
    states: list[str] | None = None,
    order_ids: Collection[UUID] | None = None,
) -> QuerySet[WarehouseMessage]:
    """Return messages of a connection, of a warehouse by its code, of one kind or, without `beats`, of every other
    than heartbeats, one way, in some states, of orders.
    """
    found = WarehouseMessage.objects.select_related("connection")
    if connection_id:
        found = found.filter(connection_id=connection_id)
    if warehouse:
        places = [place.id for place in warehouses().values() if place.code == warehouse]
        found = found.filter(connection__warehouse_id__in=places)
    if kind:
        found = found.filter(kind=kind)
    elif not beats:
        found = found.exclude(kind="heartbeat")
    if direction:
        found = found.filter(direction=direction)
    if states:
        found = found.filter(state__in=states)
    return found if order_ids is None else found.filter(order_id__in=order_ids)


def message(message_id: UUID) -> WarehouseMessage:
    """Return one message; raises NotFound."""
    found = WarehouseMessage.objects.select_related("connection").filter(pk=message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def hops_of(order_id: UUID) -> list[WarehouseMessage]:
    """Return all messages about an order, both ways, the oldest first."""
    return list(messages(order_ids=[order_id]).order_by("created_at", "id")[:500])


def connections() -> QuerySet[WarehouseConnection]:
    """Return every connection."""
    return WarehouseConnection.objects.all()


def connection(connection_id: UUID) -> WarehouseConnection:
    """Return one connection; raises NotFound."""
    found = WarehouseConnection.objects.filter(pk=connection_id).first()
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def orders_wanted(text: str) -> Collection[UUID] | None:
    """Return the orders that a filter names by their id or the beginning of a number, None where it names none."""
    words = text.strip()
    if not words:
        return None
    order_id = id_in(words)
    return [order_id] if order_id else orders_named(words).ids


def message_names(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what messages are about, "shipped a1b2-17", by id; one statement."""
    found = WarehouseMessage.objects.filter(id__in=ids).values_list("id", "kind", "source_ref")
    return {id: f"{kind.replace('_', ' ')} {ref[:40]}" for id, kind, ref in found}


def connection_at(warehouse: str) -> WarehouseConnection:
    """Return the connection of a warehouse by its code; raises NotFound."""
    places = [place.id for place in warehouses().values() if place.code == warehouse]
    found = WarehouseConnection.objects.filter(warehouse_id__in=places).first()
    if found is None:
        raise NotFound(f"{warehouse} is not connected.")
    return found
