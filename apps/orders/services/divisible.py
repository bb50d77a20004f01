"""Quantities of lines that a verb names: no piece is cancelled, shipped or taken back in parts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from apps.masterdata.contract import products_by_id, quantity_fault
from apps.orders.services.locked import LineFacts
from apps.orders.services.outcomes import NotDone

ONE = Decimal(1)


def refuse_fractions(
    wanted: Iterable[tuple[UUID, Mapping[UUID, Decimal] | None]], lines: Mapping[UUID, LineFacts]
) -> dict[UUID, NotDone]:
    """Return by order why its quantities by line id cannot be had, the first reason; whole quantities cost no statement."""
    broken = [
        (order_id, lines[line_id], quantity)
        for order_id, quantities in wanted
        for line_id, quantity in (quantities or {}).items()
        if quantity % ONE and line_id in lines
    ]
    if not broken:
        return {}
    products = products_by_id({line.product_id for _, line, _ in broken})
    refused: dict[UUID, NotDone] = {}
    for order_id, line, quantity in broken:
        fault = quantity_fault(products[line.product_id], quantity, ONE)
        if fault is not None:
            refused.setdefault(order_id, NotDone(order_id, fault[0], f"Line {line.line_no}: {fault[1]}"))
    return refused
