"""What things cost: price lists with their prices, costs, coupons, what customers bought, prices changed many at once; quotes; rebates."""

from apps.pricing.models.batches import BatchAction, BatchKind, BatchState, PriceBatch, PriceBatchRow
from apps.pricing.models.costs import CostRecord
from apps.pricing.models.coupons import Coupon, CouponCampaign, CouponRedemption, CouponUse, RedemptionState
from apps.pricing.models.lists import PriceList, PriceRecord
from apps.pricing.models.quotes import Quote, QuoteState
from apps.pricing.models.rebates import (
    AccrualKind,
    RebateAccount,
    RebateAccrual,
    RebateAgreement,
    RebateBasis,
    RebateProduct,
    RebateReward,
    RebateScope,
    RebateSettling,
    RebateState,
    RebateTier,
)
from apps.pricing.models.volumes import PurchaseVolume

__all__ = [
    "AccrualKind",
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
    "Quote",
    "QuoteState",
    "RebateAccount",
    "RebateAccrual",
    "RebateAgreement",
    "RebateBasis",
    "RebateProduct",
    "RebateReward",
    "RebateScope",
    "RebateSettling",
    "RebateState",
    "RebateTier",
    "RedemptionState",
]
