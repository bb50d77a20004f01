"""Changing many prices: by a file or by one rule, looked at before anything is written."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.audit.contract import actor_names
from apps.pricing.models import BatchAction, PriceBatch, PriceBatchRow, PriceList
from apps.pricing.permissions import CHANGE_PRICES
from apps.pricing.selectors.batches import batch, batch_rows
from apps.pricing.selectors.lists import price_list
from apps.pricing.selectors.price_export import COLUMNS
from apps.pricing.services.batches import (
    PriceEdit,
    ask_for_edit,
    ask_for_file,
    begin_writing,
    discard_batch,
    read_batch,
    write_batch,
)
from ordercash.kernel import clock
from ordercash.kernel.money import exponent
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Crumb, Empty, JobProgress, Tile
from ordercash.web.days import InstantInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import quantity_html
from ordercash.web.page import Page
from ordercash.web.views import job_response
from ordercash.web.worklist import Worklist

TONES: Mapping[str, str] = {"refused": "bad", "ended": "warn"}
ACTIONS = [(action.value, str(action.label)) for action in BatchAction]
HOW = [("percent", "Percent"), ("amount", "Amount")]


class UploadForm(forms.Form):
    """A file of prices."""

    file = forms.FileField(label="File", help_text="CSV in UTF-8 or XLSX, at most 20 MB.")
    is_whole = forms.BooleanField(
        label="The file is the whole list",
        required=False,
        help_text="Prices that it does not name end when it is carried out.",
    )


class EditForm(forms.Form):
    """Which prices change, by how much, from when on."""

    sku = forms.CharField(label="SKU begins with", max_length=64, required=False)
    category = forms.CharField(label="Category", max_length=80, required=False)
    how = forms.ChoiceField(label="Change by", choices=HOW)
    value = forms.DecimalField(
        label="By how much", max_digits=12, decimal_places=6, help_text="Below zero to lower: -5 takes five off."
    )
    decimals = forms.IntegerField(label="Round to decimals", min_value=0, max_value=6)
    begins_at = forms.DateTimeField(
        label="From",
        required=False,
        widget=InstantInput,
        help_text="Day and time, such as 2026-07-01 00:00; empty: at once.",
    )


class AskPage(Page):
    """A page that asks for a change of a list's prices and goes on to its preview."""

    permission = CHANGE_PRICES
    template = "pricing/ask.html"
    form: ClassVar[type[forms.Form]]
    label: ClassVar[str] = ""

    @cached_property
    def price_list(self) -> PriceList:
        """The list; raises NotFound."""
        return price_list(self.kwargs["price_list_id"])

    @property
    def crumbs(self) -> Sequence[Crumb]:  # type: ignore[override]
        """The way here is through the list."""
        known = self.price_list
        return (
            Crumb("Price lists", "price_lists"),
            Crumb(known.name or known.code, url=reverse("price_list", args=[known.pk])),
        )

    def context(self) -> Mapping[str, Any]:
        """Return the form."""
        self.title = self.label
        known = self.price_list
        return {
            "form": self.new_form(), "list": known, "label": self.label, "columns": COLUMNS,
            "back_url": reverse("price_list", args=[known.pk]),
        }  # fmt: skip

    def new_form(self) -> forms.Form:
        """Return the empty form."""
        return self.form()

    def ask(self, values: Mapping[str, Any]) -> PriceBatch:
        """Ask for the change."""
        raise NotImplementedError

    def posted_actions(self) -> Sequence[Action]:
        """Return the one verb."""
        return (Action(self.label, verb="ask", permission=CHANGE_PRICES),)

    def do_ask(self, given: Given) -> HttpResponse:
        """Ask for the change and go to its preview; a form with mistakes comes back with them."""
        form = self.form(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.show(status=422, form=form)
        made = self.ask(form.cleaned_data)
        if made.job_id is None:
            read_batch(made.pk, now=clock.now())
        return HttpResponseRedirect(reverse("price_batch", args=[made.pk]), status=303)


class UploadPage(AskPage):
    """A file of prices."""

    form = UploadForm
    label = "Import prices"

    def ask(self, values: Mapping[str, Any]) -> PriceBatch:
        """Keep the file."""
        file = values["file"]
        return ask_for_file(
            self.price_list.pk, name=file.name, content=file.read(), is_whole=values["is_whole"], actor=self.actor,
            now=clock.now(),
        )  # fmt: skip


class EditPage(AskPage):
    """One rule for many prices."""

    form = EditForm
    label = "Change prices"

    def new_form(self) -> forms.Form:
        """Return the form; prices are rounded as the currency is, unless somebody says otherwise."""
        return EditForm(initial={"decimals": exponent(self.price_list.currency_id)})

    def ask(self, values: Mapping[str, Any]) -> PriceBatch:
        """Keep the rule."""
        edit = PriceEdit(
            values["decimals"], sku=values["sku"], category=values["category"], begins_at=values["begins_at"],
            **{values["how"]: values["value"]},
        )  # fmt: skip
        return ask_for_edit(self.price_list.pk, edit=edit, actor=self.actor, now=clock.now())


class BatchPage(Worklist):
    """What a batch comes to, row by row, and the verb that carries it out."""

    permission = CHANGE_PRICES
    template = "pricing/batch.html"
    row_noun = "row"
    default_sort = "row_number"
    filters = (
        Filter("action", "Comes to", kind="choices", choices=ACTIONS),
        Filter("q", "Product", placeholder="SKU begins with"),
    )
    empty = Empty("Nothing would change", "No row of it could be found.")

    @cached_property
    def batch(self) -> PriceBatch:
        """The batch; raises NotFound."""
        return batch(self.kwargs["batch_id"])

    @property
    def crumbs(self) -> Sequence[Crumb]:  # type: ignore[override]
        """The way here is through the list."""
        known = self.batch.price_list
        return (
            Crumb("Price lists", "price_lists"),
            Crumb(known.name or known.code, url=reverse("price_list", args=[known.pk])),
        )

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The columns; a refused row says where and why."""
        currency = self.batch.price_list.currency_id
        return (
            Column("row_number", "Row", kind="number", sort="row_number", value=lambda row: row.row_number or None),
            Column("action", "Comes to", kind="badge"),
            Column("sku", "Product", kind="code"),
            Column("unit", "Unit"),
            Column("min_quantity", "From", kind="figure",
                   value=lambda row: quantity_html(row.min_quantity or None, row.unit)),
            Column("before", "Present price", kind="price", currency=currency),
            Column("after", "New price", kind="price", currency=currency),
            Column("valid_from_at", "Valid from", kind="when"),
            Column("valid_until_at", "Until", kind="when"),
            Column("column", "Column", kind="code"),
            Column("detail", "Why not", kind="sentence"),
        )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[PriceBatchRow]:
        """Return the rows by the filters."""
        return batch_rows(self.batch.pk, actions=wanted["action"], sku=wanted["q"])

    def tiles(self, wanted: Wanted) -> Sequence[Tile]:
        """Return how many rows come to what, each with its rows."""
        counts = self.batch.counts
        if "refused" not in counts:
            return ()
        return [
            Tile(
                str(choice.label), f"{counts[choice.value]:,}", url=f"{self.request.path}?action={choice.value}",
                tone=TONES.get(choice.value, "") if counts[choice.value] else "",
            )
            for choice in BatchAction
        ]  # fmt: skip

    def context(self) -> Mapping[str, Any]:
        """Return the batch with its rows."""
        known = self.batch
        self.title = known.name
        names = actor_names([each for each in (known.requested_by, known.written_by) if each])
        return {
            **super().context(),
            "batch": known,
            "badge": known.state,
            "progress": progress_of(known) if known.state in {"reading", "writing"} else None,
            "asked_by": names.get(known.requested_by, ""),
            "written_by": names.get(known.written_by, "") if known.written_by else "",
            "list_url": reverse("price_list", args=[known.price_list_id]),
        }

    def actions(self) -> Sequence[Action]:
        """Return the verbs that the state allows."""
        known, why = self.batch, ""
        if known.state in {"done", "discarded"}:
            return ()
        counts = known.counts
        if counts.get("refused"):
            why = "Rows are refused: mend the file and send it again"
        elif known.state != "ready":
            why = "It is not ready"
        elif not sum(counts.get(name, 0) for name in ("new", "changed", "ended")):
            why = "Nothing would change"
        off = "" if known.state in {"ready", "failed"} else "It is being worked on"
        return (
            Action("Discard", verb="discard", permission=CHANGE_PRICES, disabled=off),
            Action("Carry out", verb="write", permission=CHANGE_PRICES, style="primary", disabled=why,
                   confirm="Change all of these prices?"),
        )  # fmt: skip

    def do_write(self, given: Given) -> str:
        """Carry the batch out: all of it or nothing."""
        now = clock.now()
        if begin_writing(self.batch.pk, actor=self.actor, now=now).job_id is not None:
            return "The prices are being changed; a worker takes it within seconds."
        done = write_batch(self.batch.pk, now=now)
        return "The prices are changed." if done.state == "done" else f"Nothing was changed. {done.problem}"

    def do_discard(self, given: Given) -> str:
        """Put the batch away."""
        discard_batch(self.batch.pk, actor=self.actor, now=clock.now())
        return "The changes are discarded; no price was touched."


class BatchPoll(Page):
    """How far a batch is; once it is through, the page is loaded again."""

    permission = CHANGE_PRICES

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the poll."""
        known = batch(self.kwargs["batch_id"])
        if known.state in {"reading", "writing"}:
            return job_response(request, progress_of(known))
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def progress_of(known: PriceBatch) -> JobProgress:
    """Return a batch that a worker has in hands as the progress component shows it."""
    note = "The rows are being read" if known.state == "reading" else "The prices are being written"
    return JobProgress(known.name, "running", reverse("price_batch_progress", args=[known.pk]), note=note)
