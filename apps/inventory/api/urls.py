"""Addresses below /api/v1/."""

from django.urls import path

from apps.inventory.api import (
    allocation,
    atp,
    bins,
    endpoints,
    handling,
    holds,
    inspections,
    lots,
    notices,
    promises,
    quotas,
    supplies,
    sync,
)

urlpatterns = [
    path("inventory/allocation-runs", allocation.AllocationRuns.as_view(), name="api_allocation_runs"),
    path(
        "inventory/allocation-runs/<uuid:run_id>", allocation.AllocationRunDetail.as_view(), name="api_allocation_run"
    ),
    path(
        "inventory/allocation-runs/<uuid:run_id>/commit", allocation.CommitRun.as_view(), name="api_allocation_commit"
    ),
    path(
        "inventory/allocation-runs/<uuid:run_id>/roll-back",
        allocation.RollBackRun.as_view(),
        name="api_allocation_back",
    ),
    path(
        "inventory/allocation-runs/<uuid:run_id>/discard",
        allocation.DiscardRun.as_view(),
        name="api_allocation_discard",
    ),
    path("inventory/atp", atp.AvailableToPromise.as_view(), name="api_atp"),
    path("inventory/promises", promises.Promises.as_view(), name="api_promises"),
    path("inventory/supplies/<uuid:supply_id>/replans", promises.SupplyReplans.as_view(), name="api_replans"),
    path("inventory/supplies/<uuid:supply_id>/replans/apply", promises.ApplyReplan.as_view(), name="api_replan_apply"),
    path("stock", endpoints.StockRows.as_view(), name="api_stock"),
    path("stock/availability", endpoints.StockAvailability.as_view(), name="api_stock_availability"),
    path("stock/receipts", endpoints.StockReceipts.as_view(), name="api_stock_receipts"),
    path("stock/adjustments", endpoints.StockAdjustments.as_view(), name="api_stock_adjustments"),
    path("inventory/holds", holds.Holds.as_view(), name="api_holds"),
    path("inventory/holds/<uuid:hold_id>", holds.HoldDetail.as_view(), name="api_hold"),
    path("inventory/reservations", holds.Reservations.as_view(), name="api_reservations"),
    path("inventory/handling", handling.HandlingOfProducts.as_view(), name="api_handling"),
    path("inventory/quotas", quotas.Quotas.as_view(), name="api_quotas"),
    path("inventory/quotas/<uuid:quota_id>/withdraw", quotas.QuotaWithdrawn.as_view(), name="api_quota_withdraw"),
    path("inventory/notices", notices.Notices.as_view(), name="api_notices"),
    path("inventory/sync", sync.Sync.as_view(), name="api_sync"),
    path("backorders", endpoints.Backorders.as_view(), name="api_backorders"),
    path("inventory/lots", lots.Lots.as_view(), name="api_lots"),
    path("inventory/lots/<uuid:lot_id>", lots.LotDetail.as_view(), name="api_lot"),
    path("inventory/bins", bins.BinsMoved.as_view(), name="api_bins"),
    path("inventory/inspections", inspections.Inspections.as_view(), name="api_inspections"),
    path("inventory/revaluations", bins.StockRevalued.as_view(), name="api_revaluations"),
    path("inventory/safety-stock", bins.SafetyStockSet.as_view(), name="api_safety_stock"),
    path("stock/<uuid:stock_id>/card", bins.StockCard.as_view(), name="api_stock_card"),
    path("inventory/supplies", supplies.Supplies.as_view(), name="api_supplies"),
    path("inventory/supplies/<uuid:supply_id>", supplies.SupplyDetail.as_view(), name="api_supply"),
    path("inventory/supplies/<uuid:supply_id>/receipts", supplies.SupplyReceipts.as_view(), name="api_supply_receipts"),
    path("inventory/supplies/<uuid:supply_id>/close", supplies.SupplyEnd.as_view(), name="api_supply_close"),
    path("warehouses", endpoints.Warehouses.as_view(), name="api_warehouses"),
    path("shipments", endpoints.Shipments.as_view(), name="api_shipments"),
    path("shipments/<uuid:shipment_id>", endpoints.ShipmentDetail.as_view(), name="api_shipment"),
]
