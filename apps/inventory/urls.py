"""Addresses of the pages."""

from django.urls import path

from apps.inventory.pages.allocation import AllocationRunPage, AllocationRuns
from apps.inventory.pages.allocation_by_hand import AllocationByHand
from apps.inventory.pages.atp import AvailableToPromise
from apps.inventory.pages.board import BackorderBoard
from apps.inventory.pages.handling import HandlingPage
from apps.inventory.pages.inspections import InspectionPage
from apps.inventory.pages.lots import LotPage, Lots
from apps.inventory.pages.notices import Notices
from apps.inventory.pages.quotas import Quotas
from apps.inventory.pages.replan import ReplanPage
from apps.inventory.pages.reservations import ReservationPage
from apps.inventory.pages.shipments import ShipmentPage, Shipments
from apps.inventory.pages.stock import BackorderPage, StockPage
from apps.inventory.pages.stock_card import StockCardPage
from apps.inventory.pages.supplies import Supplies, SupplyPage
from apps.inventory.pages.sync import SyncLatency

urlpatterns = [
    path("atp/", AvailableToPromise.as_view(), name="atp"),
    path("supplies/<uuid:supply_id>/re-plan/", ReplanPage.as_view(), name="replan"),
    path("stock/", StockPage.as_view(), name="stock"),
    path("stock/<uuid:stock_id>/", StockCardPage.as_view(), name="stock_card"),
    path("inspections/", InspectionPage.as_view(), name="inspections"),
    path("lots/", Lots.as_view(), name="lots"),
    path("lots/<uuid:lot_id>/", LotPage.as_view(), name="lot"),
    path("backorders/", BackorderPage.as_view(), name="backorders"),
    path("backorders/board/", BackorderBoard.as_view(), name="backorder_board"),
    path("supplies/", Supplies.as_view(), name="supplies"),
    path("supplies/<uuid:supply_id>/", SupplyPage.as_view(), name="supply"),
    path("reservations/", ReservationPage.as_view(), name="reservations"),
    path("reservations/handling/", HandlingPage.as_view(), name="handling"),
    path("freshness/", SyncLatency.as_view(), name="sync_latency"),
    path("shipments/", Shipments.as_view(), name="shipments"),
    path("shipments/<uuid:shipment_id>/", ShipmentPage.as_view(), name="shipment"),
    path("quotas/", Quotas.as_view(), name="quotas"),
    path("notices/", Notices.as_view(), name="notices"),
    path("allocation/", AllocationRuns.as_view(), name="allocation_runs"),
    path(
        "allocation/by-hand/<str:legal_entity>/<uuid:product_id>/",
        AllocationByHand.as_view(),
        name="allocation_by_hand",
    ),
    path("allocation/<uuid:run_id>/", AllocationRunPage.as_view(), name="allocation_run"),
]
