"""The facts that inventory tells. Quantities travel as text by order line, so that no reader rounds them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts import ReturnedLine, ShipmentFacts, ShippedLine
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event

SHIPMENT_SHIPPED = "inventory.shipment_shipped"
BACKORDERS_FILLED = "inventory.backorders_filled"
GOODS_RETURNED = "inventory.goods_returned"
STOCK_RECEIVED = "inventory.stock_received"
STOCK_ADJUSTED = "inventory.stock_adjusted"


def shipment_shipped(shipment: ShipmentFacts, lines: Sequence[ShippedLine], actor: Actor) -> Event:
    """Goods of an order left a warehouse."""
    return Event(
        name=SHIPMENT_SHIPPED,
        version=1,
        aggregate="shipment",
        aggregate_id=shipment.id,
        payload={
            "number": shipment.number,
            "warehouse_id": shipment.warehouse_id,
            "quantities": {str(line.line_id): _text(line.quantity) for line in lines},
        },
        occurred_at=shipment.shipped_at,
        actor_id=actor.id,
        legal_entity_id=shipment.legal_entity_id,
        related={"order": shipment.order_id},
    )


def backorders_filled(
    order_id: UUID, given: Mapping[UUID, Decimal], now: datetime, legal_entity_id: UUID, actor: Actor
) -> Event:
    """Lines that waited got goods: quantities by line id."""
    return Event(
        name=BACKORDERS_FILLED,
        version=1,
        aggregate="backorder",
        aggregate_id=order_id,
        payload={"quantities": {str(line_id): _text(quantity) for line_id, quantity in given.items()}},
        occurred_at=now,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
        related={"order": order_id},
    )


def goods_returned(line: ReturnedLine, occurred_at: datetime, legal_entity_id: UUID, actor: Actor) -> Event:
    """Shipped goods came back."""
    return Event(
        name=GOODS_RETURNED,
        version=1,
        aggregate="shipment_line",
        aggregate_id=line.shipment_line_id,
        payload={
            "return_id": line.return_id,
            "line_id": line.line_id,
            "product_ids": [line.product_id],
            "quantity": _text(line.quantity),
            "is_restocked": line.is_restocked,
            "cost_minor": line.cost_minor,
        },
        occurred_at=occurred_at,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
        related={"order": line.order_id},
    )


def stock_moved(
    name: str,
    warehouse_id: UUID,
    product_ids: Sequence[UUID],
    occurred_at: datetime,
    legal_entity_id: UUID,
    actor: Actor,
) -> Event:
    """Goods came to a warehouse (STOCK_RECEIVED) or were counted anew (STOCK_ADJUSTED); one event per warehouse and batch."""
    return Event(
        name=name,
        version=1,
        aggregate="warehouse",
        aggregate_id=warehouse_id,
        payload={"product_ids": list(product_ids)},
        occurred_at=occurred_at,
        actor_id=actor.id,
        legal_entity_id=legal_entity_id,
    )


def _text(quantity: Decimal) -> str:
    """Write a quantity without the zeros that its column adds."""
    return f"{quantity.normalize():f}"
