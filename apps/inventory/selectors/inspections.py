"""Goods that came back and wait to be looked at, and what was found."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.inventory.decisions.facts.inspecting import FindingTold
from apps.inventory.models import Inspection
from ordercash.kernel.sql import fetch

INSPECTION_SORT: Final = "opened_at"

TOLD: Final = """
SELECT f.id, f.source_ref, i.return_ref, s.warehouse_id, i.order_id, i.line_id, s.product_id, coalesce(o.code, ''), f.good, f.damaged,
       f.scrapped
  FROM inventory_inspectionfinding f JOIN inventory_inspection i ON i.id = f.inspection_id JOIN inventory_stock s ON s.id = i.stock_id
  LEFT JOIN inventory_lot o ON o.id = i.lot_id
 WHERE f.id = ANY(%s::uuid[]) ORDER BY f.id
"""


def inspections(
    *, text: str = "", warehouse: str = "", order_id: UUID | None = None, done: bool = False
) -> QuerySet[Inspection]:
    """Return what waits to be looked at (with `done` also what was), of products whose SKU or name contains `text`."""
    found = Inspection.objects.select_related("stock__product", "stock__warehouse", "lot")
    if text:
        found = found.filter(Q(stock__product__sku__icontains=text) | Q(stock__product__name__icontains=text))
    if warehouse:
        found = found.filter(stock__warehouse__code=warehouse)
    if order_id:
        found = found.filter(order_id=order_id)
    return found if done else found.filter(waits__gt=0)


def findings_told(finding_ids: Collection[UUID]) -> list[FindingTold]:
    """Return findings with the goods that they speak of."""
    return [FindingTold(*row) for row in fetch(TOLD, [list(finding_ids)])] if finding_ids else []
