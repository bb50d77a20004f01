"""/components/: every component with its states, on made-up values; what pages are made of, and what pictures are taken of."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views import View

from ordercash.kernel.errors import Conflict
from ordercash.web import gallery_samples as samples
from ordercash.web.actions import Action, Given
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.columns import Column
from ordercash.web.components import Crumb, Empty
from ordercash.web.days import DayInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.keyset import Slice, read_cursor, slice_from
from ordercash.web.page import Page
from ordercash.web.views import job_response
from ordercash.web.worklist import Worklist


class SampleForm(forms.Form):
    """Fields of every kind."""

    amount = forms.DecimalField(label="Amount", max_digits=12, decimal_places=2, help_text="In the invoice's currency.")
    received = forms.DateField(label="Received on", widget=DayInput())
    method = forms.ChoiceField(label="Method", choices=[("transfer", "Bank transfer"), ("card", "Card")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    whole = forms.BooleanField(label="Apply to the oldest invoices first", required=False)


class Components(Worklist):
    """The gallery. Its worklist is real: it sorts, filters, pages and takes verbs, on rows that are made up."""

    permission = SIGNED_IN
    title = "Components"
    template = "oc/components.html"
    crumbs = (Crumb("System"), Crumb("Components"))
    row_noun = "order"
    default_sort = "-placed_at"
    columns = (
        Column("number", "Order", link="component_sample"),
        Column("customer", "Customer"),
        Column("placed_at", "Placed", kind="when", sort="placed_at"),
        Column("due", "Due", kind="day", desk=True),
        Column("lines", "Lines", kind="quantity", sort="lines"),
        Column("gross_minor", "Total", kind="money", sort="gross_minor"),
        Column("open_minor", "Open", kind="money", desk=True),
        Column("state", "State", kind="badge"),
        Column("channel", "Channel", kind="code", desk=True),
    )
    filters = (
        Filter("q", "Number or customer", placeholder="SO-10"),
        Filter("state", "State", kind="choices", choices=samples.STATES),
        Filter("channel", "Channel", kind="choice", choices=samples.CHANNELS),
        Filter("placed", "Placed", kind="period"),
        Filter("open", "Only open", kind="flag"),
    )
    bulk = (
        Action("Release", verb="release", reason=True, style="primary"),
        Action("Cancel", verb="cancel", style="danger", confirm="Cancel the selected orders?", reason=True),
    )
    empty = Empty(
        "No orders yet", "Orders arrive through the API or an import.", url="/components/", label="Import a file"
    )

    def actions(self) -> Sequence[Action]:
        """One button of each kind."""
        return (
            Action("Record payment", verb="pay", style="primary", form=SampleForm),
            Action("Refuse", verb="refuse"),
            Action("Print", url="/components/?print=1"),
            Action("Release", verb="release_all", disabled="It is not held."),
            Action("Cancel order", verb="cancel_one", style="danger", confirm="Cancel the whole order?", reason=True),
        )

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Walk the made-up rows as a selector walks a table."""
        position = read_cursor(sort, cursor)
        limit = min(limit, 12)
        return slice_from(samples.beyond(wanted, sort, position, limit + 1), sort=sort, position=position, limit=limit)

    def context(self) -> Mapping[str, Any]:
        """Every component with its states."""
        wrong = SampleForm({"amount": "12.345", "received": "", "method": "cheque"})
        wrong.is_valid()
        return {
            **super().context(),
            **samples.everything(),
            "badge": "held",
            "subtitle": "Every component with its states, on made-up values",
            "form_wrong": wrong,
            "ask": Action("Write off", verb="write_off", style="danger", confirm="Write off GBP 12.40?", reason=True),
        }

    def do_release(self, given: Given) -> str:
        """Tell what would have happened."""
        return f"{len(given.ids)} orders would be released: {given.reason}"

    def do_cancel(self, given: Given) -> str:
        """Tell what would have happened."""
        return f"{len(given.ids)} orders would be cancelled: {given.reason}"

    def do_cancel_one(self, given: Given) -> str:
        """Tell what would have happened."""
        return f"The order would be cancelled: {given.reason}"

    def do_pay(self, given: Given) -> str:
        """Tell what would have happened."""
        return f"A payment of {given.values['amount']} would be recorded."

    def do_refuse(self, given: Given) -> str:
        """Show how a refusal is told."""
        raise Conflict("The order was shipped at 09:12 and cannot be changed any more.")


class ComponentsPanel(Page):
    """What the gallery opens in the side panel."""

    permission = SIGNED_IN
    title = "SO-1041"
    template = "oc/components_panel_page.html"
    partial = "oc/components_panel.html"
    crumbs = (Crumb("Components", "components"),)

    def context(self) -> Mapping[str, Any]:
        """A timeline and an explanation."""
        return {"events": samples.events(), "steps": samples.steps()}


class ComponentsJob(View):
    """The jobs of the gallery: each stays as it is, however often somebody asks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the poll; refused without an account."""
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        number = request.GET.get("number", "")
        jobs = dict(enumerate(samples.jobs()))
        return job_response(request, jobs[int(number) if number in {"0", "1", "2", "3", "4"} else 3])
