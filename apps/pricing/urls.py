"""Addresses of the pages."""

from django.urls import path

from apps.pricing.pages import batches, calendar, costs, coupons, lab, price_lists, quote_new, quotes, rebates

urlpatterns = [
    path("price-lists/", price_lists.PriceLists.as_view(), name="price_lists"),
    path("price-lists/<uuid:price_list_id>/", price_lists.PriceListPage.as_view(), name="price_list"),
    path("price-lists/<uuid:price_list_id>/file", price_lists.PriceListFile.as_view(), name="price_list_file"),
    path("price-lists/<uuid:price_list_id>/import/", batches.UploadPage.as_view(), name="price_upload"),
    path("price-lists/<uuid:price_list_id>/edit/", batches.EditPage.as_view(), name="price_edit"),
    path("price-batches/<uuid:batch_id>/", batches.BatchPage.as_view(), name="price_batch"),
    path("price-batches/<uuid:batch_id>/progress/", batches.BatchPoll.as_view(), name="price_batch_progress"),
    path("costs/", costs.Costs.as_view(), name="costs"),
    path("costs/file", costs.CostFile.as_view(), name="cost_file"),
    path("costs/import/", costs.CostImport.as_view(), name="cost_import"),
    path("coupons/", coupons.Coupons.as_view(), name="coupons"),
    path("coupons/<uuid:coupon_id>/", coupons.CouponPage.as_view(), name="coupon"),
    path("quotes/", quotes.Quotes.as_view(), name="quotes"),
    path("quotes/new/", quote_new.NewQuote.as_view(), name="quote_new"),
    path("quotes/<uuid:quote_id>/", quotes.QuotePage.as_view(), name="quote"),
    path("pricing/lab/", lab.Lab.as_view(), name="pricing_lab"),
    path("pricing/calendar/", calendar.PromotionCalendar.as_view(), name="promotion_calendar"),
    path("rebates/", rebates.Rebates.as_view(), name="rebates"),
    path("rebate-exposure/", rebates.RebateExposure.as_view(), name="rebate_exposure"),
    path("rebates/<uuid:agreement_id>/", rebates.RebatePage.as_view(), name="rebate"),
]
