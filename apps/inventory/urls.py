"""Addresses of the pages."""

from django.urls import path

from apps.inventory.pages.shipments import ShipmentPage, Shipments
from apps.inventory.pages.stock import BackorderPage, StockPage

urlpatterns = [
    path("stock/", StockPage.as_view(), name="stock"),
    path("backorders/", BackorderPage.as_view(), name="backorders"),
    path("shipments/", Shipments.as_view(), name="shipments"),
    path("shipments/<uuid:shipment_id>/", ShipmentPage.as_view(), name="shipment"),
]
