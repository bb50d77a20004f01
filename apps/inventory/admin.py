"""Warehouses in the admin; stock itself is only changed by its verbs."""

from datetime import datetime
from typing import Any

from django.contrib import admin

from apps.inventory.models import Warehouse
from apps.inventory.permissions import CHANGE_WAREHOUSES, VIEW_STOCK
from apps.inventory.services.places import save_warehouse
from ordercash.kernel.actor import Actor
from ordercash.web.admins import VerbAdmin


@admin.register(Warehouse)
class WarehouseAdmin(VerbAdmin):
    """Places that stock and ship, in the order in which they are asked."""

    view_permission = VIEW_STOCK
    change_permission = CHANGE_WAREHOUSES
    list_display = ("code", "name", "legal_entity", "country", "priority", "is_active")
    list_filter = ("is_active", "legal_entity")
    search_fields = ("code", "name")
    list_select_related = ("legal_entity",)
    kept_fields = ("code", "legal_entity")

    def write(self, row: Any, *, actor: Actor, now: datetime) -> None:
        save_warehouse(row, actor=actor)
