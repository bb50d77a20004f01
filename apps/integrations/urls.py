"""Addresses of the pages."""

from django.urls import path

from apps.integrations.pages.connections import ConnectionPage, Connections
from apps.integrations.pages.messages import MessagePage, Messages

urlpatterns = [
    path("warehouse-systems/", Connections.as_view(), name="warehouse_connections"),
    path("warehouse-systems/<uuid:connection_id>/", ConnectionPage.as_view(), name="warehouse_connection"),
    path("warehouse-messages/", Messages.as_view(), name="warehouse_messages"),
    path("warehouse-messages/<uuid:message_id>/", MessagePage.as_view(), name="warehouse_message"),
]
