"""How the search box finds documents."""

from collections.abc import Collection, Mapping
from uuid import UUID

from apps.billing.models import Invoice, Payment
from apps.billing.selectors.listing import invoices
from ordercash.web.formats import amount_text
from ordercash.web.search import Hit


def find_documents(text: str, limit: int) -> list[Hit]:
    """Return the invoices and credit notes with this number, with or without its zeros."""
    return [
        Hit(
            "invoice",
            row.id,
            row.number or "",
            f"{row.customer.code}, {amount_text(row.gross_minor, row.currency)} {row.currency}",
        )
        for row in invoices(number=text)[:limit]
    ]


def document_numbers(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the legal numbers of invoices and credit notes by id; one statement."""
    return {id: number or "" for id, number in Invoice.objects.filter(id__in=ids).values_list("id", "number")}


def payment_references(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what payments say about themselves, by id; one statement."""
    return dict(Payment.objects.filter(id__in=ids).values_list("id", "reference"))
