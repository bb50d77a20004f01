"""Addresses below /api/v1/."""

from django.urls import path

from apps.inventory.api import endpoints

urlpatterns = [
    path("stock", endpoints.StockRows.as_view(), name="api_stock"),
    path("stock/availability", endpoints.StockAvailability.as_view(), name="api_stock_availability"),
    path("stock/receipts", endpoints.StockReceipts.as_view(), name="api_stock_receipts"),
    path("stock/adjustments", endpoints.StockAdjustments.as_view(), name="api_stock_adjustments"),
    path("backorders", endpoints.Backorders.as_view(), name="api_backorders"),
    path("warehouses", endpoints.Warehouses.as_view(), name="api_warehouses"),
    path("shipments", endpoints.Shipments.as_view(), name="api_shipments"),
    path("shipments/<uuid:shipment_id>", endpoints.ShipmentDetail.as_view(), name="api_shipment"),
]
