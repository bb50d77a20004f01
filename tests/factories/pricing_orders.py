"""Pricing rules for orders of the demo company."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.masterdata.models import Product
from apps.pricing.models import CostRecord
from apps.pricing.services.coupons import CouponDraft, create_campaign, create_coupons
from ordercash.kernel.actor import SYSTEM
from tests.factories.rulebooks import put_in_force

ACCESSES: list[dict[str, Any]] = [
    {"name": "agreed", "source": "agreed_price"},
    {"name": "group_list", "source": "price_list", "scope": "customer_group"},
    {"name": "base_list", "source": "price_list", "scope": "everybody"},
]
GROUPS = [
    {"name": "season", "order": 10, "method": "best_for_customer"},
    {"name": "volume", "order": 20, "method": "all_in_sequence"},
    {"name": "whole", "level": "order", "order": 30, "method": "all_in_sequence"},
]


def rules(**members: Any) -> None:
    """Put pricing rules in force since ever."""
    put_in_force("pricing.rules", {"accesses": ACCESSES, "groups": GROUPS, **members})


def a_discount(name: str, give: Mapping[str, Any], group: str = "season", **members: Any) -> dict[str, Any]:
    return {"name": name, "group": group, "give": dict(give), **members}


def a_coupon(code: str, campaign: str, since: datetime, **limits: Any) -> None:
    """Give out a coupon."""
    create_campaign(campaign, name=campaign, actor=SYSTEM, now=since)
    create_coupons([CouponDraft(code, campaign, since, **limits)], actor=SYSTEM, now=since)


def a_cost(sku: str, cost: str, currency: str, since: datetime) -> None:
    """Say what one unit of a product costs."""
    CostRecord.objects.create(
        product=Product.objects.get(sku=sku), currency_id=currency, unit_cost=cost, valid_from_at=since
    )
