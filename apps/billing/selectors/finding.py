"""How the search box finds documents."""

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
