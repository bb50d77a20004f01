"""Addresses of the pages."""

from django.urls import path

from apps.orders.pages.orders import Orders

urlpatterns = [
    path("orders/", Orders.as_view(), name="orders"),
]
