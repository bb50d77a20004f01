"""What is never scarce: services are reserved from the first warehouse of their legal entity."""

from collections.abc import Sequence
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, insert_rows


class NoWarehouse(DomainError):
    """A legal entity sells a service and has no warehouse that could be named on the shipment."""

    code, title = "no_warehouse", "The legal entity has no active warehouse"


FIRST_WAREHOUSES = """
SELECT DISTINCT ON (legal_entity_id) legal_entity_id, id FROM inventory_warehouse
 WHERE is_active AND legal_entity_id = ANY(%s::uuid[]) ORDER BY legal_entity_id, priority, code
"""

SERVICE_COLUMNS = {
    "id": "uuid",
    "order_id": "uuid",
    "line_id": "uuid",
    "product_id": "uuid",
    "warehouse_id": "uuid",
    "quantity": "numeric",
    "occurred_at": "timestamptz",
}


def reserve_services(services: Sequence[DemandLine]) -> None:
    """Reserve what is never scarce from the first warehouse of each legal entity."""
    if not services:
        return
    first: dict[UUID, UUID] = dict(fetch(FIRST_WAREHOUSES, [[line.legal_entity_id for line in services]]))
    if missing := {line.legal_entity_id for line in services} - first.keys():
        raise NoWarehouse(f"Legal entities without an active warehouse: {', '.join(map(str, sorted(missing)))}.")
    rows = [
        (
            new_id(),
            line.order_id,
            line.line_id,
            line.product_id,
            first[line.legal_entity_id],
            line.quantity,
            line.occurred_at,
        )
        for line in services
    ]
    insert_rows("inventory_reservation", SERVICE_COLUMNS, rows)
