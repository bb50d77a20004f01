"""What is to come: supplies as rows of lists, as plain facts, their receipts and what is promised of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from apps.inventory.decisions.facts.supplies import SupplyFacts
from apps.inventory.models import Peg, Supply
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch
from ordercash.web.search import Hit

SUPPLY_SORT: Final = "due_at"
OPEN_STATUSES: Final = ("planned", "confirmed", "in_transit")

FACTS: Final = """id, number, kind, warehouse_id, product_id, quantity, received, open_quantity, unit_cost, due_at, first_due_at, status,
       confidence, comes_by_itself, lot_code, expires_on, source_ref, version,
       (SELECT w.legal_entity_id FROM inventory_warehouse w WHERE w.id = warehouse_id)"""

RECEIPTS: Final = """
SELECT m.id, r.quantity, m.value_minor, m.occurred_at, m.source_ref, l.code
  FROM inventory_supplyreceipt r JOIN inventory_stockmovement m ON m.id = r.movement_id LEFT JOIN inventory_lot l ON l.id = m.lot_id
 WHERE r.supply_id = %s ORDER BY m.occurred_at, m.id
"""

# A part of a line is worth its part of the line's net amount.
PEGS: Final = """
SELECT p.line_id, b.order_id, b.customer_id, p.quantity, p.ship_on, b.promised_on, b.currency,
       CASE WHEN b.line_quantity > 0 THEN round(b.net_minor * p.quantity / b.line_quantity)::bigint END
  FROM inventory_peg p JOIN inventory_backorder b ON b.line_id = p.line_id
 WHERE p.supply_id = %s ORDER BY b.promised_on, b.occurred_at, p.line_id
"""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A part of a supply that came, and what it was worth."""

    id: UUID
    quantity: Decimal
    value_minor: int
    occurred_at: datetime
    source_ref: str
    lot_code: str | None


@dataclass(frozen=True, slots=True)
class PeggedLine:
    """A waiting line that is promised goods of a supply; `net_minor` is that of the promised part, None when not known."""

    line_id: UUID
    order_id: UUID
    customer_id: UUID | None
    quantity: Decimal
    ship_on: date
    promised_on: date | None
    currency: str
    net_minor: int | None


def supplies(
    *,
    text: str = "",
    sku: str = "",
    warehouse: str = "",
    statuses: Sequence[str] = (),
    late_at: datetime | None = None,
    is_open: bool = False,
) -> QuerySet[Supply]:
    """Return supplies by a part of their number, SKU or product name, warehouse and status; `late_at`: open and due before then."""
    found = Supply.objects.select_related("product__unit", "warehouse__legal_entity")
    if text:
        named = Q(number__icontains=text) | Q(product__sku__icontains=text) | Q(product__name__icontains=text)
        found = found.filter(named)
    if sku:
        found = found.filter(product__sku=sku)
    if warehouse:
        found = found.filter(warehouse__code=warehouse)
    if statuses:
        found = found.filter(status__in=statuses)
    if is_open or late_at:
        found = found.filter(status__in=OPEN_STATUSES)
    return found.filter(due_at__lt=late_at) if late_at else found


def with_pegged(found: QuerySet[Supply]) -> QuerySet[Supply]:
    """Return the supplies with `pegged`, how much of each is promised: None for nothing."""
    of_one = Peg.objects.filter(supply_id=OuterRef("pk")).order_by().values("supply_id")
    return found.annotate(pegged=Subquery(of_one.annotate(sum=Sum("quantity")).values("sum")))


def supply(supply_id: UUID) -> Supply:
    """Return one supply with its product and warehouse; raises NotFound."""
    found = supplies().filter(pk=supply_id).first()
    if found is None:
        raise NotFound("There is no such supply.")
    return found


def supplies_by_ref(source_refs: Sequence[str]) -> dict[str, SupplyFacts]:
    """Return supplies by the reference that they were announced with. One statement."""
    found = fetch(f"SELECT {FACTS} FROM inventory_supply WHERE source_ref = ANY(%s::varchar[])", [list(source_refs)])  # noqa: S608
    return {supply.source_ref: supply for supply in (SupplyFacts(*row) for row in found)}


def supplies_by_id(supply_ids: Collection[UUID]) -> dict[UUID, SupplyFacts]:
    """Return supplies by id. One statement."""
    found = fetch(f"SELECT {FACTS} FROM inventory_supply WHERE id = ANY(%s::uuid[])", [list(supply_ids)])  # noqa: S608
    return {row[0]: SupplyFacts(*row) for row in found}


def arrivals_of(supply_id: UUID) -> list[Arrived]:
    """Return what came of a supply, the earliest first. One statement."""
    return [Arrived(*row) for row in fetch(RECEIPTS, [supply_id])]


def pegged_lines(supply_id: UUID) -> list[PeggedLine]:
    """Return who is promised goods of a supply, the earliest promise first. One statement."""
    return [PeggedLine(*row) for row in fetch(PEGS, [supply_id])]


def find_supply_hits(text: str, limit: int) -> Sequence[Hit]:
    """Find supplies by their number; those of one order that name several products follow each other."""
    words = text.replace("\x00", "").strip()
    if not words:
        return []
    found = Supply.objects.select_related("product", "warehouse").filter(number__iexact=words).order_by("number", "id")
    return [
        Hit("supply", row.pk, row.number, f"{row.product.sku}, {row.warehouse.code}, {row.due_at:%Y-%m-%d}")
        for row in found[:limit]
    ]


def supply_numbers(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the numbers of supplies by id. One statement."""
    return dict(Supply.objects.filter(id__in=ids).values_list("id", "number"))
