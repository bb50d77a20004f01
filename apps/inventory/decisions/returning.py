"""Which returns are taken, and what their goods cost when they left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.costing import returned_cost
from apps.inventory.decisions.facts import Refusal, ReturnItem

RETURN_BINS: Final = ("shelf", "inspection", "damaged")


@dataclass(frozen=True, slots=True)
class ShippedBefore:
    """A shipment line as it stands; `stock_id` is empty for services."""

    shipment_line_id: UUID
    order_id: UUID
    line_id: UUID
    product_id: UUID
    stock_id: UUID | None
    quantity: Decimal
    returned: Decimal
    cost_minor: int
    legal_entity_id: UUID
    customer_id: UUID
    lot_id: UUID | None = None
    in_lots: bool = False


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A return that is taken; `cost_minor` is the part of the line's cost that it carries."""

    item: ReturnItem
    line: ShippedBefore
    cost_minor: int

    @property
    def is_restocked(self) -> bool:
        return self.item.restock and self.line.stock_id is not None


def take_back(
    items: Iterable[ReturnItem], lines: Mapping[UUID, ShippedBefore]
) -> tuple[list[TakenBack], list[Refusal]]:
    """Take the returns in the order given; together they never exceed what a line shipped."""
    back: dict[UUID, Decimal] = {}
    taken: list[TakenBack] = []
    refused: list[Refusal] = []
    for item in items:
        line = lines.get(item.shipment_line_id)
        if line is None:
            refused.append(
                Refusal(item.source_ref, "unknown_shipment_line", f"No shipment line {item.shipment_line_id}.")
            )
            continue
        before = back.get(line.shipment_line_id, line.returned)
        if refusal := _refusal(item, line, before):
            refused.append(refusal)
            continue
        taken.append(TakenBack(item, line, returned_cost(line.cost_minor, line.quantity, before, item.quantity)))
        back[line.shipment_line_id] = before + item.quantity
    return taken, refused


def _refusal(item: ReturnItem, line: ShippedBefore, before: Decimal) -> Refusal | None:
    if item.quantity <= 0:
        return Refusal(item.source_ref, "quantity_not_positive", f"{item.quantity} cannot come back.")
    if before + item.quantity > line.quantity:
        return Refusal(
            item.source_ref,
            "more_than_shipped",
            f"{item.quantity} cannot come back: {line.quantity} shipped, {before} returned already.",
        )
    if item.bin not in RETURN_BINS:
        return Refusal(item.source_ref, "unknown_bin", f"Nothing comes back to {item.bin!r}.")
    if item.restock and line.in_lots and line.lot_id is None:
        detail = (
            "It left before its product was kept in lots: take it back without stock, and count it in with its lot."
        )
        return Refusal(item.source_ref, "lot_missing", detail)
    return None
