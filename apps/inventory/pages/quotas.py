"""Quotas: what is kept for which channel, how much of it is used, and when the rest is anybody's."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.inventory.decisions.facts.quotas import QuotaDraft
from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.models import Quota
from apps.inventory.pages.forms import GoodsForm
from apps.inventory.pages.stock import TEXT
from apps.inventory.permissions import CHANGE_QUOTAS, VIEW_ALLOCATION
from apps.inventory.selectors.allocation import entity_choices
from apps.inventory.selectors.lists import places
from apps.inventory.selectors.quotas import QUOTA_SORT, channel_choices, quota, quotas, state_of
from apps.inventory.services.desk import keep_for_channels, withdraw_quota
from apps.masterdata.contract import entities_by_code, products_by_sku
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Empty
from ordercash.web.days import DayInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import plural
from ordercash.web.worklist import Worklist


def _place_choices() -> list[tuple[str, str]]:
    return [("", "Wherever it lies"), *((row.code, f"{row.code} {row.name}") for row in places().order_by("code"))]


class QuotaForm(GoodsForm):
    """What is kept for whom, and until when."""

    legal_entity = forms.ChoiceField(label="Legal entity", choices=entity_choices)
    warehouse = forms.ChoiceField(label="Warehouse", choices=_place_choices, required=False)
    channel = forms.ChoiceField(label="Channel", choices=channel_choices)
    quantity = forms.DecimalField(
        label="Quantity", min_value=Decimal("0.0001"), max_value=MAX_QUANTITY, decimal_places=4
    )
    from_on = forms.DateField(label="From", widget=DayInput)
    release_on = forms.DateField(
        label="Released on", widget=DayInput, help_text="From this day on the rest is anybody's."
    )
    reference = None  # type: ignore[assignment]
    field_order = ("legal_entity", "sku", "warehouse", "channel", "quantity", "from_on", "release_on")

    def clean(self) -> dict[str, Any]:
        """Refuse a day of release that does not follow the first one."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("from_on"), values.get("release_on")
        if start and end and end <= start:
            self.add_error("release_on", "It is released on a day after its first one.")
        return values


class Quotas(Worklist):
    """Quotas of channels, the next to be released first."""

    permission = VIEW_ALLOCATION
    title = "Quotas"
    row_noun = "quota"
    default_sort = QUOTA_SORT
    filters = (
        TEXT,
        Filter("channel", "Channel", kind="choice", choices=channel_choices),
        Filter("all", "Released ones, too", kind="flag"),
    )
    empty = Empty(
        "Nothing is kept for a channel",
        "A quota keeps goods for the orders of a channel until a day; then they are anybody's.",
    )

    columns = (
        Column("product__sku", "Product", kind="code", link="product", id_key="product_id"),
        Column("product__name", "Name", desk=True),
        Column("channel", "Channel"),
        Column("legal_entity__code", "Legal entity", desk=True),
        Column("warehouse__code", "Warehouse", value=lambda row: row.warehouse.code if row.warehouse else "any"),
        Column("quantity", "Kept", kind="quantity", unit="product__unit_id"),
        Column("taken", "Used", kind="quantity", value=lambda row: row.taken or None),
        Column("left", "Left", kind="quantity"),
        Column("used", "Used of it", kind="html", value=lambda row: _bar(row)),
        Column("from_on", "From", kind="day"),
        Column("release_on", "Released on", kind="day", sort="release_on"),
        Column("state", "State", kind="badge", value=lambda row: state_of(row, clock.now())),
    )
    bulk = (
        Action(
            "Withdraw", verb="withdraw", permission=CHANGE_QUOTAS, style="danger",
            confirm="What nobody took of them goes to those who wait.",
        ),
    )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[Quota]:
        now: datetime | None = None if wanted["all"] else clock.now()
        return quotas(text=wanted["q"], channel=wanted["channel"], open_at=now)

    def actions(self) -> Sequence[Action]:
        return (Action("Set a quota", verb="set", permission=CHANGE_QUOTAS, style="primary", form=QuotaForm),)

    def do_set(self, given: Given) -> str:
        values = given.values
        product = _product(values["sku"])
        place = next((row.pk for row in places() if row.code == values["warehouse"]), None)
        start: date = values["from_on"]
        draft = QuotaDraft(
            entities_by_code()[values["legal_entity"]].id, product, place, values["channel"], values["quantity"], start,
            values["release_on"],
        )  # fmt: skip
        keep_for_channels(drafts=[draft], actor=self.actor, now=clock.now())
        return f"{values['quantity'].normalize():f} of {values['sku']} are kept for {values['channel']}."

    def do_withdraw(self, given: Given) -> str:
        for quota_id in given.ids:
            withdraw_quota(quota_id=quota(quota_id).pk, actor=self.actor, now=clock.now())
        count = len(given.ids)
        return f"{count} {'quota is' if count == 1 else plural('quota') + ' are'} withdrawn."


def _product(sku: str) -> Any:
    return products_by_sku([sku])[sku].id


def _bar(row: Quota) -> SafeString:
    part = int(row.taken * 100 / row.quantity) if row.quantity else 100
    return format_html(
        '<progress class="oc-progress" value="{}" max="100" aria-label="Used of the quota">{} %</progress>', part, part
    )
