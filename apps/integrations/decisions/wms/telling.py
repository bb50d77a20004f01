"""What a warehouse system should know of an order: a whole state, so that a late or a repeated message does no harm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

Lines = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a line in all, shipped from there before or not; of goods in lots what of it is of which, by code."""

    product_id: UUID
    quantity: Decimal
    lots: Mapping[str, Decimal]


def wanted_lines(quantities: Mapping[UUID, Wanted], skus: Mapping[UUID, str]) -> Lines:
    """Return the lines of an order as they are told, by line id: its product, the total, and its lots where it has some."""
    return [
        {"line_id": str(line_id), "sku": skus[line.product_id], "quantity": text(line.quantity)} | _lots(line.lots)
        for line_id, line in sorted(quantities.items(), key=lambda each: each[0])
        if line.quantity > 0
    ]


def _lots(lots: Mapping[str, Decimal]) -> dict[str, Any]:
    rows = [{"lot": code, "quantity": text(quantity)} for code, quantity in sorted(lots.items()) if quantity > 0]
    return {"lots": rows} if rows else {}


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
