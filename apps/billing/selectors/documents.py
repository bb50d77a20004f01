"""A document with everything that stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from babel import Locale

from apps.billing.models import BillingObligation, Invoice, InvoiceLine, InvoiceTax
from ordercash.kernel.errors import NotFound


class DocumentUnknown(NotFound):
    """There is no such invoice or credit note."""

    code, title = "document_unknown", "There is no such invoice or credit note"


@dataclass(frozen=True, slots=True)
class Party:
    """A name with its address as printed, and where it takes money."""

    name: str
    lines: Sequence[str]
    particulars: Sequence[str] = ()
    vat_id: str = ""
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """An invoice or credit note, its parties, lines and taxes."""

    invoice: Invoice
    seller: Party
    buyer: Party
    customer_code: str
    lines: Sequence[InvoiceLine]
    taxes: Sequence[InvoiceTax]
    supplied: Sequence[date]
    order_references: Sequence[str]
    credited_number: str = ""
    credited_date: date | None = None


def read_document(invoice_id: UUID) -> PrintedDocument | None:
    """Return a document with all that is printed on it, None when there is none. Four statements, whatever the lines."""
    related = ("legal_entity", "seller", "customer", "bill_to", "credits")
    invoice = Invoice.objects.select_related(*related).filter(id=invoice_id).first()
    if invoice is None:
        return None
    lines = list(invoice.lines.order_by("position"))
    supplied, orders = _supply(invoice)
    return PrintedDocument(
        invoice=invoice,
        seller=_seller(invoice),
        buyer=_buyer(invoice),
        customer_code=invoice.customer.code,
        lines=lines,
        taxes=list(invoice.taxes.order_by("category", "rate")),
        supplied=supplied,
        order_references=orders,
        credited_number=(invoice.credits.number or "") if invoice.credits else "",
        credited_date=invoice.credits.issue_date if invoice.credits else None,
    )


def _supply(invoice: Invoice) -> tuple[list[date], list[str]]:
    """Return the days of supply and the order references behind an invoice's lines, or behind those that it credits."""
    behind = "invoice_line__credit_lines__invoice" if invoice.credits_id else "invoice_line__invoice"
    found = BillingObligation.objects.filter(**{behind: invoice.id}).values_list("business_date", "order_reference")
    rows = list(found.distinct())
    return sorted({day for day, _ in rows}), sorted({reference for _, reference in rows if reference})


def _seller(invoice: Invoice) -> Party:
    """Return the seller as the document was issued with; today's legal entity for one that was issued without."""
    entity: Any = SimpleNamespace(**invoice.seller.content) if invoice.seller else invoice.legal_entity
    place = f"{entity.postal_code} {entity.city}".strip()
    registered = f"Registered as {entity.registration_number}" if entity.registration_number else ""
    vat = f"VAT number {entity.vat_id}" if entity.vat_id else ""
    return Party(
        name=entity.name,
        lines=[entity.line1, entity.line2, place, country_name(entity.country)],
        particulars=[text for text in (vat, registered, entity.email) if text],
        vat_id=entity.vat_id,
        iban=entity.iban,
        bic=entity.bic,
    )


def _buyer(invoice: Invoice) -> Party:
    customer, address = invoice.customer, invoice.bill_to
    if address is None:
        return Party(customer.name or customer.code, [country_name(customer.country)], vat_id=customer.vat_id)
    place = f"{address.postal_code} {address.city}".strip()
    lines = [address.line1, address.line2, place, address.state, country_name(address.country)]
    return Party(address.name or customer.name or customer.code, lines, vat_id=customer.vat_id)


def country_name(code: str) -> str:
    """Return the English name of an ISO 3166 country, the code when it is none."""
    return str(Locale("en").territories.get(code, code))
