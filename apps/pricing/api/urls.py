"""Addresses below /api/v1/."""

from django.urls import path

from apps.pricing.api import costs, coupons, endpoints

urlpatterns = [
    path("price-lists", endpoints.PriceLists.as_view(), name="api_price_lists"),
    path("price-lists/<uuid:price_list_id>", endpoints.PriceListDetail.as_view(), name="api_price_list"),
    path("price-lists/<uuid:price_list_id>/prices", endpoints.Prices.as_view(), name="api_prices"),
    path("prices/<uuid:price_id>", endpoints.PriceDetail.as_view(), name="api_price"),
    path("costs", costs.Costs.as_view(), name="api_costs"),
    path("costs/<uuid:cost_id>", costs.CostDetail.as_view(), name="api_cost"),
    path("coupon-campaigns", coupons.Campaigns.as_view(), name="api_coupon_campaigns"),
    path("coupons", coupons.Coupons.as_view(), name="api_coupons"),
    path("coupons/<uuid:coupon_id>", coupons.CouponDetail.as_view(), name="api_coupon"),
    path("coupons/<uuid:coupon_id>/redemptions", coupons.Redemptions.as_view(), name="api_coupon_redemptions"),
]
