"""Addresses of the pages."""

from django.urls import path

from apps.pricing.pages import batches, price_lists, rebates

urlpatterns = [
    path("price-lists/", price_lists.PriceLists.as_view(), name="price_lists"),
    path("price-lists/<uuid:price_list_id>/", price_lists.PriceListPage.as_view(), name="price_list"),
    path("price-lists/<uuid:price_list_id>/file", price_lists.PriceListFile.as_view(), name="price_list_file"),
    path("price-lists/<uuid:price_list_id>/import/", batches.UploadPage.as_view(), name="price_upload"),
    path("price-lists/<uuid:price_list_id>/edit/", batches.EditPage.as_view(), name="price_edit"),
    path("price-batches/<uuid:batch_id>/", batches.BatchPage.as_view(), name="price_batch"),
    path("price-batches/<uuid:batch_id>/progress/", batches.BatchPoll.as_view(), name="price_batch_progress"),
    path("rebates/", rebates.Rebates.as_view(), name="rebates"),
    path("rebate-exposure/", rebates.RebateExposure.as_view(), name="rebate_exposure"),
    path("rebates/<uuid:agreement_id>/", rebates.RebatePage.as_view(), name="rebate"),
]
