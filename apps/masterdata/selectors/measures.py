"""Quantities in the units in which they are asked for, and in the product's own, which stock and invoices count."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.selectors.products import ProductFacts

ONE: Final = Decimal(1)
MOST_OWN_UNITS: Final = Decimal("100000000")


def factor_of(product: ProductFacts, unit: str, units: Mapping[UUID, Mapping[str, Decimal]]) -> Decimal | None:
    """Return how many own units of the product one of `unit` holds ("" its own); None when it is not sold in it."""
    if unit in ("", product.unit):
        return ONE
    return units.get(product.id, {}).get(unit)


def quantity_fault(product: ProductFacts, quantity: Decimal, factor: Decimal) -> tuple[str, str] | None:
    """Return (code, detail) when so many units of `factor` own ones are no quantity of the product's own unit."""
    own = quantity if factor == ONE else quantity * factor
    if own != round(own, product.decimals):
        counted = f"not {quantity:f}" if factor == ONE else f"and {quantity:f} of it are {own.normalize():f}"
        detail = f"{product.sku} is sold by the {product.unit} with {product.decimals} decimals, {counted}."
        return "quantity_not_divisible", detail
    if own > MOST_OWN_UNITS:
        return "quantity_too_large", f"That is more than {MOST_OWN_UNITS:,f} of the {product.unit}."
    return None
