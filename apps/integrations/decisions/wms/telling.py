"""What a warehouse system should know of an order: a whole state, so that a late or a repeated message does no harm."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

Lines = list[dict[str, str]]


def wanted_lines(quantities: Mapping[UUID, tuple[UUID, Decimal]], skus: Mapping[UUID, str]) -> Lines:
    """Return the lines of an order as they are told: by line id its product and the total, shipped from there before or not."""
    return [
        {"line_id": str(line_id), "sku": skus[product_id], "quantity": text(quantity)}
        for line_id, (product_id, quantity) in sorted(quantities.items())
        if quantity > 0
    ]


def confirmed_lines(lines: Iterable[Mapping[str, Any]]) -> Lines:
    """Return what a warehouse system says that it has of an order, in the same shape as it was told."""
    found = [
        {"line_id": str(line["line_id"]), "sku": str(line["sku"]), "quantity": text(Decimal(str(line["quantity"])))}
        for line in lines
    ]
    return sorted((line for line in found if line["quantity"] != "0"), key=lambda line: UUID(line["line_id"]))


def text(quantity: Decimal) -> str:
    """Write a quantity without the zeros that its column adds."""
    return f"{quantity.normalize():f}" if quantity else "0"
