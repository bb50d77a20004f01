"""Addresses below /api/v1/."""

from django.urls import path

from apps.orders.api import endpoints, intake, verbs

urlpatterns = [
    path("orders", endpoints.Orders.as_view(), name="api_orders"),
    path("orders:batch", intake.OrderBatch.as_view(), name="api_orders_batch"),
    path("orders/<uuid:order_id>", endpoints.OrderDetail.as_view(), name="api_order"),
    path("orders/<uuid:order_id>/timeline", endpoints.OrderTimeline.as_view(), name="api_order_timeline"),
    path("orders/<uuid:order_id>/prices", endpoints.OrderPrices.as_view(), name="api_order_prices"),
    path("orders/<uuid:order_id>/sourcing", endpoints.OrderSourcing.as_view(), name="api_order_sourcing"),
    path("orders/<uuid:order_id>/release", verbs.Release.as_view(), name="api_order_release"),
    path("orders/<uuid:order_id>/lines/<int:line_no>/price", verbs.LinePrice.as_view(), name="api_order_line_price"),
    path("orders/<uuid:order_id>/allow-below-floor", verbs.AllowBelowFloor.as_view(), name="api_order_allow"),
    path("orders/<uuid:order_id>/cancel", verbs.Cancel.as_view(), name="api_order_cancel"),
    path("orders/<uuid:order_id>/ship", verbs.Ship.as_view(), name="api_order_ship"),
    path("orders/<uuid:order_id>/bill", verbs.Bill.as_view(), name="api_order_bill"),
    path("orders/<uuid:order_id>/return", verbs.Return.as_view(), name="api_order_return"),
    path("schemas/order/1", endpoints.OrderSchema.as_view(), name="api_order_schema"),
]
