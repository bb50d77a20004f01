"""What was shipped, for orders, for billing and for whoever repeats a request."""

from collections.abc import Collection
from uuid import UUID

from apps.inventory.decisions.facts import ShipmentFacts, ShippedLine
from ordercash.kernel.sql import fetch

SHIPMENT = """
SELECT id, number, order_id, customer_id, legal_entity_id, warehouse_id, source_ref, shipped_at FROM inventory_shipment
"""

LINES = """
SELECT l.shipment_id, l.id, l.order_id, l.line_id, l.product_id, l.quantity, l.cost_minor, s.shipped_at
  FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id
"""


def shipments_by_source(source_refs: Collection[str]) -> list[ShipmentFacts]:
    """Return the shipments that requests with these references made."""
    return _shipments("source_ref = ANY(%s::varchar[])", list(source_refs))


def shipments_of(order_ids: Collection[UUID]) -> list[ShipmentFacts]:
    """Return the shipments of the orders, oldest first."""
    return _shipments("order_id = ANY(%s::uuid[])", list(order_ids))


def shipped_lines(*, order_ids: Collection[UUID] = (), shipment_ids: Collection[UUID] = ()) -> list[ShippedLine]:
    """Return the shipped lines of these orders and shipments, oldest first."""
    found = []
    if order_ids:
        found += fetch(LINES + "WHERE l.order_id = ANY(%s::uuid[]) ORDER BY l.id", [list(order_ids)])
    if shipment_ids:
        found += fetch(LINES + "WHERE l.shipment_id = ANY(%s::uuid[]) ORDER BY l.id", [list(shipment_ids)])
    return [ShippedLine(*row) for row in found]


def _shipments(condition: str, values: list[str] | list[UUID]) -> list[ShipmentFacts]:
    if not values:
        return []
    return [ShipmentFacts(*row) for row in fetch(f"{SHIPMENT} WHERE {condition} ORDER BY id", [values])]
