"""Invoices and credit notes: the list, the document, its PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.billing.decisions.document import CREDIT_NOTE, INVOICE, standing
from apps.billing.decisions.facts import ApplicationRequest, WriteOffRequest
from apps.billing.documents import invoice_pdf
from apps.billing.models import Invoice
from apps.billing.pages.told import minor_of, told
from apps.billing.permissions import APPLY_CASH, VIEW_INVOICES, WRITE_OFF
from apps.billing.selectors.detail import InvoiceView, document_number, invoice_view
from apps.billing.selectors.listing import invoices, open_invoice
from apps.billing.services import apply_cash, write_off
from apps.masterdata.contract import customer_id_called, entities_by_code
from ordercash.kernel import clock
from ordercash.kernel.ids import new_id
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import badge_html, day_html, money_html
from ordercash.web.links import names_of
from ordercash.web.page import Page
from ordercash.web.search import first_id
from ordercash.web.worklist import Worklist

KINDS = [(INVOICE, "Invoices"), (CREDIT_NOTE, "Credit notes")]
PARTLY = "partly_paid"
STATES = [("issued", "Open"), (PARTLY, "Partly paid or used"), ("settled", "Settled")]

LINES = (
    Column("position", "No."),
    Column("sku", "Product", kind="code", link="product", id_key="product_id", named=True, value=lambda line: None),
    Column("description", "Description"),
    Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda line: None, desk=True),
    Column("quantity", "Quantity", kind="quantity"),
    Column("unit_price", "Unit price", kind="price", unit="price_per"),
    Column(
        "list_minor",
        "List",
        kind="money",
        value=lambda line: line.net_minor + line.discount_minor,
        hint="Quantity x price, before discounts",
        desk=True,
    ),
    Column("discount_minor", "Discount", kind="money", value=lambda line: -line.discount_minor or None),
    Column("tax", "Tax", value=lambda line: f"{line.tax_category} {line.tax_rate.normalize():f} %"),
    Column("net_minor", "Net", kind="money"),
    Column("tax_minor", "Tax amount", kind="money", desk=True),
    Column("credited_minor", "Credited", kind="money", desk=True, value=lambda line: line.credited_minor or None),
)
TAXES = (
    Column("category", "Category"),
    Column("rate", "Rate", value=lambda tax: f"{tax.rate.normalize():f} %"),
    Column("net_minor", "On net", kind="money"),
    Column("tax_minor", "Tax", kind="money"),
    Column("reason", "Reason"),
)
ENTRIES = (
    Column("entry_date", "Day", kind="day", link="journal_entry"),
    Column("kind", "Kind", kind="badge"),
    Column("debit_minor", "Amount", kind="money"),
    Column("memo", "Memo"),
)


def _entities() -> list[tuple[str, str]]:
    return [(entity.code, entity.code) for entity in entities_by_code().values()]


class Invoices(Worklist):
    """Issued documents, the latest recorded first."""

    permission = VIEW_INVOICES
    title = "Invoices"
    row_noun = "document"
    default_sort = "-id"
    columns = (
        Column("number", "Number", link="invoice", sort="number"),
        Column("kind", "Kind", kind="badge", desk=True),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("customer__name", "Name"),
        Column("order_id", "Order", link="order", id_key="order_id", named=True, value=lambda row: ""),
        Column("issue_date", "Issued", kind="day"),
        Column("due_date", "Due", kind="html", value=lambda row: _due(row)),
        Column("gross_minor", "Total", kind="money"),
        Column("open_minor", "Open", kind="money", value=lambda row: row.open_minor or None),
        Column("state", "State", kind="badge", value=lambda row: _badge(row)),
    )
    filters = (
        Filter("q", "Number", placeholder="INV-2026-17"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("order", "Order", placeholder="SO-17"),
        Filter("kind", "Kind", kind="choice", choices=KINDS),
        Filter("state", "State", kind="choice", choices=STATES),
        Filter("issued", "Issued", kind="period"),
        Filter("due_until", "Due before", kind="date"),
        Filter("entity", "Legal entity", kind="choice", choices=_entities),
    )
    empty = Empty("No invoice yet", "What is shipped is invoiced by the next run of billing, and appears here.")

    def queryset(self, wanted: Wanted) -> QuerySet[Invoice]:
        entity = entities_by_code().get(wanted["entity"])
        state = wanted["state"]
        return invoices(
            kind=wanted["kind"],
            states=[state] if state not in ("", PARTLY) else [],
            partly=state == PARTLY,
            customer_id=customer_id_called(wanted["customer"]),
            order_id=first_id("order", wanted["order"], self.request.user) if wanted["order"] else None,
            number=wanted["q"],
            issued_from=wanted["issued_from"],
            issued_until=wanted["issued_until"],
            due_until=wanted["due_until"],
            legal_entity_id=entity.id if entity else None,
        )


class OnceForm(forms.Form):
    """What is carried out once however often it is sent: the attempt is made with the form and names its settlement."""

    attempt = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


def once(given: Given) -> str:
    """Return the source_ref of what a form asks for; sending it again gives the same."""
    return f"page:{given.values['attempt']}"


class WriteOffForm(OnceForm):
    """How much is given up, and why."""

    amount = forms.DecimalField(
        label="Amount",
        min_value=Decimal("0.0001"),
        max_digits=18,
        decimal_places=4,
        required=False,
        help_text="All that is open when left empty.",
    )
    reason = forms.CharField(label="Reason", max_length=200)


class UseForm(OnceForm):
    """Which invoice is paid."""

    number = forms.CharField(
        label="Invoice", max_length=40, help_text="The number of an open invoice of this customer."
    )


class InvoicePage(Page):
    """One document with its lines, what settled it, its entries and its PDF."""

    permission = VIEW_INVOICES
    template = "billing/invoice.html"
    crumbs = (Crumb("Invoices", "invoices"),)

    @cached_property
    def view(self) -> InvoiceView:
        return invoice_view(self.kwargs["invoice_id"])

    def context(self) -> Mapping[str, Any]:
        invoice, currency = self.view.invoice, self.view.invoice.currency
        self.title = f"{'Credit note' if invoice.kind == CREDIT_NOTE else 'Invoice'} {invoice.number}"
        numbers = names_of("order", [invoice.order_id])
        total = {
            "net_minor": money_html(invoice.net_minor, currency),
            "tax_minor": money_html(invoice.tax_minor, currency),
        }
        return {
            "badge": _badge(invoice),
            "invoice": invoice,
            "view": self.view,
            "difference_minor": invoice.tax_minor - invoice.frozen_tax_minor,
            "order_number": numbers.get(invoice.order_id, "Order") if invoice.order_id else "",
            "lines": Table(
                columns=_in(currency, self._columns()),
                rows=self.view.printed.lines,
                footer=total,
            ),
            "taxes": Table(columns=_in(currency, TAXES), rows=self.view.printed.taxes),
            "entries": Table(columns=ENTRIES, rows=self.view.entries, empty=Empty("Nothing was posted")),
        }

    def _columns(self) -> Sequence[Column]:
        """Return the columns of the lines; list amount and discount where something was taken off."""
        discounted = any(line.discount_minor for line in self.view.printed.lines)
        return [column for column in LINES if discounted or column.key not in ("list_minor", "discount_minor")]

    def actions(self) -> Sequence[Action]:
        invoice = self.view.invoice
        pdf = Action("PDF", url=reverse("invoice_pdf", args=[invoice.id]), style="primary")
        closed = "" if invoice.open_minor else "Nothing is open any more"
        if invoice.kind == CREDIT_NOTE:
            return (pdf, Action("Use for an invoice", verb="use", permission=APPLY_CASH, form=UseForm, disabled=closed))
        return (
            pdf,
            Action(
                "Write off", verb="write_off", permission=WRITE_OFF, style="danger", form=WriteOffForm, disabled=closed
            ),
        )

    def do_write_off(self, given: Given) -> str:
        invoice = self.view.invoice
        amount_minor = minor_of(given.values["amount"], invoice.currency)
        wanted = WriteOffRequest(once(given), invoice.id, given.values["reason"], amount_minor)
        return told(write_off(requests=[wanted], actor=self.actor, now=clock.now()), "written off", invoice.currency)

    def do_use(self, given: Given) -> str:
        note = self.view.invoice
        target = open_invoice(given.values["number"], customer_id=note.customer_id)
        wanted = ApplicationRequest(once(given), target.id, credit_note_id=note.id)
        return told(apply_cash(requests=[wanted], actor=self.actor, now=clock.now()), "settled", note.currency)


class InvoicePdf(Page):
    """The document as PDF."""

    permission = VIEW_INVOICES
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invoice_id: UUID = kwargs["invoice_id"]
        response = HttpResponse(invoice_pdf(invoice_id), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{document_number(invoice_id)}.pdf"'
        return response


def _badge(invoice: Invoice) -> str:
    return standing(
        kind=invoice.kind, state=invoice.state, gross_minor=invoice.gross_minor, open_minor=invoice.open_minor
    )


def _due(invoice: Invoice) -> SafeString:
    """Return when an invoice is due, marked when the day has passed and something is open."""
    day = day_html(invoice.due_date)
    today = clock.business_date(clock.now(), timezone.get_current_timezone_name())
    is_late = invoice.state == "issued" and invoice.kind == INVOICE and invoice.due_date and invoice.due_date < today
    return format_html("{} {}", day, badge_html("overdue")) if is_late else day


def _in(currency: str, columns: Sequence[Column]) -> list[Column]:
    """Return the columns with the document's currency, which its lines do not repeat."""
    return [replace(column, currency=currency) if column.kind in ("money", "price") else column for column in columns]
