"""What products cost us: the list, one by hand, and many by a file that is looked at first."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.masterdata.contract import currencies, entities_by_code
from apps.pricing.decisions.cost_plan import CostPlan, shown_first
from apps.pricing.models import CostRecord
from apps.pricing.pages.price_lists import XLSX
from apps.pricing.pages.validity import VALID, validity_of
from apps.pricing.permissions import CHANGE_COSTS, VIEW_COSTS
from apps.pricing.selectors.costs import costs_found, exported_costs
from apps.pricing.selectors.price_export import csv_of, xlsx_of
from apps.pricing.services.cost_files import COLUMNS, CostsStale, import_costs, look_at_costs
from apps.pricing.services.costs import CostDraft, add_costs, end_costs
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.days import InstantInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist

SHOWN = 300
TONES = {"refused": "bad"}


def _entities() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(entities_by_code())]


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in currencies()]


class CostForm(forms.Form):
    """What one of a product's own units costs, from when on."""

    sku = forms.CharField(label="Product", max_length=64, help_text="Its SKU.")
    unit_cost = forms.DecimalField(label="Cost of one unit", min_value=0, max_digits=18, decimal_places=6)
    currency = forms.ChoiceField(label="Currency", choices=_currencies)
    legal_entity = forms.ChoiceField(
        label="Legal entity", choices=lambda: [("", "All without a cost of their own"), *_entities()], required=False
    )
    begins_at = forms.DateTimeField(
        label="From", required=False, widget=InstantInput, help_text="Day and time; empty: now."
    )
    until_at = forms.DateTimeField(label="Until", required=False, widget=InstantInput, help_text="Empty for no end.")


class UntilForm(forms.Form):
    """When costs end."""

    until_at = forms.DateTimeField(
        label="Ends", required=False, widget=InstantInput, help_text="Day and time; empty: now."
    )


class Costs(Worklist):
    """Costs of products, by SKU."""

    permission = VIEW_COSTS
    title = "Costs"
    row_noun = "cost"
    default_sort = "product__sku"
    columns = (
        Column("product__sku", "Product", kind="code", link="product", id_key="product_id", sort="product__sku"),
        Column("product__name", "Name", kind="sentence"),
        Column("unit_cost", "Cost", kind="price", currency="currency_id"),
        Column("product__unit_id", "Per"),
        Column("legal_entity__code", "Legal entity", value=lambda row: _entity_of(row)),
        Column("state", "State", kind="badge",
               value=lambda row: validity_of(row.valid_from_at, row.valid_until_at, clock.now())),
        Column("valid_from_at", "From", kind="when"),
        Column("valid_until_at", "Until", kind="when"),
    )  # fmt: skip
    filters = (
        Filter("q", "Product", placeholder="SKU or name"),
        Filter("entity", "Legal entity", kind="choice", choices=_entities),
        Filter("currency", "Currency", kind="choice", choices=_currencies),
        Filter("valid", "Costs", kind="choice", choices=VALID, required=True),
    )
    bulk = (Action("End", verb="end", permission=CHANGE_COSTS, style="danger", form=UntilForm),)
    empty = Empty(
        "No costs here", "Costs come by file, by hand or through the API. Floors that hold a margin are reckoned from them."
    )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[CostRecord]:
        """Return the costs by the filters."""
        valid = "" if wanted["valid"] == "all" else wanted["valid"]
        return costs_found(
            text=wanted["q"], legal_entity=wanted["entity"], currency=wanted["currency"], valid=valid, at=clock.now()
        )

    def actions(self) -> Sequence[Action]:
        """Return the ways in and out."""
        file = reverse("cost_file")
        return (
            Action("CSV", url=f"{file}?as=csv"),
            Action("XLSX", url=f"{file}?as=xlsx"),
            Action("Import a file", url=reverse("cost_import"), permission=CHANGE_COSTS),
            Action("Add a cost", verb="add", permission=CHANGE_COSTS, style="primary", icon="add", form=CostForm),
        )

    def do_add(self, given: Given) -> str:
        """Add a cost; one that is in force is to be ended first."""
        values, now = given.values, clock.now()
        entity = entities_by_code()[values["legal_entity"]].id if values["legal_entity"] else None
        draft = CostDraft(
            values["sku"].strip(), values["currency"], values["unit_cost"], values["begins_at"] or now, values["until_at"], entity
        )  # fmt: skip
        add_costs([draft], actor=self.actor, now=now)
        return f"The cost of {draft.sku} is added."

    def do_end(self, given: Given) -> str:
        """End the selected costs, all or none."""
        now = clock.now()
        ended = end_costs(given.ids, until_at=given.values["until_at"] or now, actor=self.actor, now=now)
        return "The cost is ended." if len(ended) == 1 else f"{len(ended)} costs are ended."


