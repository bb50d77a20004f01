"""Quantities in the units in which they are ordered, and in the product's own, which stock and invoices count."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from apps.masterdata.contract import ProductFacts
from apps.orders.decisions.canonical import MAX_QUANTITY
from apps.orders.services.drafts import ONE


def factor_of(product: ProductFacts, unit: str, units: Mapping[UUID, Mapping[str, Decimal]]) -> Decimal | None:
    """Return how many own units of the product one of `unit` holds ("" its own); None when it is not sold in it."""
    if unit in ("", product.unit):
        return ONE
    return units.get(product.id, {}).get(unit)


def quantity_fault(product: ProductFacts, quantity: Decimal, factor: Decimal) -> tuple[str, str] | None:
    """Return (code, detail) when so many ordered units are no quantity of the product's own unit."""
    own = quantity if factor == ONE else quantity * factor
    if own != round(own, product.decimals):
        counted = f"not {quantity:f}" if factor == ONE else f"and {quantity:f} of it are {own.normalize():f}"
        detail = f"{product.sku} is sold by the {product.unit} with {product.decimals} decimals, {counted}."
        return "quantity_not_divisible", detail
    if own > MAX_QUANTITY:
        return "quantity_too_large", f"That is more than {MAX_QUANTITY:,f} of the {product.unit}."
    return None
