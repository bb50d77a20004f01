"""Price lists and prices in the admin."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from apps.masterdata.contract import save_master
from apps.pricing import permissions
from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.services.prices import REFUSALS
from ordercash.kernel.actor import Actor
from ordercash.web.admins import VerbAdmin


class PriceAdmin(SimpleHistoryAdmin, VerbAdmin):
    """What was once valid is only ended: nothing but the end of the validity changes."""

    view_permission = permissions.VIEW_PRICES
    change_permission = permissions.CHANGE_PRICES
    changeable = frozenset({"valid_until_at"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = (field.name for field in self.model._meta.fields if field.editable)
        return tuple(name for name in fields if name not in self.changeable) if obj else ()

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        save_master(row, actor=actor, refusals=REFUSALS)


@admin.register(PriceList)
class PriceListAdmin(PriceAdmin):
    """Price lists."""

    list_display = (
        "code",
        "name",
        "currency",
        "customer_group",
        "legal_entity",
        "priority",
        "valid_from_at",
        "valid_until_at",
    )
    list_select_related = ("customer_group", "legal_entity")
    changeable = frozenset({"valid_until_at", "name", "priority"})


@admin.register(PriceRecord)
class PriceRecordAdmin(PriceAdmin):
    """Prices."""

    list_display = ("product", "price_list", "min_quantity", "unit_price", "valid_from_at", "valid_until_at")
    list_select_related = ("product", "price_list")
    list_filter = ("price_list",)
    search_fields = ("product__sku", "product__name")
    autocomplete_fields = ("product",)