def _entity_of(row: CostRecord) -> str:
    return row.legal_entity.code if row.legal_entity else "all"


class CostFile(Page):
    """The costs in force and those that wait for their day, as a file."""

    permission = VIEW_COSTS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer with CSV, or with a workbook when `as` is xlsx."""
        rows, kind = exported_costs(at=clock.now()), "xlsx" if request.GET.get("as") == "xlsx" else "csv"
        told = {"Content-Disposition": f'attachment; filename="costs.{kind}"'}
        if kind == "xlsx":
            return HttpResponse(xlsx_of(rows, COLUMNS, "Costs"), content_type=XLSX, headers=told)
        return StreamingHttpResponse(csv_of(rows, COLUMNS), content_type="text/csv; charset=utf-8", headers=told)


class ImportForm(forms.Form):
    """A file of costs."""

    file = forms.FileField(label="File", help_text="CSV in UTF-8 or XLSX, at most 1 MB and 5,000 rows.")


class CostImport(Page):
    """A file of costs: what it comes to is shown, and carried out from there. Nothing is kept in between."""

    permission = CHANGE_COSTS
    title = "Import costs"
    template = "pricing/cost_import.html"
    crumbs = (Crumb("Costs", "costs"),)

    def context(self) -> Mapping[str, Any]:
        """Return the form."""
        return {"form": ImportForm(), "columns": COLUMNS, "back_url": reverse("costs")}

    def posted_actions(self) -> Sequence[Action]:
        """Looking, and carrying out what was looked at."""
        return (
            Action("Show what changes", verb="look", permission=CHANGE_COSTS),
            Action("Carry out", verb="carry_out", permission=CHANGE_COSTS),
        )

    def do_look(self, given: Given) -> HttpResponse:
        """Show what the file comes to; a form with mistakes and a file that cannot be read come back."""
        form = ImportForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.show(status=422, form=form)
        return self._looked(form.cleaned_data["file"].read(), name=form.cleaned_data["file"].name)

    def do_carry_out(self, given: Given) -> HttpResponse | str:
        """Write what was looked at, or show it again when costs were changed meanwhile."""
        posted = self.request.POST
        try:
            content = base64.b64decode(posted.get("content", ""), validate=True)
        except binascii.Error:
            return self.show(status=422)
        zone = timezone.get_current_timezone_name()
        try:
            plan = import_costs(
                content, zone=zone, looked_at=posted.get("looked_at", "-"), actor=self.actor, now=clock.now()
            )
        except CostsStale as stale:
            return self._looked(content, name=posted.get("name", ""), problem=stale.title, status=409)
        counts = plan.counts
        messages.success(self.request, f"Costs are kept: {counts['new']} new, {counts['changed']} changed.")
        return HttpResponseRedirect(reverse("costs"), status=303)

    def _looked(self, content: bytes, *, name: str, problem: str = "", status: int = 200) -> HttpResponse:
        try:
            plan = look_at_costs(content, zone=timezone.get_current_timezone_name(), now=clock.now())
        except DomainError as error:
            return self.show(status=422, problem=error.detail)
        counts = plan.counts
        return self.show(
            status=422 if counts["refused"] and status == 200 else status,
            problem=problem,
            name=name,
            tiles=_tiles(plan),
            rows=_rows(plan),
            hidden=max(0, len(plan.told) - SHOWN),
            content=base64.b64encode(content).decode(),
            looked_at=plan.fingerprint,
            is_refused=bool(counts["refused"]),
            is_same=not counts["new"] and not counts["changed"],
        )


def _tiles(plan: CostPlan) -> list[Tile]:
    return [
        Tile(action.capitalize(), f"{count:,}", tone=TONES.get(action, "") if count else "")
        for action, count in plan.counts.items()
    ]


def _rows(plan: CostPlan) -> Table:
    return Table(
        columns=(
            Column("row", "Row", kind="number"),
            Column("action", "Comes to", kind="badge"),
            Column("sku", "Product", kind="code"),
            Column("legal_entity", "Legal entity", value=lambda row: row.legal_entity or "all"),
            Column("before", "Present cost", kind="price"),
            Column("after", "New cost", kind="price"),
            Column("begins", "Valid from", kind="when"),
            Column("until", "Until", kind="when"),
            Column("column", "Column", kind="code"),
            Column("detail", "Why not", kind="sentence"),
        ),
        rows=list(shown_first(plan.told))[:SHOWN],
        caption="What the rows come to",
        empty=Empty("The file has no row", "Only its heading could be read."),
    )
