"""How supplies look over the API."""

from collections.abc import Sequence
from typing import Any

from apps.inventory.api.shapes import text
from apps.inventory.models import Supply
from apps.inventory.selectors.supplies import Arrived, PeggedLine
from ordercash.kernel.money import to_major


def shown_supply(row: Supply) -> dict[str, Any]:
    """Return one supply without what came of it."""
    plain = ("number", "kind", "due_at", "first_due_at", "status", "comes_by_itself", "lot_code", "expires_on")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "sku": row.product.sku,
        "product_id": row.product_id,
        "warehouse": row.warehouse.code,
        "legal_entity": row.warehouse.legal_entity.code,
        "quantity": text(row.quantity),
        "received": text(row.received),
        "open": text(row.open_quantity),
        "unit_cost": text(row.unit_cost),
        "currency": row.warehouse.legal_entity.currency_id,
        "confidence": text(row.confidence),
        "source_ref": row.source_ref,
        "version": row.version,
    }


def shown_arrivals(rows: Sequence[Arrived], currency: str) -> list[dict[str, Any]]:
    """Return what came of a supply."""
    return [
        {
            "movement_id": row.id,
            "quantity": text(row.quantity),
            "value": str(to_major(row.value_minor, currency)),
            "occurred_at": row.occurred_at,
            "source_ref": row.source_ref,
            "lot": row.lot_code,
        }
        for row in rows
    ]


def shown_pegs(rows: Sequence[PeggedLine]) -> list[dict[str, Any]]:
    """Return who is promised goods of a supply."""
    return [
        {
            "line_id": row.line_id,
            "order_id": row.order_id,
            "customer_id": row.customer_id,
            "quantity": text(row.quantity),
            "ship_on": row.ship_on,
            "promised_on": row.promised_on,
            "net": None if row.net_minor is None or not row.currency else str(to_major(row.net_minor, row.currency)),
            "currency": row.currency,
        }
        for row in rows
    ]
