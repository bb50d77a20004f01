"""Addresses below /api/v1/."""

from django.urls import path

from apps.pricing.api import endpoints

urlpatterns = [
    path("price-lists", endpoints.PriceLists.as_view(), name="api_price_lists"),
    path("price-lists/<uuid:price_list_id>", endpoints.PriceListDetail.as_view(), name="api_price_list"),
    path("price-lists/<uuid:price_list_id>/prices", endpoints.Prices.as_view(), name="api_prices"),
    path("prices/<uuid:price_id>", endpoints.PriceDetail.as_view(), name="api_price"),
]
