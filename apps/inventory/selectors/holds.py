"""Holds, and everything that is reserved, as people look at it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.inventory.decisions.facts.holds import HeldGoods, HoldFacts
from apps.inventory.models import Reservation
from ordercash.kernel.sql import fetch

HOLDS: Final = "SELECT id, source_ref, caller_id, state, expires_at, order_id FROM inventory_hold WHERE {which}"
BY_ID: Final = HOLDS.format(which="id = ANY(%s::uuid[])")
BY_SOURCE: Final = HOLDS.format(which="source_ref = %s")
GOODS: Final = """
SELECT hold_id, product_id, warehouse_id, sum(quantity) FROM inventory_reservation
 WHERE order_id = ANY(%s::uuid[]) AND state = 'held' GROUP BY hold_id, product_id, warehouse_id ORDER BY product_id, warehouse_id
"""

RESERVATION_SORT: Final = "-id"


def holds_by_id(ids: Collection[UUID]) -> dict[UUID, HoldFacts]:
    """Return holds by id with what is still set aside for each; two statements, none for nothing."""
    if not ids:
        return {}
    goods: dict[UUID, list[HeldGoods]] = {}
    for hold_id, *part in fetch(GOODS, [list(ids)]):
        goods.setdefault(hold_id, []).append(HeldGoods(*part))
    return {row[0]: replace(HoldFacts(*row), goods=goods.get(row[0], [])) for row in fetch(BY_ID, [list(ids)])}


def hold_by_source(source_ref: str) -> HoldFacts | None:
    """Return the hold that was made under a reference."""
    found = fetch(BY_SOURCE, [source_ref])
    return HoldFacts(*found[0]) if found else None


def reservations(
    *, text: str = "", warehouse: str = "", state: str = "", order_id: UUID | None = None, until: datetime | None = None
) -> QuerySet[Reservation]:
    """Return reservations of products whose SKU begins with `text`, of a warehouse, state or order, or held and due before `until`."""
    found = Reservation.objects.select_related("warehouse", "stock__product", "hold")
    if text:
        found = found.filter(stock__product__sku__istartswith=text)
    if warehouse:
        found = found.filter(warehouse__code=warehouse)
    if state:
        found = found.filter(state=state)
    if order_id:
        found = found.filter(order_id=order_id)
    return found.filter(state="held", expires_at__lt=until) if until else found
