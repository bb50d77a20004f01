"""Promises as a list: every waiting line that was told a day, with what serves it and whether it can be kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.inventory.models import Backorder, BrokenPromise, Peg
from ordercash.kernel.sql import fetch

PROMISE_SORT: Final = "promised_on"

PEGS: Final = """
SELECT p.line_id, p.supply_id, s.number, w.code, p.quantity, p.ship_on
  FROM inventory_peg p JOIN inventory_warehouse w ON w.id = p.warehouse_id LEFT JOIN inventory_supply s ON s.id = p.supply_id
 WHERE p.line_id = ANY(%s::uuid[]) ORDER BY p.ship_on, s.number NULLS FIRST, w.code, p.id
"""


@dataclass(frozen=True, slots=True)
class PegShown:
    """What of a line a supply serves, or the shelf of a warehouse (`supply_id` and `supply` None)."""

    line_id: UUID
    supply_id: UUID | None
    supply: str | None
    warehouse: str
    quantity: Decimal
    ship_on: date


def promises(
    *, order_id: UUID | None = None, supply_id: UUID | None = None, sku: str = "", broken: bool = False
) -> QuerySet[Backorder]:
    """Return waiting lines with a day: of an order, pegged to a supply or broken because of it, of a product, that cannot be kept."""
    found = Backorder.objects.select_related("product", "legal_entity").filter(promised_on__isnull=False)
    if order_id:
        found = found.filter(order_id=order_id)
    if sku:
        found = found.filter(product__sku=sku)
    mine = BrokenPromise.objects.filter(line_id=OuterRef("line_id"))
    if supply_id:
        pegged = Peg.objects.filter(line_id=OuterRef("line_id"), supply_id=supply_id)
        found = found.filter(Exists(pegged) | Exists(mine.filter(supply_id=supply_id)))
    return found.filter(Exists(mine)) if broken else found


def pegs_by_line(line_ids: Collection[UUID]) -> dict[UUID, list[PegShown]]:
    """Return what serves each of these lines, what leaves first before the rest. One statement, none for nothing."""
    by_line: dict[UUID, list[PegShown]] = {}
    for row in fetch(PEGS, [list(line_ids)]) if line_ids else ():
        by_line.setdefault(row[0], []).append(PegShown(*row))
    return by_line


def broken_by_line(line_ids: Collection[UUID]) -> dict[UUID, BrokenPromise]:
    """Return those of these promises that cannot be kept, with the supply that is the cause. One statement."""
    return {row.line_id: row for row in BrokenPromise.objects.select_related("supply").filter(line_id__in=line_ids)}
