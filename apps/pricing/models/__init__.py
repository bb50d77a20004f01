"""What things cost: price lists with their prices, costs, coupons, what customers bought, prices changed many at once."""

from apps.pricing.models.batches import BatchAction, BatchKind, BatchState, PriceBatch, PriceBatchRow
from apps.pricing.models.costs import CostRecord
from apps.pricing.models.coupons import Coupon, CouponCampaign, CouponRedemption, CouponUse, RedemptionState
from apps.pricing.models.lists import PriceList, PriceRecord
from apps.pricing.models.volumes import PurchaseVolume

__all__ = [
    "BatchAction",
    "BatchKind",
    "BatchState",
    "CostRecord",
    "Coupon",
    "CouponCampaign",
    "CouponRedemption",
    "CouponUse",
    "PriceBatch",
    "PriceBatchRow",
    "PriceList",
    "PriceRecord",
    "PurchaseVolume",
    "RedemptionState",
]
