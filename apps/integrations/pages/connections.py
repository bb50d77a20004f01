"""The systems of warehouses: how each is reached, and how it is doing."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from apps.integrations.models import WarehouseConnection
from apps.integrations.permissions import MANAGE_WAREHOUSE_CONNECTIONS, VIEW_WAREHOUSE_MESSAGES
from apps.integrations.selectors import messages as lists
from apps.integrations.services.wms_connections import ConnectionDraft, add_connection, change_connection, try_now
from apps.inventory.contract import warehouses
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Wanted
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist


def place_choices() -> list[tuple[str, str]]:
    """Return the warehouses by code."""
    return sorted((place.code, f"{place.code} {place.name}") for place in warehouses().values())


def secret_choices() -> list[tuple[str, str]]:
    """Return the names of the secrets that the environment holds; never the secrets."""
    return [(name, name) for name in sorted(settings.ORDERCASH_WMS_SECRETS)]


class NumberOrNone(forms.IntegerField):
    """A number; nothing typed is 0."""

    def clean(self, value: Any) -> int:
        """Return the number."""
        return super().clean(value) or 0


class ConnectionForm(forms.Form):
    """How a warehouse's system is reached."""

    warehouse = forms.ChoiceField(label="Warehouse", choices=place_choices)
    base_url = forms.CharField(label="Address", max_length=200, help_text="https://wms.example/api")
    secret_name = forms.ChoiceField(
        label="Secret", choices=secret_choices, help_text="The environment holds it: ORDERCASH_WMS_SECRET_<name>."
    )
    timeout_ms = forms.IntegerField(label="Answers within, ms", min_value=100, max_value=30_000, initial=5_000)
    most_attempts = forms.IntegerField(label="Attempts before it is given up", min_value=1, max_value=1_000, initial=60)
    counts_a_day = NumberOrNone(
        label="Products to be counted a day", min_value=0, max_value=5_000, initial=0, required=False,
        help_text="Those that were not counted for the longest time. 0: none.",
    )  # fmt: skip
    shares_stock = forms.BooleanField(
        label="Others sell from the same shelves", required=False, help_text="Then what it counts is believed."
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True)


NEWEST = (
    Column("kind", "Message", link="warehouse_message", value=lambda row: row.kind.replace("_", " ")),
    Column("created_at", "Since", kind="moment"),
    Column(
        "order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: row.order_id and "Order"
    ),
    Column("way", "Way", value=lambda row: "to" if row.direction == "out" else "from"),
    Column("state", "State", kind="badge"),
    Column("error", "What was special"),
)


class Connections(Worklist):
    """Every connection: how it is doing, and what can be done about it."""

    permission = VIEW_WAREHOUSE_MESSAGES
    title = "Warehouse systems"
    row_noun = "connection"
    default_sort = "base_url"
    columns = (
        Column("warehouse", "Warehouse", link="warehouse_connection", value=lambda row: place_of(row.warehouse_id)),
        Column("base_url", "Address", kind="code", sort="base_url"),
        Column("state", "State", kind="badge", value=lambda row: state_of(row)),
        Column("failures", "Failures in a row", kind="number", value=lambda row: row.failures or None),
        Column("last_ok_at", "Last heard", kind="when"),
        Column("secret_name", "Secret", kind="code", desk=True),
        Column("shares_stock", "Others sell there", desk=True, value=lambda row: "yes" if row.shares_stock else ""),
        Column("timeout_ms", "Time-out, ms", kind="number", desk=True),
        Column("cursor", "Heard up to", kind="number", desk=True),
    )
    bulk = (Action("Try it now", verb="try", permission=MANAGE_WAREHOUSE_CONNECTIONS),)
    empty = Empty(
        "No warehouse system is connected",
        "Warehouses are run from here until one is: docs/warehouse-systems.md tells how.",
    )

    def queryset(self, wanted: Wanted) -> QuerySet[WarehouseConnection]:
        return lists.connections()

    def actions(self) -> Sequence[Action]:
        return (
            Action("Messages", url=reverse("warehouse_messages")),
            Action("Connect a warehouse", verb="connect", permission=MANAGE_WAREHOUSE_CONNECTIONS, style="primary",
                   form=ConnectionForm, disabled="" if settings.ORDERCASH_WMS_SECRETS else "The environment holds no secret"),
        )  # fmt: skip

    def do_connect(self, given: Given) -> str:
        add_connection(ConnectionDraft(**given.values), actor=self.actor, now=clock.now())
        return f"{given.values['warehouse']} is connected."

    def do_try(self, given: Given) -> str:
        tried = sum(try_now(row_id) for row_id in given.ids)
        return f"{tried} left alone no more." if tried else "None of them was left alone."


class ConnectionPage(Page):
    """One connection: how it is reached, how it is doing, and the newest messages."""

    permission = VIEW_WAREHOUSE_MESSAGES
    template = "integrations/connection.html"
    crumbs = (Crumb("Warehouse systems", "warehouse_connections"),)

    @cached_property
    def connection(self) -> WarehouseConnection:
        return lists.connection(self.kwargs["connection_id"])

    def context(self) -> Mapping[str, Any]:
        connection = self.connection
        self.title = f"System of {place_of(connection.warehouse_id)}"
        newest = lists.messages(connection_id=connection.pk, beats=False).order_by("-id")[:20]
        return {
            "connection": connection,
            "badge": state_of(connection),
            "waiting": lists.messages(connection_id=connection.pk, states=["waiting", "parked"]).count(),
            "newest": Table(columns=NEWEST, rows=list(newest), caption="Newest messages"),
        }

    def actions(self) -> Sequence[Action]:
        alone = "" if self.connection.failures else "It is not left alone"
        place = place_of(self.connection.warehouse_id)
        return (
            Action("All messages", url=f"{reverse('warehouse_messages')}?{urlencode({'warehouse': place})}"),
            Action("Change", verb="change", permission=MANAGE_WAREHOUSE_CONNECTIONS, form=change_form(self.connection)),
            Action("Try it now", verb="try", permission=MANAGE_WAREHOUSE_CONNECTIONS, disabled=alone),
        )

    def do_change(self, given: Given) -> str:
        draft = ConnectionDraft(warehouse=place_of(self.connection.warehouse_id), **given.values)
        change_connection(self.connection.pk, draft, actor=self.actor, now=clock.now())
        return "The connection is changed."

    def do_try(self, given: Given) -> str:
        try_now(self.connection.pk)
        return "It is left alone no more."


def change_form(row: WarehouseConnection) -> type[forms.Form]:
    """Return the form that changes a connection, filled with what it is; its warehouse stays."""
    fields = {name: deepcopy(field) for name, field in ConnectionForm.base_fields.items() if name != "warehouse"}
    for name, field in fields.items():
        field.initial = getattr(row, name)
    return type("ChangeForm", (forms.Form,), fields)


def place_of(warehouse_id: UUID) -> str:
    """Return the code of a warehouse."""
    place = warehouses().get(warehouse_id)
    return place.code if place else "–"


def state_of(row: Any) -> str:
    """Return how a connection is doing, in a word."""
    if not row.is_active:
        return "inactive"
    if not row.has_secret:
        return "no_secret"
    if row.open_until is not None and row.open_until > clock.now():
        return "left_alone"
    return "failing" if row.failures else "active"
