"""Imported files: which came, and for each where every row ended and which rows wait for a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.orders.models import IntakeDocument
from apps.orders.pages.reasons import raw_text
from apps.orders.permissions import VIEW_ORDERS
from apps.orders.selectors.homes import Home
from apps.orders.selectors.imports import (
    Problem,
    currency_of,
    document,
    documents,
    homes_kept,
    kept_rows,
    last_progress,
    problems,
    state_of,
)
from ordercash.kernel import clock
from ordercash.kernel.money import to_major, to_minor
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Crumb, Empty, JobProgress, Series
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import money_html, price_html, when_html
from ordercash.web.keyset import Slice
from ordercash.web.links import links_of
from ordercash.web.page import Page
from ordercash.web.tones import state_label
from ordercash.web.views import job_response
from ordercash.web.worklist import Worklist

SUBJECTS = (("order", "Orders"), ("return", "Returns"))
# What went through: the other homes are what a controller looks at.
WENT_THROUGH = frozenset({"order", "credit note"})
REASONS_DRAWN = 12
STOPPED = (
    "No row was read since {}: the import was interrupted. Import the same file with the same mapping again;"
    " it goes on where it stopped, and nothing is made twice."
)


class Imports(Worklist):
    """Every imported file, the latest first."""

    permission = VIEW_ORDERS
    title = "Imports"
    row_noun = "import"
    columns = (
        Column("name", "File", link="intake_document"),
        Column("state", "State", kind="badge", value=lambda row: state_of(row, now=clock.now())),
        Column("mapping_name", "Mapping", kind="code"),
        Column("legal_entity__code", "For", kind="code"),
        Column("row_count", "Rows", kind="number"),
        Column("rows_done", "Read", kind="number"),
        Column("started_at", "Started", kind="when"),
        Column("finished_at", "Finished", kind="when"),
    )
    empty = Empty(
        "Nothing was imported yet",
        "Files of orders are imported with a mapping: manage.py import_orders FILE --mapping MAPPING.yaml",
    )

    def queryset(self, wanted: Wanted) -> QuerySet[IntakeDocument]:
        """Return all of them."""
        return documents()


class ImportPage(Worklist):
    """One imported file; the list shows the rows that were kept."""

    permission = VIEW_ORDERS
    template = "orders/import.html"
    crumbs = (Crumb("Imports", "imports"),)
    row_noun = "row"
    default_sort = "row_number"
    empty = Empty(
        "Every row could be used", "Rows that cannot be used are kept here as they came, each with its problem."
    )

    @cached_property
    def document(self) -> IntakeDocument:
        """The document; raises NotFound."""
        return document(self.kwargs["document_id"])

    @cached_property
    def currency(self) -> str:
        """The currency in which the file's amounts are."""
        return currency_of(self.document)

    @cached_property
    def problems(self) -> list[Problem]:
        """The kept rows by problem."""
        return problems(self.document.pk)

    @cached_property
    def filters(self) -> Sequence[Filter]:  # type: ignore[override]
        """The problems that the document has are the choices."""
        known = [(problem.code, state_label(problem.code)) for problem in self.problems]
        return (
            Filter("code", "Problem", kind="choice", choices=known),
            Filter("kind", "Belongs to", kind="choice", choices=SUBJECTS),
        )

    @cached_property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The columns; amounts are in the document's currency."""
        return (
            Column("row_number", "Row", kind="number", sort="row_number"),
            Column("code", "Problem", value=lambda row: state_label(row.code)),
            Column("detail", "Why", kind="sentence"),
            Column("amount", "Amount", kind="figure", value=lambda row: exact_html(row.amount, self.currency)),
            Column("number", "Belongs to", kind="html", value=lambda row: row.subject),
            Column("raw", "As it came", kind="sentence", value=lambda row: raw_text(row.raw)),
        )  # fmt: skip

    def queryset(self, wanted: Wanted) -> QuerySet[Any]:
        """Return the kept rows by the filters."""
        return kept_rows(self.document.pk, code=wanted["code"], subject_kind=wanted["kind"])

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        """Return a page of kept rows with the numbers of their orders."""
        page = super().rows(wanted, sort=sort, cursor=cursor, limit=limit)
        links = links_of((row.subject_kind, row.subject_id) for row in page.rows)
        for row in page.rows:
            row.subject = links.get(row.subject_id)
        return page

    def context(self) -> Mapping[str, Any]:
        """Return the document with its kept rows; the homes come in a request of their own."""
        found, now = self.document, clock.now()
        self.title = found.name
        return {
            **super().context(),
            "has_charts": True,
            "document": found,
            "badge": state_of(found, now=now),
            "progress": None if found.finished_at else progress_of(found, now=now),
            "homes_url": reverse("import_homes", args=[found.pk]),
            "problems_table": self._problems_table(),
            "sha256": bytes(found.sha256).hex(),
            "mapping_sha256": bytes(found.mapping_sha256).hex(),
        }

    def _problems_table(self) -> Table | None:
        if not self.problems:
            return None
        total = sum((problem.amount for problem in self.problems), Decimal(0))
        return Table(
            columns=(
                Column("code", "Problem", kind="sentence", value=lambda row: state_label(row.code)),
                Column("rows", "Rows", kind="number"),
                Column("amount", "Amount", kind="figure", value=lambda row: exact_html(row.amount, self.currency)),
            ),
            rows=self.problems,
            caption="Kept rows by problem",
            footer={"rows": f"{sum(row.rows for row in self.problems):,}", "amount": exact_html(total, self.currency)},
        )


