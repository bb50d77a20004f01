"""Cases to read, queues to configure. Work on cases happens on their pages."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline

from apps.exceptions.models import Case, CaseReason, Queue
from apps.exceptions.permissions import CONFIGURE_QUEUES, VIEW_CASES
from apps.exceptions.services.queues import configure_queue
from ordercash.kernel.actor import Actor
from ordercash.web.admins import VerbAdmin
from ordercash.web.formats import amount_text


class ReasonInline(TabularInline):
    """The reasons of a case, to read."""

    model = CaseReason
    fields = ("code", "detail", "queue", "due_at", "state", "resolved_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm(VIEW_CASES))


@admin.register(Case)
class CaseAdmin(VerbAdmin):
    """Cases, to read."""

    view_permission = VIEW_CASES
    list_display = ("title", "queue", "state", "at_risk", "due_at")
    list_filter = ("state", "queue")
    list_select_related = ("queue",)
    search_fields = ("title",)
    ordering = ("-money_at_risk_minor", "-id")
    fields = (
        "title", "state", "queue", "at_risk", "opened_at", "due_at", "closed_at", "resolution", "resolution_note", "subject_kind",
        "subject_id",
    )  # fmt: skip
    readonly_fields = ("at_risk",)
    inlines = (ReasonInline,)

    @admin.display(description="At risk", ordering="money_at_risk_minor")
    def at_risk(self, row: Case) -> str:
        return f"{row.currency} {amount_text(row.money_at_risk_minor, row.currency)}"


@admin.register(Queue)
class QueueAdmin(VerbAdmin):
    """Queues: their names, deadlines and the extra right that resolving in them needs."""

    view_permission = VIEW_CASES
    change_permission = CONFIGURE_QUEUES
    list_display = ("code", "name", "sla_hours", "resolve_permission")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Queues are made by the reasons that need them."""
        return False

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        queue: Any = row
        configure_queue(
            code=queue.code,
            name=queue.name,
            sla_hours=queue.sla_hours,
            resolve_permission=queue.resolve_permission,
            actor=actor,
        )
