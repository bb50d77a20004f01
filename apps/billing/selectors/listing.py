"""Lists of documents, payments and obligations, to be paged by keyset. Every filter narrows; none of them counts."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db.models import F, QuerySet

from apps.billing.decisions.document import INVOICE, legal_number
from apps.billing.models import BillingObligation, Invoice, Payment
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.errors import Conflict

_NUMBER = re.compile(r"([A-Z]{1,10})-(\d{4})-(\d{1,12})")


class NoSuchOpenInvoice(Conflict):
    """No open invoice has this number."""

    code, title = "no_such_open_invoice", "There is no such open invoice"


def invoices(
    *,
    kind: str = "",
    states: Collection[str] = (),
    number: str = "",
    customer_id: UUID | None = None,
    legal_entity_id: UUID | None = None,
    order_id: UUID | None = None,
    issued_from: date | None = None,
    issued_until: date | None = None,
    due_until: date | None = None,
    partly: bool = False,
) -> QuerySet[Invoice]:
    """Return issued documents; periods are half-open days. `number` is matched whole, with or without its zeros (INV-2026-17).

    partly -- only open ones of which something is settled already
    """
    found = Invoice.objects.exclude(state="draft").select_related("customer", "legal_entity")
    exact = {"kind": kind, "customer_id": customer_id, "legal_entity_id": legal_entity_id}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if states:
        found = found.filter(state__in=states)
    if number:
        # Numbers are unique per legal entity, and so is their index.
        found = found.filter(legal_entity_id__in=list(entities_by_id()), number=whole_number(number))
    if partly:
        found = found.filter(state="issued", open_minor__lt=F("gross_minor"))
    if order_id:
        found = found.filter(lines__order_id=order_id).distinct()
    days = {"issue_date__gte": issued_from, "issue_date__lt": issued_until, "due_date__lt": due_until}
    return found.filter(**{name: day for name, day in days.items() if day})


def whole_number(text: str) -> str:
    """Return a document's number as it is printed, from what a person typed.

    >>> whole_number("inv-2026-17")
    'INV-2026-000017'
    """
    wanted = text.strip().upper()
    parts = _NUMBER.fullmatch(wanted)
    return legal_number(parts[1], int(parts[2]), int(parts[3])) if parts else wanted


def payments(
    *,
    customer_id: UUID | None = None,
    legal_entity_id: UUID | None = None,
    unapplied: bool = False,
    reference: str = "",
    received_from: date | None = None,
    received_until: date | None = None,
) -> QuerySet[Payment]:
    """Return payments; `unapplied` those of which something is left. Days are UTC and half-open."""
    found = Payment.objects.select_related("customer", "legal_entity")
    exact = {"customer_id": customer_id, "legal_entity_id": legal_entity_id, "reference": reference}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if unapplied:
        found = found.filter(unapplied_minor__gt=0)
    days = {"received_at__date__gte": received_from, "received_at__date__lt": received_until}
    return found.filter(**{name: day for name, day in days.items() if day})


def obligations(
    *, states: Sequence[str] = ("owed",), customer_id: UUID | None = None, invoicing: str = ""
) -> QuerySet[BillingObligation]:
    """Return obligations, those that are owed when not said otherwise."""
    found = BillingObligation.objects.select_related("customer", "legal_entity").filter(state__in=states)
    exact = {"customer_id": customer_id, "invoicing": invoicing}
    return found.filter(**{name: value for name, value in exact.items() if value})


def open_invoice(number: str, *, customer_id: UUID | None) -> Invoice:
    """Return the open invoice that a person names by its number, of a customer when known; raises NoSuchOpenInvoice."""
    found = invoices(kind=INVOICE, states=["issued"], number=number, customer_id=customer_id).first()
    if found is None:
        raise NoSuchOpenInvoice(f"There is no open invoice {whole_number(number)} of this customer.")
    return found
