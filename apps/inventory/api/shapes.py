"""How stock and shipments look over the API: exact decimals as text, amounts in major units, instants in UTC."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.inventory.contract import Availability, MovementResult, Refusal
from apps.inventory.models import Backorder, Shipment, ShipmentLine, Stock, Warehouse
from apps.inventory.selectors.stockcard import CardRow
from apps.masterdata.contract import products_by_id
from ordercash.kernel.money import to_major


def shown_stock(row: Any) -> dict[str, Any]:
    """Return one stock row, annotated with `available`."""
    stock: Stock = row
    currency = stock.warehouse.legal_entity.currency_id
    return {
        "id": stock.pk,
        "product_id": stock.product_id,
        "sku": stock.product.sku,
        "product_name": stock.product.name,
        "warehouse": stock.warehouse.code,
        "legal_entity": stock.warehouse.legal_entity.code,
        "on_hand": text(stock.on_hand),
        "reserved": text(stock.reserved),
        "available": text(row.available),
        "value": str(to_major(stock.value_minor, currency)),
        "currency": currency,
    }


def shown_card(row: Stock, changes: Sequence[CardRow]) -> dict[str, Any]:
    """Return one stock row with its newest changes."""
    currency = row.warehouse.legal_entity.currency_id
    return {
        "id": row.pk,
        "sku": row.product.sku,
        "warehouse": row.warehouse.code,
        "currency": currency,
        "on_hand": text(row.on_hand),
        "reserved": text(row.reserved),
        "held": text(row.on_hold),
        "damaged": text(row.damaged),
        "safety_stock": text(row.safety_stock),
        "free": text(row.free),
        "changes": [
            {
                "id": each.id,
                "at": each.at,
                "kind": each.kind,
                "quantity": text(each.quantity),
                "damaged_change": text(each.damaged_change),
                "held_change": text(each.held_change),
                "value": str(to_major(each.value_minor, currency)),
                "balance": text(each.balance),
                "worth": str(to_major(each.worth_minor, currency)),
                "lot": each.lot_code,
                "source_ref": each.source_ref,
            }
            for each in changes
        ],
    }


def shown_availability(sku: str, rows: Sequence[Availability]) -> dict[str, Any]:
    """Return what every warehouse has of a product."""
    return {
        "sku": sku,
        "available": text(sum((row.available for row in rows), Decimal(0))),
        "warehouses": [
            {
                "warehouse": row.warehouse_code,
                "on_hand": text(row.on_hand),
                "reserved": text(row.reserved),
                "available": text(row.available),
            }
            for row in rows
        ],
    }


def shown_warehouse(row: Warehouse) -> dict[str, Any]:
    """Return one warehouse."""
    parts = ("code", "name", "country", "priority", "is_active")
    return {"id": row.pk, **{part: getattr(row, part) for part in parts}, "legal_entity": row.legal_entity.code}


def shown_shipment(row: Shipment) -> dict[str, Any]:
    """Return one shipment without its lines."""
    return {
        "id": row.pk,
        "number": row.number,
        "order_id": row.order_id,
        "customer_id": row.customer_id,
        "legal_entity": row.legal_entity.code,
        "warehouse": row.warehouse.code,
        "shipped_at": row.shipped_at,
        "recorded_at": row.recorded_at,
        "carrier": row.carrier,
        "tracking": row.tracking,
    }


def shown_lines(rows: Sequence[ShipmentLine], currency: str) -> list[dict[str, Any]]:
    """Return the lines of a shipment; the cost is at the moving average of the moment when they left."""
    products = products_by_id({row.product_id for row in rows})
    return [
        {
            "id": row.pk,
            "line_id": row.line_id,
            "product_id": row.product_id,
            "sku": products[row.product_id].sku if row.product_id in products else None,
            "quantity": text(row.quantity),
            "returned": text(row.returned_quantity),
            "cost": str(to_major(row.cost_minor, currency)),
            "currency": currency,
        }
        for row in rows
    ]


def shown_backorder(row: Backorder) -> dict[str, Any]:
    """Return one line that waits."""
    return {
        "line_id": row.pk,
        "order_id": row.order_id,
        "sku": row.product.sku,
        "legal_entity": row.legal_entity.code,
        "quantity": text(row.quantity),
        "since": row.occurred_at,
    }


def shown_result(result: MovementResult) -> dict[str, Any]:
    """Return which movements were made, which were known already and which were refused, by source_ref."""
    return {
        "made": list(result.made),
        "known": list(result.known),
        "refused": [shown_refusal(r) for r in result.refused],
    }


def shown_places(rows: Mapping[UUID, Sequence[Availability]], skus: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """Return the availability of every product asked for, in the order asked."""
    return [shown_availability(sku, rows.get(product_id, ())) for sku, product_id in skus.items()]


def text(quantity: Decimal) -> str:
    """Write a quantity without the zeros that its column adds."""
    return f"{quantity.normalize():f}"


def shown_refusal(refusal: Refusal) -> dict[str, str]:
    """Return why one member of a batch was not carried out."""
    return {"source_ref": refusal.source_ref, "code": refusal.code, "detail": refusal.detail}
