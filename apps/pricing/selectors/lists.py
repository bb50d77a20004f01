"""Price lists and prices for lists and forms."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.pricing.models import PriceList, PriceRecord
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """The price of `per` units from a quantity on. `scope` says for whom: customer, customer_group, zone or everybody, and

    `whom` which of them; `legal_entity` is a code, "" for all; `unit` is "" for the product's own.
    """

    list_code: str
    list_name: str
    currency: str
    scope: str
    whom: str
    legal_entity: str
    unit: str
    min_quantity: Decimal
    unit_price: Decimal
    per: Decimal
    valid_from_at: datetime
    valid_until_at: datetime | None


_IN_FORCE: Final = """
SELECT l.code, l.name, l.currency,
       CASE WHEN c.id IS NOT NULL THEN 'customer' WHEN g.id IS NOT NULL THEN 'customer_group'
            WHEN l.zone_country <> '' THEN 'zone' ELSE 'everybody' END,
       coalesce(c.code, g.code, concat(l.zone_country, '-' || nullif(l.zone_state, ''), ' ' || nullif(l.zone_postal_prefix, ''))),
       coalesce(e.code, ''), r.unit, r.min_quantity, r.unit_price, r.per,
       greatest(r.valid_from_at, l.valid_from_at), least(r.valid_until_at, l.valid_until_at)
  FROM pricing_pricerecord r
  JOIN pricing_pricelist l ON l.id = r.price_list_id
  LEFT JOIN masterdata_customer c ON c.id = l.customer_id
  LEFT JOIN masterdata_customergroup g ON g.id = l.customer_group_id
  LEFT JOIN masterdata_legalentity e ON e.id = l.legal_entity_id
 WHERE r.product_id = %s AND tstzrange(r.valid_from_at, r.valid_until_at) @> %s
   AND tstzrange(l.valid_from_at, l.valid_until_at) @> %s
 ORDER BY c.id IS NULL, g.id IS NULL, l.zone_country = '', l.priority DESC, l.code, r.unit, r.min_quantity LIMIT %s
"""


_SCOPES: Final = {
    "customer": Q(customer__isnull=False),
    "customer_group": Q(customer_group__isnull=False),
    "zone": ~Q(zone_country=""),
    "everybody": Q(customer__isnull=True, customer_group__isnull=True, zone_country=""),
}


def price_lists() -> QuerySet[PriceList]:
    """Return every price list."""
    return PriceList.objects.select_related("customer", "customer_group", "legal_entity")


def lists_found(
    *, text: str = "", scope: str = "", currency: str = "", at: datetime | None = None
) -> QuerySet[PriceList]:
    """Return price lists by their code or name, scope and currency; with `at` those valid at the instant."""
    found = price_lists()
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(customer__code__icontains=text))
    if scope:
        found = found.filter(_SCOPES[scope])
    if currency:
        found = found.filter(currency=currency)
    return found if at is None else found.filter(_valid(at))


def records_found(price_list_id: UUID, *, text: str = "", at: datetime | None = None) -> QuerySet[PriceRecord]:
    """Return the prices of a list whose SKU begins with `text` or whose product's name contains it; with `at` those in force."""
    found = PriceRecord.objects.select_related("product").filter(price_list=price_list_id)
    if text:
        found = found.filter(Q(product__sku__istartswith=text) | Q(product__name__icontains=text))
    return found if at is None else found.filter(_valid(at))


def _valid(at: datetime) -> Q:
    return Q(valid_from_at__lte=at) & (Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=at))


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


def plain_postal_code(text: str) -> str:
    """Return a postal code, or the beginning of some, as zones compare it: capitals, without spaces and dashes."""
    return text.replace(" ", "").replace("-", "").upper()


def prices_in_force(product_id: UUID, *, at: datetime, limit: int = 200) -> list[PriceInForce]:
    """Return a product's prices at an instant, those of the list that is asked first in front; one statement."""
    return [PriceInForce(*row) for row in fetch(_IN_FORCE, [product_id, at, at, limit])]
