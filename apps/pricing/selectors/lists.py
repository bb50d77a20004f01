"""Price lists and prices for lists and forms."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.pricing.models import PriceList, PriceRecord
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """The price of one unit from a quantity on; `group` and `legal_entity` are codes, "" for all."""

    list_code: str
    list_name: str
    currency: str
    group: str
    legal_entity: str
    min_quantity: Decimal
    unit_price: Decimal
    valid_from_at: datetime
    valid_until_at: datetime | None


_IN_FORCE: Final = """
SELECT l.code, l.name, l.currency, coalesce(g.code, ''), coalesce(e.code, ''), r.min_quantity, r.unit_price,
       greatest(r.valid_from_at, l.valid_from_at), least(r.valid_until_at, l.valid_until_at)
  FROM pricing_pricerecord r
  JOIN pricing_pricelist l ON l.id = r.price_list_id
  LEFT JOIN masterdata_customergroup g ON g.id = l.customer_group_id
  LEFT JOIN masterdata_legalentity e ON e.id = l.legal_entity_id
 WHERE r.product_id = %s AND tstzrange(r.valid_from_at, r.valid_until_at) @> %s
   AND tstzrange(l.valid_from_at, l.valid_until_at) @> %s
 ORDER BY l.priority DESC, l.code, r.min_quantity LIMIT %s
"""


def price_lists() -> QuerySet[PriceList]:
    """Return every price list."""
    return PriceList.objects.select_related("customer_group", "legal_entity")


def price_list(price_list_id: UUID) -> PriceList:
    """Return one price list; raises NotFound."""
    found = price_lists().filter(pk=price_list_id).first()
    if found is None:
        raise NotFound("There is no such price list.")
    return found


def price_records(price_list_id: UUID, *, sku: str = "") -> QuerySet[PriceRecord]:
    """Return the prices of a list, of one product when `sku` is given; raises NotFound without the list."""
    found = PriceRecord.objects.select_related("product").filter(price_list=price_list(price_list_id))
    return found.filter(product__sku=sku) if sku else found


def prices_in_force(product_id: UUID, *, at: datetime, limit: int = 200) -> list[PriceInForce]:
    """Return a product's prices at an instant, those of the list that is asked first in front; one statement."""
    return [PriceInForce(*row) for row in fetch(_IN_FORCE, [product_id, at, at, limit])]
