"""Price lists and requests for tests."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from apps.masterdata.models import Product
from apps.pricing.contract import PriceRequest
from apps.pricing.decisions.access import AccessSequence
from apps.pricing.decisions.price import Candidate
from apps.pricing.models import Coupon, CouponCampaign, PriceList, PriceRecord
from ordercash.kernel.ids import new_id
from tests.factories.masterdata import a_currency

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTITY_ID = new_id()


def standard_sequence() -> AccessSequence:
    """Return the access sequence that the project ships."""
    content = yaml.safe_load((Path(__file__).parent / "pricing_access.yaml").read_text("utf-8"))
    return AccessSequence.model_validate(content["document"])


def a_candidate(**values: Any) -> Candidate:
    plain: dict[str, Any] = {
        "price_list": "BASE", "record": "r1", "group": None, "entity": None, "priority": 0,
        "from_quantity": Decimal(0), "unit_price": Decimal("2.50"),
    }  # fmt: skip
    return Candidate(**(plain | values))


def a_price_list(code: str = "GBP-BASE", *, currency: str = "GBP", **values: Any) -> PriceList:
    return PriceList.objects.create(code=code, currency=a_currency(currency), **({"valid_from_at": SINCE} | values))


def a_price(price_list: PriceList, product: Product, price: str, **values: Any) -> PriceRecord:
    plain = {"valid_from_at": SINCE, "unit_price": Decimal(price)}
    return PriceRecord.objects.create(price_list=price_list, product=product, **(plain | values))


def a_request(**values: Any) -> PriceRequest:
    plain: dict[str, Any] = {
        "customer_group_id": None, "legal_entity_id": ENTITY_ID, "currency": "GBP", "product_id": new_id(),
        "quantity": Decimal(3), "at": AT, "agreed_price": None,
    }  # fmt: skip
    return PriceRequest(**(plain | values))


def a_coupon(code: str = "SUMMER", *, campaign: str = "CAMPAIGN", **values: Any) -> Coupon:
    owner, _ = CouponCampaign.objects.get_or_create(code=campaign)
    return Coupon.objects.create(code=code, campaign=owner, **({"valid_from_at": SINCE} | values))
