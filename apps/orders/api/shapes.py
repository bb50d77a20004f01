"""How orders look over the API: exact decimals as text, instants in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from apps.inventory.contract import SourcingTold
from apps.orders.selectors.detail import LineView, OrderView
from ordercash.kernel.money import to_major


def shown_orders(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a list."""
    return [
        {
            "id": row["id"],
            "number": row["number"],
            "external_number": row["external_number"],
            "purchase_order": row["purchase_order"],
            "state": row["state"],
            "ordered_at": row["ordered_at"],
            "customer": row["customer_code"],
            "channel": row["channel_code"],
            "currency": row["currency"],
            "net": money(row["net_minor"], row["currency"]),
            "tax": money(row["tax_minor"], row["currency"]),
            "gross": money(row["gross_minor"], row["currency"]),
        }
        for row in rows
    ]


def shown_order(order: OrderView) -> dict[str, Any]:
    """Return one order with its lines, shipments and open case."""
    return {
        "id": order.id,
        "number": order.number,
        "external_number": order.external_number,
        "purchase_order": order.purchase_order,
        "requested_delivery_date": order.requested_delivery_date,
        "note": order.note,
        "partial_delivery": order.partial_delivery,
        "coupons": list(order.coupons),
        "quote_id": order.quote_id,
        "state": order.state,
        "legal_entity": order.legal_entity_code,
        "channel": order.channel_code,
        "region": order.region_code,
        "customer": order.customer.code if order.customer else None,
        "ship_to": _address(order.ship_to),
        "bill_to": _address(order.bill_to),
        "currency": order.currency,
        "ordered_at": order.ordered_at,
        "recorded_at": order.recorded_at,
        "payment_terms_days": order.payment_terms_days,
        "invoicing": order.invoicing,
        "net": money(order.net_minor, order.currency),
        "tax": money(order.tax_minor, order.currency),
        "gross": money(order.gross_minor, order.currency),
        "version": order.version,
        "lines": [_line(line, order.currency) for line in order.lines],
        "shipments": [{"id": s.id, "number": s.number, "shipped_at": s.shipped_at} for s in order.shipments],
        "case": None
        if order.case is None
        else {"id": order.case.id, "reasons": [{"code": r.code, "detail": r.detail} for r in order.case.reasons]},
    }


def shown_prices(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """Return why each line costs what it costs, the outcome with its names."""
    lines = [
        {
            "product": line["product"],
            "quantity": line["quantity"],
            "unit_price": line["unit_price"],
            "net_minor": line["net_minor"],
            "source": line["source"],
            "trace": line["trace"],
        }
        for line in explanation["lines"]
    ]
    return {**{name: explanation[name] for name in ("version_sha256", "decision_id", "taken_at")}, "lines": lines}


def shown_sourcing(told: SourcingTold) -> dict[str, Any]:
    """Return a decision of where an order comes from."""
    currency = told.currency
    return {
        **{
            name: getattr(told, name) for name in ("decision_id", "taken_at", "version_sha256", "currency", "is_proven")
        },
        "parcels": [_parcel(parcel, currency) for parcel in told.parcels],
        "penalty": money(told.penalty_minor, currency),
        "cost": money(told.cost_minor, currency),
        "unserved": [{"sku": sku, "quantity": plain(left)} for sku, left in told.unserved.items()],
        "rejected": [
            {
                "name": way.name,
                "warehouses": list(way.warehouses),
                "cost": None if way.cost_minor is None else money(way.cost_minor, currency),
                "short_lines": way.short_lines,
                "why_not": way.why_not,
            }
            for way in told.rejected
        ],
    }


def _parcel(parcel: Any, currency: str) -> dict[str, Any]:
    return {
        **{name: getattr(parcel, name) for name in ("warehouse", "zone", "km", "carrier", "days")},
        "picks": [{"product": p.product_id, "sku": p.sku, "quantity": plain(p.quantity)} for p in parcel.picks],
        "weight_kg": plain(parcel.weight_kg),
        "carriage": money(parcel.carriage_minor, currency),
        "work": money(parcel.work_minor, currency),
        "days_cost": money(parcel.days_minor, currency),
        "cost": money(parcel.cost_minor, currency),
    }


def money(minor: int, currency: str) -> str:
    """Return an amount as exact decimal text in major units."""
    return str(to_major(minor, currency))


def plain(value: Decimal | None) -> str | None:
    """Return a decimal without trailing zeros or exponent."""
    return None if value is None else f"{value.normalize():f}"


def _address(address: Any) -> dict[str, Any] | None:
    if address is None:
        return None
    known = asdict(address)
    return {name: known[name] for name in ("name", "line1", "line2", "city", "postal_code", "state", "country")}


def _line(line: LineView, currency: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "line_no": line.line_no,
        "sku": line.product.sku if line.product else None,
        "description": line.description,
        "buyer_reference": line.buyer_reference,
        "quantity": plain(line.quantity),
        "kind": line.kind,
        "part_of": line.part_of,
        "ordered_unit": line.ordered_unit or None,
        "ordered_quantity": plain(line.ordered_quantity),
        "unit_price": plain(line.unit_price),
        "price_per": plain(line.price_per),
        "price_source": line.price_source,
        "list": money(line.list_minor, currency),
        "discount": money(line.discount_minor, currency),
        "net": money(line.net_minor, currency),
        "tax_category": line.tax_category,
        "tax_rate": plain(line.tax_rate),
        "tax": money(line.tax_minor, currency),
        "reserved": plain(line.reserved),
        "backordered": plain(line.backordered),
        "shipped": plain(line.shipped),
        "returned": plain(line.returned),
        "cancelled": plain(line.cancelled),
    }
