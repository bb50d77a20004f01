"""Addresses below /api/v1/."""

from django.urls import path

from apps.pricing.api import batches, costs, coupons, endpoints, quotes, rebates

urlpatterns = [
    path("price-lists", endpoints.PriceLists.as_view(), name="api_price_lists"),
    path("price-lists/<uuid:price_list_id>", endpoints.PriceListDetail.as_view(), name="api_price_list"),
    path("price-lists/<uuid:price_list_id>/prices", endpoints.Prices.as_view(), name="api_prices"),
    path("price-lists/<uuid:price_list_id>/batches", batches.Batches.as_view(), name="api_price_batches"),
    path("price-batches/<uuid:batch_id>", batches.BatchDetail.as_view(), name="api_price_batch"),
    path("price-batches/<uuid:batch_id>/rows", batches.BatchRows.as_view(), name="api_price_batch_rows"),
    path("price-batches/<uuid:batch_id>/commit", batches.BatchCommit.as_view(), name="api_price_batch_commit"),
    path("price-batches/<uuid:batch_id>/discard", batches.BatchDiscard.as_view(), name="api_price_batch_discard"),
    path("prices/<uuid:price_id>", endpoints.PriceDetail.as_view(), name="api_price"),
    path("costs", costs.Costs.as_view(), name="api_costs"),
    path("costs/import", costs.CostImport.as_view(), name="api_cost_import"),
    path("costs/<uuid:cost_id>", costs.CostDetail.as_view(), name="api_cost"),
    path("coupon-campaigns", coupons.Campaigns.as_view(), name="api_coupon_campaigns"),
    path("coupons", coupons.Coupons.as_view(), name="api_coupons"),
    path("coupons/<uuid:coupon_id>", coupons.CouponDetail.as_view(), name="api_coupon"),
    path("coupons/<uuid:coupon_id>/closure", coupons.CouponClosure.as_view(), name="api_coupon_closure"),
    path("coupons/<uuid:coupon_id>/redemptions", coupons.Redemptions.as_view(), name="api_coupon_redemptions"),
    path("pricing/quotes", quotes.Quotes.as_view(), name="api_quotes"),
    path("pricing/quotes/<uuid:quote_id>", quotes.QuoteDetail.as_view(), name="api_quote"),
    path("pricing/quotes/<uuid:quote_id>/withdrawal", quotes.QuoteWithdrawal.as_view(), name="api_quote_withdrawal"),
    path("rebates", rebates.Rebates.as_view(), name="api_rebates"),
    path("rebates/exposure", rebates.RebateExposure.as_view(), name="api_rebate_exposure"),
    path("rebates/<uuid:agreement_id>", rebates.RebateDetail.as_view(), name="api_rebate"),
    path("rebates/<uuid:agreement_id>/approval", rebates.RebateApproval.as_view(), name="api_rebate_approval"),
    path("rebates/<uuid:agreement_id>/end", rebates.RebateEnd.as_view(), name="api_rebate_end"),
    path("rebates/<uuid:agreement_id>/settlement", rebates.RebateSettlement.as_view(), name="api_rebate_settlement"),
    path("rebates/<uuid:agreement_id>/accruals", rebates.RebateAccruals.as_view(), name="api_rebate_accruals"),
]
