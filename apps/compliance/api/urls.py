"""Addresses below /api/v1/."""

from django.urls import path

from apps.compliance.api import endpoints

urlpatterns = [
    path("tax-rates", endpoints.TaxRates.as_view(), name="api_tax_rates"),
    path("tax-rates/<uuid:rate_id>", endpoints.TaxRateDetail.as_view(), name="api_tax_rate"),
]
