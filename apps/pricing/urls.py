"""Addresses of the pages."""

from django.urls import path

from apps.pricing.pages import rebates

urlpatterns = [
    path("rebates/", rebates.Rebates.as_view(), name="rebates"),
    path("rebates/exposure/", rebates.RebateExposure.as_view(), name="rebate_exposure"),
    path("rebates/<uuid:agreement_id>/", rebates.RebatePage.as_view(), name="rebate"),
]
