"""Price lists and prices in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from apps.masterdata.contract import save_master
from apps.pricing import permissions
from apps.pricing.models import CostRecord, Coupon, CouponCampaign, PriceList, PriceRecord
from apps.pricing.services.costs import REFUSALS as COST_REFUSALS
from apps.pricing.services.coupons import REFUSALS as COUPON_REFUSALS
from apps.pricing.services.prices import REFUSALS
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals
from ordercash.web.admins import VerbAdmin


class EndedAdmin(VerbAdmin):
    """What was once valid is only ended: nothing but the end of the validity changes."""

    changeable: ClassVar[frozenset[str]] = frozenset({"valid_until_at"})
    refusals: ClassVar[Refusals] = REFUSALS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = (field.name for field in self.model._meta.fields if field.editable)
        return tuple(name for name in fields if name not in self.changeable) if obj else ()

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        save_master(row, actor=actor, refusals=self.refusals)


class PriceAdmin(SimpleHistoryAdmin, EndedAdmin):
    """Price lists and prices."""

    view_permission = permissions.VIEW_PRICES
    change_permission = permissions.CHANGE_PRICES


@admin.register(PriceList)
class PriceListAdmin(PriceAdmin):
    """Price lists."""

    list_display = (
        "code",
        "name",
        "currency",
        "customer",
        "customer_group",
        "zone",
        "legal_entity",
        "priority",
        "valid_from_at",
        "valid_until_at",
    )
    list_select_related = ("customer", "customer_group", "legal_entity")
    search_fields = ("code", "name")
    autocomplete_fields = ("customer",)
    changeable = frozenset({"valid_until_at", "name", "priority"})


@admin.register(PriceRecord)
class PriceRecordAdmin(PriceAdmin):
    """Prices."""

    list_display = (
        "product",
        "price_list",
        "unit",
        "min_quantity",
        "unit_price",
        "per",
        "valid_from_at",
        "valid_until_at",
    )
    list_select_related = ("product", "price_list")
    list_filter = ("price_list",)
    search_fields = ("product__sku", "product__name")
    autocomplete_fields = ("product",)


@admin.register(CostRecord)
class CostAdmin(EndedAdmin):
    """What products cost."""

    view_permission = permissions.VIEW_COSTS
    change_permission = permissions.CHANGE_COSTS
    refusals = COST_REFUSALS
    list_display = ("product", "legal_entity", "unit_cost", "currency", "valid_from_at", "valid_until_at")
    list_select_related = ("product", "legal_entity")
    search_fields = ("product__sku", "product__name")
    autocomplete_fields = ("product",)


@admin.register(CouponCampaign)
class CampaignAdmin(EndedAdmin):
    """Campaigns of coupons; rules name them by their codes, which stay."""

    view_permission = permissions.VIEW_COUPONS
    change_permission = permissions.CHANGE_COUPONS
    refusals = COUPON_REFUSALS
    changeable = frozenset({"name"})
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Coupon)
class CouponAdmin(EndedAdmin):
    """Coupons, with how often they are used."""

    view_permission = permissions.VIEW_COUPONS
    change_permission = permissions.CHANGE_COUPONS
    refusals = COUPON_REFUSALS
    changeable = frozenset({"valid_until_at", "most_total", "most_per_customer"})
    list_display = (
        "code", "campaign", "used_total", "most_total", "most_per_customer", "valid_from_at", "valid_until_at",
    )  # fmt: skip
    list_select_related = ("campaign",)
    list_filter = ("campaign",)
    search_fields = ("code",)
