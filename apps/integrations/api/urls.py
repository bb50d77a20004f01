"""Addresses below /api/v1/."""

from django.urls import path

from apps.integrations.api import endpoints

urlpatterns = [
    path("warehouse-connections", endpoints.Connections.as_view(), name="api_warehouse_connections"),
    path(
        "warehouse-connections/<uuid:connection_id>",
        endpoints.ConnectionDetail.as_view(),
        name="api_warehouse_connection",
    ),
    path("warehouse-messages", endpoints.Messages.as_view(), name="api_warehouse_messages"),
    path(
        "warehouse-messages/<uuid:message_id>/send-again",
        endpoints.SendAgain.as_view(),
        name="api_warehouse_message_send_again",
    ),
    path(
        "warehouse-messages/<uuid:message_id>/dismiss",
        endpoints.Dismiss.as_view(),
        name="api_warehouse_message_dismiss",
    ),
    path("wms/<uuid:connection_id>/messages", endpoints.FromWarehouse.as_view(), name="api_wms_messages"),
]
