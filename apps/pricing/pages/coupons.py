"""Coupons: the codes with their limits and uses, and one with the orders that used it and the rules that give something for it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.masterdata.contract import customer_id_called
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.decisions.document.words import sentence_of
from apps.pricing.models import Coupon, CouponRedemption
from apps.pricing.permissions import CHANGE_COUPONS, VIEW_COUPONS
from apps.pricing.selectors.coupons import (
    STATES,
    campaigns,
    coupon,
    coupon_state,
    coupons_in,
    redemptions_of,
    users_of,
    written,
)
from apps.pricing.services.coupons import CouponDraft, change_coupon, close_coupon, create_campaign, create_coupons
from apps.rulebooks.contract import made_ready, offered_versions
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.days import InstantInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import NOTHING
from ordercash.web.links import link_url
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

MOST_CODES = 1_000
IN_FORCE = frozenset({"active", "scheduled"})


def _campaigns() -> list[tuple[str, str]]:
    return [(row.code, f"{row.code} · {row.name}" if row.name else row.code) for row in campaigns()]


class CampaignForm(forms.Form):
    """What coupons are given out for."""

    code = forms.CharField(
        label="Code", max_length=64, help_text="Capitals, digits, - and _; pricing rules name it as their coupon."
    )
    name = forms.CharField(label="Name", max_length=120, required=False)


class LimitsForm(forms.Form):
    """How often a coupon may be used, and until when."""

    most_total = forms.IntegerField(
        label="Uses in all", min_value=0, max_value=1_000_000_000, required=False, help_text="Empty for no limit."
    )
    most_per_customer = forms.IntegerField(
        label="Uses by one customer", min_value=0, max_value=1_000_000_000, required=False,
        help_text="Empty for no limit.",
    )  # fmt: skip
    until_at = forms.DateTimeField(
        label="Until", required=False, widget=InstantInput, help_text="Day and time; empty for no end."
    )


class CouponsForm(LimitsForm):
    """Codes that are given out."""

    campaign = forms.ChoiceField(label="Campaign", choices=_campaigns)
    codes = forms.CharField(
        label="Codes", widget=forms.Textarea(attrs={"rows": 3}), max_length=70_000,
        help_text="One or many, separated by spaces or lines; at most 1,000.",
    )  # fmt: skip
    begins_at = forms.DateTimeField(
        label="From", required=False, widget=InstantInput, help_text="Day and time; empty: now."
    )
    field_order = ("campaign", "codes", "begins_at", "until_at", "most_total", "most_per_customer")

    def clean_codes(self) -> list[str]:
        """Return the codes, each once."""
        codes = list(dict.fromkeys(map(written, self.cleaned_data["codes"].replace(",", " ").split())))
        if len(codes) > MOST_CODES:
            raise forms.ValidationError(f"At most {MOST_CODES:,} codes at once.")
        if too_long := [code for code in codes if len(code) > 64]:
            raise forms.ValidationError(f"A code has at most 64 characters: {too_long[0][:70]}")
        return codes


def uses_html(used: int, most: int | None) -> SafeString:
    """Return how often something is used, and of how many times."""
    if most is None:
        return format_html('{} <span class="oc-note">no limit</span>', f"{used:,}")
    return format_html("{} of {}", f"{used:,}", f"{most:,}")


def _code(row: Coupon) -> SafeString:
    """Return the whole code: what tells one from another often stands at its end."""
    return format_html('<code class="oc-code">{}</code>', row.code)


class Coupons(Worklist):
    """Every code, by its name."""

    permission = VIEW_COUPONS
    title = "Coupons"
    row_noun = "coupon"
    default_sort = "code"
    columns = (
        Column("code", "Code", kind="html", link="coupon", sort="code", value=_code),
        Column("campaign__code", "Campaign", kind="code"),
        Column("campaign__name", "Name", kind="sentence", desk=True),
        Column("state", "State", kind="badge", value=lambda row: coupon_state(row, clock.now())),
        Column("used_total", "Used", kind="figure", value=lambda row: uses_html(row.used_total, row.most_total)),
        Column("most_per_customer", "By one customer", kind="figure", value=lambda row: _most(row.most_per_customer)),
        Column("valid_from_at", "From", kind="when"),
        Column("valid_until_at", "Until", kind="when"),
    )
    filters = (
        Filter("q", "Code", placeholder="Begins with"),
        Filter("campaign", "Campaign", kind="choice", choices=_campaigns),
        Filter("state", "State", kind="choice", choices=[(state, state_label(state)) for state in STATES]),
    )
    empty = Empty(
        "No coupons", "Make a campaign, name it as the coupon of a rule in the pricing rules, then give out codes of it."
    )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[Coupon]:
        """Return the coupons by the filters."""
        return coupons_in(wanted["state"], clock.now(), campaign=wanted["campaign"], code=wanted["q"])

    def actions(self) -> Sequence[Action]:
        """Return how campaigns and codes are made."""
        why = "" if campaigns().exists() else "Make a campaign first"
        return (
            Action("New campaign", verb="campaign", permission=CHANGE_COUPONS, form=CampaignForm),
            Action("New coupons", verb="give_out", permission=CHANGE_COUPONS, style="primary", icon="add",
                   form=CouponsForm, disabled=why),
        )  # fmt: skip

    def do_campaign(self, given: Given) -> str:
        """Make a campaign."""
        made = create_campaign(given.values["code"], name=given.values["name"], actor=self.actor, now=clock.now())
        return f"Campaign {made.code} is made. Rules that name it as their coupon apply with one of its codes."

    def do_give_out(self, given: Given) -> HttpResponse | str:
        """Make codes, all or none; a single one is shown."""
        values, now = given.values, clock.now()
        drafts = [
            CouponDraft(
                code, values["campaign"], values["begins_at"] or now, values["until_at"], values["most_total"],
                values["most_per_customer"],
            )
            for code in values["codes"]
        ]  # fmt: skip
        made = create_coupons(drafts, actor=self.actor, now=now)
        if len(made) == 1:
            return HttpResponseRedirect(reverse("coupon", args=[made[0].pk]), status=303)
        return f"{len(made):,} coupons are made."


def _most(most: int | None) -> SafeString:
    return NOTHING if most is None else format_html("{}", f"{most:,}")


class CouponPage(Worklist):
    """One coupon; the list shows the orders that used it."""

    permission = VIEW_COUPONS
    template = "pricing/coupon.html"
    crumbs = (Crumb("Coupons", "coupons"),)
    row_noun = "use"
    default_sort = "-redeemed_at"
    columns = (
        Column("order_id", "Order", link="order", id_key="order_id", named=True),
        Column("customer__code", "Customer", kind="code", link="customer", id_key="customer_id"),
        Column("customer__name", "Name", kind="sentence"),
        Column("state", "State", kind="badge"),
        Column("redeemed_at", "Used", kind="when", sort="redeemed_at"),
        Column("given_back_at", "Given back", kind="when"),
    )
    filters = (Filter("customer", "Customer", placeholder="Code"),)
    empty = Empty("Nobody has used it yet", "An order that brings the code uses it once its prices are decided.")

    @cached_property
    def row(self) -> Coupon:
        """The coupon; raises NotFound."""
        return coupon(self.kwargs["coupon_id"])

    @cached_property
    def state(self) -> str:
        """What it is now."""
        return coupon_state(self.row, clock.now())

    def queryset(self, wanted: Wanted) -> QuerySet[CouponRedemption]:
        """Return who used it."""
        return redemptions_of(self.row.pk, customer_id_called(wanted["customer"]))

    def tiles(self, wanted: Wanted) -> Sequence[Tile]:
        """Return how often it was used, and how often it may be."""
        row = self.row
        left = "any" if row.most_total is None else f"{max(0, row.most_total - row.used_total):,}"
        most = "no limit" if row.most_per_customer is None else f"{row.most_per_customer:,} at most"
        return (
            Tile("Uses", f"{row.used_total:,}", note="at present"),
            Tile("Left", left, tone="warn" if left == "0" else ""),
            Tile("Customers", f"{users_of(row.pk):,}", note=f"each {most}"),
        )

    def context(self) -> Mapping[str, Any]:
        """Return the coupon with its uses and its rules."""
        self.title = self.row.code
        return {**super().context(), "row": self.row, "badge": self.state, "rules": list(self._rules())}

    def _rules(self) -> Sequence[Mapping[str, str]]:
        """Return the rules, in force or scheduled, that ask for the campaign."""
        found = []
        for version in offered_versions(RULES_KIND, clock.now()):
            if str(version.phase) not in IN_FORCE:
                continue
            (ready,) = made_ready(RULES_KIND, [version])
            found += [
                {
                    "name": rule.title or state_label(rule.name), "gives": sentence_of(rule.give), "version": version.label,
                    "url": f"{link_url('rulebook_version', version.id)}?rule={rule.name}#rule",
                }
                for rule in (*ready.document.discounts, *ready.document.charges)
                if rule.coupon == self.row.campaign.code
            ]  # fmt: skip
        return found

    def actions(self) -> Sequence[Action]:
        """Return what can be changed of it."""
        off = "It is over" if self.state == "ended" else ""
        return (
            Action("Change limits", verb="limit", permission=CHANGE_COUPONS, form=_limits_of(self.row)),
            Action("Close", verb="close", permission=CHANGE_COUPONS, style="danger", disabled=off,
                   confirm="Nobody can use this code any more. Orders that used it keep it."),
        )  # fmt: skip

    def do_limit(self, given: Given) -> str:
        """Change limits and end."""
        values = given.values
        changes = {
            "most_total": values["most_total"], "most_per_customer": values["most_per_customer"],
            "valid_until_at": values["until_at"],
        }  # fmt: skip
        change_coupon(self.row.pk, changes=changes, actor=self.actor, now=clock.now())
        return "The limits are changed."

    def do_close(self, given: Given) -> str:
        """Close it."""
        close_coupon(self.row.pk, actor=self.actor, now=clock.now())
        return "The coupon is closed."


def _limits_of(row: Coupon) -> type[forms.Form]:
    """Return the form with what holds now."""
    present = {
        "most_total": row.most_total, "most_per_customer": row.most_per_customer, "until_at": row.valid_until_at,
    }  # fmt: skip

    class Present(LimitsForm):
        def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
            return present[field_name]

    return Present
