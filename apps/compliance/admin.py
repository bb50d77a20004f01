"""Tax rates in the admin."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from apps.compliance import permissions
from apps.compliance.models import TaxRate
from apps.compliance.selectors.in_force import forget_tax_table
from apps.compliance.services.rates import REFUSALS
from apps.masterdata.contract import save_master
from ordercash.kernel.actor import Actor
from ordercash.web.admins import VerbAdmin


@admin.register(TaxRate)
class TaxRateAdmin(SimpleHistoryAdmin, VerbAdmin):
    """Tax rates. A rate that was in force is only ended."""

    view_permission = permissions.VIEW_TAX_RATES
    change_permission = permissions.CHANGE_TAX_RATES
    list_display = (
        "seller_country",
        "destination",
        "buyer",
        "tax_class",
        "category",
        "rate",
        "from_date",
        "until_date",
    )
    list_filter = ("seller_country", "tax_class", "category")
    search_fields = ("destination",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = (field.name for field in TaxRate._meta.fields if field.editable)
        return tuple(name for name in fields if name != "until_date") if obj else ()

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        save_master(row, actor=actor, refusals=REFUSALS)
        forget_tax_table()
