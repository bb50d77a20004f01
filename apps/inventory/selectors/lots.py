"""Lots as people ask for them: by product and place, what expires soon, and who was sent goods of one (recall)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.inventory.models import Lot
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch

LOT_SORT: Final = "until"
FOR_EVER: Final = date(9999, 12, 31)

# Every shipment and every promise of the lots of one product with one code, in whatever warehouse they lie.
SENT: Final = """
SELECT h.id, h.number, w.code, l.order_id, l.line_id, h.customer_id, l.quantity, l.returned_quantity, h.shipped_at
  FROM inventory_lot t JOIN inventory_stock s ON s.id = t.stock_id
  JOIN inventory_shipmentline l ON l.lot_id = t.id JOIN inventory_shipment h ON h.id = l.shipment_id
  JOIN inventory_warehouse w ON w.id = h.warehouse_id
 WHERE s.product_id = %s AND t.code = %s ORDER BY h.shipped_at, l.id
"""
PROMISED: Final = """
SELECT r.order_id, r.line_id, w.code, r.quantity, r.state
  FROM inventory_lot t JOIN inventory_stock s ON s.id = t.stock_id
  JOIN inventory_reservation r ON r.lot_id = t.id JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE s.product_id = %s AND t.code = %s ORDER BY r.occurred_at, r.id
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A quantity of a lot that left, for whom, and how much of it came back."""

    shipment_id: UUID
    number: str
    warehouse: str
    order_id: UUID
    line_id: UUID
    customer_id: UUID
    quantity: Decimal
    returned: Decimal
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class Promised:
    """A quantity of a lot that is reserved; for a hold, `order_id` names the hold."""

    order_id: UUID
    line_id: UUID
    warehouse: str
    quantity: Decimal
    state: str


def lots(
    *,
    text: str = "",
    sku: str = "",
    warehouse: str = "",
    code: str = "",
    expiring_before: date | None = None,
    empty: bool = False,
) -> QuerySet[Lot]:
    """Return lots of which something lies there (`empty`: also the others), those first that expire first.

    Each row has `until` (lots that do not expire: the end of days) and `free`: what is neither promised nor set aside.
    """
    found = Lot.objects.select_related("stock__product__unit", "stock__warehouse__legal_entity").annotate(
        until=Coalesce(F("expires_on"), Value(FOR_EVER)), free=F("on_hand") - F("reserved") - F("blocked")
    )
    if not empty:
        found = found.filter(on_hand__gt=0)
    if text:
        named = Q(stock__product__sku__icontains=text) | Q(stock__product__name__icontains=text)
        found = found.filter(named | Q(code__icontains=text))
    if sku:
        found = found.filter(stock__product__sku=sku)
    if warehouse:
        found = found.filter(stock__warehouse__code=warehouse)
    if code:
        found = found.filter(code=code)
    return found.filter(expires_on__lt=expiring_before) if expiring_before else found


def lot(lot_id: UUID) -> Lot:
    """Return one lot, also when nothing of it lies there any more; raises NotFound."""
    found = lots(empty=True).filter(pk=lot_id).first()
    if found is None:
        raise NotFound("There is no such lot.")
    return found


def sent(product_id: UUID, code: str) -> list[Sent]:
    """Return everything that left of the lots of a product with this code, the first first. One statement."""
    return [Sent(*row) for row in fetch(SENT, [product_id, code])]


def promised(product_id: UUID, code: str) -> list[Promised]:
    """Return everything that is promised of the lots of a product with this code. One statement."""
    return [Promised(*row) for row in fetch(PROMISED, [product_id, code])]


def lot_names(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what a lot is called, "L-7 of MUG-BLUE", by its id; one statement."""
    found = Lot.objects.filter(id__in=ids).values_list("id", "code", "stock__product__sku")
    return {id: f"{code} of {sku}" for id, code, sku in found}
