"""Price lists and requests for tests."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.masterdata.models import Product
from apps.pricing.models import Coupon, CouponCampaign, PriceList, PriceRecord
from ordercash.kernel.ids import new_id
from tests.factories.masterdata import a_currency

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTITY_ID = new_id()


def a_price_list(code: str = "GBP-BASE", *, currency: str = "GBP", **values: Any) -> PriceList:
    return PriceList.objects.create(code=code, currency=a_currency(currency), **({"valid_from_at": SINCE} | values))


def a_price(price_list: PriceList, product: Product, price: str, **values: Any) -> PriceRecord:
    plain = {"valid_from_at": SINCE, "unit_price": Decimal(price)}
    return PriceRecord.objects.create(price_list=price_list, product=product, **(plain | values))


def a_coupon(code: str = "SUMMER", *, campaign: str = "CAMPAIGN", **values: Any) -> Coupon:
    owner, _ = CouponCampaign.objects.get_or_create(code=campaign)
    return Coupon.objects.create(code=code, campaign=owner, **({"valid_from_at": SINCE} | values))
