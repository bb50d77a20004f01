"""Which stock rows are not handled as usual."""

from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from apps.inventory.models import Handling, Reservation, ReservationState, Stock, StockSlot
from ordercash.kernel.sql import fetch

# The two that have an index of their own come from it; row locks are looked for among all rows, for people and not for takers.
HANDLED: Final = """
SELECT p.sku, w.code, s.handling, coalesce(l.slots, 0), coalesce(l.rest, 0), coalesce(l.taken, 0)
  FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
  LEFT JOIN LATERAL (SELECT count(*) AS slots, sum(granted - taken) AS rest, sum(taken) AS taken
                       FROM inventory_stockslot WHERE stock_id = s.id) l ON s.handling = 'slots'
 WHERE {which} ORDER BY p.sku, w.code LIMIT 1000
"""
NOT_USUAL: Final = HANDLED.format(which="s.handling <> 'conditional'")
OF_PRODUCT: Final = HANDLED.format(which="p.sku = %s")


class HandledRow(NamedTuple):
    """A stock row and what its slots hold: not taken yet, and taken."""

    sku: str
    warehouse: str
    handling: str
    slots: int
    in_slots: Decimal
    taken_from_slots: Decimal


def handled_rows(*, sku: str = "") -> list[HandledRow]:
    """Return the stock rows of a product, or the first 1,000 of those that are not handled as usual, by SKU and warehouse."""
    return [HandledRow(*row) for row in (fetch(OF_PRODUCT, [sku]) if sku else fetch(NOT_USUAL))]


def handled_stock(*, text: str = "", warehouse: str = "", handling: str = "") -> QuerySet[Stock]:
    """Return the stock rows that are not handled as usual, with what their slots hold and what was accepted of them."""
    slots = StockSlot.objects.filter(stock=OuterRef("pk")).values("stock")
    accepted = Reservation.objects.filter(stock=OuterRef("pk"), state=ReservationState.ACCEPTED).values("stock")
    found = Stock.objects.exclude(handling=Handling.CONDITIONAL).select_related("product", "warehouse")
    if text:
        found = found.filter(product__sku__istartswith=text)
    if warehouse:
        found = found.filter(warehouse__code=warehouse)
    if handling:
        found = found.filter(handling=handling)
    return found.annotate(
        slot_count=Subquery(slots.values(rows=Count("pk"))),
        in_slots=Subquery(slots.values(rest=Sum(F("granted") - F("taken")))),
        taken=Subquery(slots.values(taken_sum=Sum("taken"))),
        accepted=Subquery(accepted.values(sum=Sum("quantity"))),
    )
