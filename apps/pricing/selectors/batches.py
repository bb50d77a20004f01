"""Batches of prices: what they come to, and the prices that they start from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from apps.pricing.models import PriceBatch, PriceBatchRow
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import Row, fetch

_PLAN: Final = """
SELECT r.id, r.product_id, r.unit, r.min_quantity, p.sku, r.unit_price, r.per, r.valid_from_at, r.valid_until_at
  FROM pricing_pricerecord r JOIN masterdata_product p ON p.id = r.product_id WHERE r.price_list_id = %s
"""
_EDIT: Final = """
SELECT p.sku, r.unit, r.min_quantity, r.unit_price, r.per, r.valid_until_at
  FROM pricing_pricerecord r JOIN masterdata_product p ON p.id = r.product_id
 WHERE r.price_list_id = %s AND starts_with(upper(p.sku), upper(%s)) AND (%s = '' OR p.category = %s)
   AND r.valid_from_at <= %s AND (r.valid_until_at IS NULL OR r.valid_until_at > %s)
 ORDER BY p.sku, r.unit, r.min_quantity LIMIT %s
"""
MOST: Final = 1_000_000


def batch(batch_id: UUID) -> PriceBatch:
    """Return one batch with its list; raises NotFound."""
    found = PriceBatch.objects.select_related("price_list").filter(pk=batch_id).first()
    if found is None:
        raise NotFound("There is no such batch of prices.")
    return found


def batches(price_list_id: UUID) -> QuerySet[PriceBatch]:
    """Return the batches of a list."""
    return PriceBatch.objects.filter(price_list=price_list_id).defer("content")


def batch_rows(batch_id: UUID, *, actions: Sequence[str] = (), sku: str = "") -> QuerySet[PriceBatchRow]:
    """Return what the rows of a batch come to."""
    found = PriceBatchRow.objects.filter(batch=batch_id)
    if actions:
        found = found.filter(action__in=actions)
    return found.filter(sku__istartswith=sku) if sku else found


def prices_to_plan(price_list_id: UUID) -> list[tuple[Any, ...]]:
    """Return every price of a list: id, (product, unit, least quantity), SKU, price, per, from, until."""
    return [(row[0], tuple(row[1:4]), *row[4:]) for row in fetch(_PLAN, [price_list_id])]


def prices_to_edit(price_list_id: UUID, *, sku: str, category: str, at: datetime, limit: int = MOST) -> list[Row]:
    """Return the prices in force at an instant whose SKU begins so: SKU, unit, least quantity, price, per, until."""
    return fetch(_EDIT, [price_list_id, sku.replace("\x00", ""), category, category, at, at, limit])
