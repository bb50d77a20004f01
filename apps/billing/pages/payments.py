"""Payments: the list, one payment, recording one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from apps.billing.decisions.facts import ApplicationRequest, PaymentDraft
from apps.billing.models import Payment
from apps.billing.pages.invoices import OnceForm, UseForm, once
from apps.billing.pages.told import NotApplied, told
from apps.billing.permissions import APPLY_CASH, RECORD_PAYMENTS, VIEW_PAYMENTS
from apps.billing.selectors.detail import PaymentView, payment_view
from apps.billing.selectors.listing import open_invoice, payments, whole_number
from apps.billing.services import apply_cash, record_payments
from apps.masterdata.contract import currencies, customers_by_code, entities_by_code
from ordercash.kernel import clock, money
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.days import DayInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import amount_text
from ordercash.web.page import Page
from ordercash.web.tones import state_label
from ordercash.web.worklist import Worklist

USES = (
    Column("invoice__number", "Invoice", link="invoice", id_key="invoice_id"),
    Column("amount_minor", "Amount", kind="money", currency="invoice__currency"),
    Column("settled_at", "Applied", kind="when"),
)
ENTRIES = (
    Column("entry_date", "Day", kind="day", link="journal_entry"),
    Column("kind", "Kind", kind="badge"),
    Column("debit_minor", "Amount", kind="money"),
)


class PaymentForm(OnceForm):
    """Money that came in."""

    entity = forms.ChoiceField(label="Legal entity", choices=lambda: [(code, code) for code in entities_by_code()])
    currency = forms.ChoiceField(label="Currency", choices=lambda: [(code, code) for code in currencies()])
    amount = forms.DecimalField(label="Amount", min_value=Decimal("0.0001"), max_digits=18, decimal_places=4)
    customer = forms.CharField(label="Customer", max_length=40, required=False, help_text="May be left empty.")
    numbers = forms.CharField(
        label="Invoices", max_length=400, required=False, help_text="Numbers of the invoices paid, parted by spaces."
    )
    reference = forms.CharField(label="Reference", max_length=200, required=False)
    received = forms.DateField(
        label="Received", required=False, widget=DayInput(), help_text="Today when left empty, in your time zone."
    )

    def clean_received(self) -> date | None:
        received: date | None = self.cleaned_data["received"]
        if received and received > _today():
            raise forms.ValidationError("This day is still to come.")
        return received

    def clean_customer(self) -> str:
        code = str(self.cleaned_data["customer"]).strip()
        if code and code not in customers_by_code([code]):
            raise forms.ValidationError("There is no customer with this code.")
        return code

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        currency, amount = values.get("currency"), values.get("amount")
        if currency and amount is not None and amount != money.to_major(money.to_minor(amount, currency), currency):
            self.add_error("amount", f"{currency} has {money.exponent(currency)} decimals.")
        return values


class Payments(Worklist):
    """Money that came in, the latest recorded first."""

    permission = VIEW_PAYMENTS
    title = "Payments"
    row_noun = "payment"
    default_sort = "-id"
    columns = (
        Column("received_at", "Received", kind="when", link="payment"),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("customer__name", "Name"),
        Column("method", "Method", value=lambda row: state_label(row.method)),
        Column("reference", "Reference"),
        Column("amount_minor", "Amount", kind="money"),
        Column("unapplied_minor", "Unapplied", kind="money", value=lambda row: row.unapplied_minor or None),
    )
    filters = (
        Filter("q", "Reference"),
        Filter("unapplied", "Something left", kind="flag"),
        Filter("received", "Received", kind="period"),
    )
    empty = Empty("No payment yet", "Payments are recorded here, through the API or from a bank statement.")

    def queryset(self, wanted: Wanted) -> QuerySet[Payment]:
        return payments(
            reference=wanted["q"],
            unapplied=wanted["unapplied"],
            received_from=wanted["received_from"],
            received_until=wanted["received_until"],
        )

    def actions(self) -> Sequence[Action]:
        return (
            Action("Record a payment", verb="record", permission=RECORD_PAYMENTS, style="primary", form=PaymentForm),
        )

    def do_record(self, given: Given) -> str:
        values = given.values
        customer = customers_by_code([values["customer"]]).get(values["customer"])
        draft = PaymentDraft(
            source_ref=once(given),
            legal_entity_id=entities_by_code()[values["entity"]].id,
            currency=values["currency"],
            amount_minor=money.to_minor(values["amount"], values["currency"]),
            method="manual",
            received_at=_received_at(values["received"]),
            customer_id=customer.id if customer else None,
            reference=values["reference"],
            invoice_numbers=[whole_number(number) for number in values["numbers"].replace(",", " ").split()],
        )
        result = record_payments(drafts=[draft], actor=self.actor)
        if result.refused:
            raise result.refused[0].error or NotApplied(result.refused[0].detail)
        outcome = result.recorded[0]
        left = amount_text(outcome.unapplied_minor, outcome.currency)
        return f"The payment is recorded; {left} {outcome.currency} of it is unapplied."


def _today() -> date:
    return clock.business_date(clock.now(), timezone.get_current_timezone_name())


def _received_at(day: date | None) -> datetime:
    """Return now, or the noon of an earlier day."""
    if day is None or day == _today():
        return clock.now()
    return datetime.combine(day, time(12), timezone.get_current_timezone())


class PaymentPage(Page):
    """One payment with what it was used for."""

    permission = VIEW_PAYMENTS
    template = "billing/payment.html"
    crumbs = (Crumb("Payments", "payments"),)

    @cached_property
    def view(self) -> PaymentView:
        return payment_view(self.kwargs["payment_id"])

    def context(self) -> Mapping[str, Any]:
        payment = self.view.payment
        self.title = f"Payment {payment.reference or str(payment.id)[:8]}"
        return {
            "payment": payment,
            "uses": Table(columns=USES, rows=self.view.settlements, empty=Empty("Not applied to any invoice yet")),
            "entries": Table(columns=ENTRIES, rows=self.view.entries),
        }

    def actions(self) -> Sequence[Action]:
        closed = "" if self.view.payment.unapplied_minor else "Nothing is left of it"
        return (Action("Apply", verb="apply", permission=APPLY_CASH, style="primary", form=UseForm, disabled=closed),)

    def do_apply(self, given: Given) -> str:
        payment = self.view.payment
        target = open_invoice(given.values["number"], customer_id=payment.customer_id)
        wanted = ApplicationRequest(once(given), target.id, payment_id=payment.id)
        return told(apply_cash(requests=[wanted], actor=self.actor, now=clock.now()), "settled", payment.currency)
