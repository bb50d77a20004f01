"""Price lists and prices for lists and forms."""

from uuid import UUID

from django.db.models import QuerySet

from apps.pricing.models import PriceList, PriceRecord
from ordercash.kernel.errors import NotFound


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