class ImportPoll(Page):
    """How far a file is read; once it is read to its end the page is loaded again."""

    permission = VIEW_ORDERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the poll."""
        found = document(self.kwargs["document_id"])
        if found.finished_at is None:
            return job_response(request, progress_of(found, now=clock.now()))
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def progress_of(found: IntakeDocument, *, now: datetime) -> JobProgress:
    """Return a file that is not read to its end as the progress component shows it, and what to do when its import stopped."""
    url = reverse("import_progress", args=[found.pk])
    state = state_of(found, now=now)
    error = format_html(STOPPED, when_html(last_progress(found))) if state == "stopped" else ""
    return JobProgress(
        found.name, state, url, done=found.rows_done, total=found.row_count, note="rows read", error=error
    )


class ImportHomes(Page):
    """Where every row of a file ended; asked for by its page when it stands."""

    permission = VIEW_ORDERS
    template = "orders/import_homes_page.html"
    partial = "orders/import_homes.html"
    crumbs = (Crumb("Imports", "imports"),)

    def context(self) -> Mapping[str, Any]:
        """Return the homes as a table and a chart."""
        found = document(self.kwargs["document_id"])
        self.title = f"Homes of {found.name}"
        currency, homes = currency_of(found), homes_kept(found.pk)
        return {"has_charts": True, "homes": homes_table(homes, currency), "chart": homes_chart(homes, currency)}


def homes_table(homes: Sequence[Home], currency: str) -> Table:
    """Return a row per home and reason; the footer sums to the file."""
    rows, amount = sum(home.rows for home in homes), sum((home.amount for home in homes), Decimal(0))
    booked, rounding = (
        sum(home.booked_minor for home in homes),
        sum(filter(None, map(_rounder(currency), homes)), Decimal(0)),
    )
    return Table(
        columns=(
            Column("home", "Home", value=lambda home: state_label(home.home)),
            Column("reason", "Reason", kind="sentence", value=lambda home: state_label(home.reason)),
            Column("rows", "Rows", kind="number"),
            Column("documents", "Documents", kind="number"),
            Column("amount", "As the file states", kind="figure", value=lambda home: exact_html(home.amount, currency)),
            Column("booked", "Booked, net", kind="figure",
                   value=lambda home: money_html(home.booked_minor, currency) if home.booked_minor else None),
            Column("rounding", "Rounding", kind="figure", hint="What the file states less what is booked, where rows went through",
                   value=lambda home: exact_html(_rounder(currency)(home), currency)),
        ),
        rows=homes,
        caption="Homes of the rows",
        footer={
            "home": "All rows",
            "rows": f"{rows:,}",
            "amount": exact_html(amount, currency),
            "booked": money_html(booked, currency),
            "rounding": exact_html(rounding, currency),
        },
        empty=Empty("No row has been read yet"),
    )  # fmt: skip


def homes_chart(homes: Sequence[Home], currency: str) -> Chart | None:
    """Return what did not go through, by reason: the rest would only dwarf it."""
    shown = sorted((home for home in homes if home.home not in WENT_THROUGH), key=lambda home: -abs(home.amount))
    labels = [
        f"{state_label(home.home)}: {state_label(home.reason)}".removesuffix(": ") for home in shown[:REASONS_DRAWN]
    ]
    if not shown:
        return None
    values = [to_minor(home.amount, currency) for home in shown[:REASONS_DRAWN]]
    return Chart(
        "What did not go through, by reason", labels, [Series("Amount", values)], currency=currency, height=200
    )


def exact_html(amount: Decimal | None, currency: str) -> SafeString | None:
    """Return an exact amount of the file with all of its decimals."""
    return None if amount is None else price_html(amount, currency)


def _rounder(currency: str) -> Any:
    def rounding(home: Home) -> Decimal | None:
        return home.amount - to_major(home.booked_minor, currency) if home.home in WENT_THROUGH else None

    return rounding
