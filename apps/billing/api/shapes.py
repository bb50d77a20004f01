"""How documents and payments are shown over the API: amounts in minor units, days and instants in ISO 8601."""

from collections.abc import Sequence
from typing import Any

from apps.billing.decisions.facts import Application, PaymentOutcome
from apps.billing.models import Invoice, Payment, Settlement
from apps.billing.selectors.detail import InvoiceView, PaymentView
from ordercash.kernel.errors import Conflict


class NotApplied(Conflict):
    """The money could not be used as asked; nothing has changed."""

    code, title = "not_applied", "Nothing was applied"


def shown_invoices(rows: Sequence[Invoice]) -> list[Any]:
    return [shown_invoice(row) for row in rows]


def shown_invoice(row: Invoice) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "number": row.number,
        "state": row.state,
        "legal_entity": row.legal_entity.code,
        "customer_id": row.customer_id,
        "customer": row.customer.code,
        "order_id": row.order_id,
        "currency": row.currency,
        "issue_date": row.issue_date,
        "due_date": row.due_date,
        "issued_at": row.issued_at,
        "net_minor": row.net_minor,
        "tax_minor": row.tax_minor,
        "gross_minor": row.gross_minor,
        "open_minor": row.open_minor,
        "tax_difference_minor": row.tax_minor - row.frozen_tax_minor,
        "credits_id": row.credits_id,
        "reason": row.reason,
    }


def shown_view(view: InvoiceView) -> dict[str, Any]:
    """Return a document with its lines, taxes and settlements."""
    lines = (
        "id",
        "position",
        "order_id",
        "line_id",
        "product_id",
        "description",
        "discount_minor",
        "net_minor",
        "tax_category",
        "tax_minor",
    )
    return {
        **shown_invoice(view.invoice),
        "lines": [
            {
                **{name: getattr(line, name) for name in lines},
                "quantity": f"{line.quantity.normalize():f}",
                "unit_price": f"{line.unit_price.normalize():f}",
                "price_per": f"{line.price_per.normalize():f}",
                "list_minor": line.net_minor + line.discount_minor,
                "tax_rate": f"{line.tax_rate.normalize():f}",
                "credited_quantity": f"{line.credited_quantity.normalize():f}",
                "credited_minor": line.credited_minor,
            }
            for line in view.printed.lines
        ],
        "taxes": [
            {
                "category": tax.category,
                "rate": f"{tax.rate.normalize():f}",
                "reason": tax.reason,
                "net_minor": tax.net_minor,
                "tax_minor": tax.tax_minor,
            }
            for tax in view.printed.taxes
        ],
        "settlements": [shown_settlement(row) for row in view.settlements],
        "credit_notes": [
            {"id": note.id, "number": note.number, "gross_minor": note.gross_minor} for note in view.credit_notes
        ],
        "uses": [shown_settlement(row) for row in view.uses],
    }


def shown_settlement(row: Settlement) -> dict[str, Any]:
    return {
        "id": row.id,
        "invoice_id": row.invoice_id,
        "kind": row.kind,
        "payment_id": row.payment_id,
        "credit_note_id": row.credit_note_id,
        "amount_minor": row.amount_minor,
        "reason": row.reason,
        "settled_at": row.settled_at,
    }


def shown_payments(rows: Sequence[Payment]) -> list[Any]:
    return [shown_payment(row) for row in rows]


def shown_payment(row: Payment) -> dict[str, Any]:
    return {
        "id": row.id,
        "legal_entity": row.legal_entity.code,
        "customer_id": row.customer_id,
        "currency": row.currency,
        "amount_minor": row.amount_minor,
        "unapplied_minor": row.unapplied_minor,
        "method": row.method,
        "reference": row.reference,
        "source_ref": row.source_ref,
        "received_at": row.received_at,
        "recorded_at": row.recorded_at,
    }


def shown_payment_view(view: PaymentView) -> dict[str, Any]:
    return {**shown_payment(view.payment), "applications": [shown_settlement(row) for row in view.settlements]}


def shown_outcome(outcome: PaymentOutcome) -> dict[str, Any]:
    """Return what recording a payment came to."""
    return {
        "id": outcome.payment_id,
        "source_ref": outcome.source_ref,
        "customer_id": outcome.customer_id,
        "currency": outcome.currency,
        "amount_minor": outcome.amount_minor,
        "applied_minor": outcome.applied_minor,
        "unapplied_minor": outcome.unapplied_minor,
        "is_new": outcome.is_new,
        "applications": [shown_application(part) for part in outcome.applications],
        "remarks": list(outcome.remarks),
    }


def shown_application(part: Application) -> dict[str, Any]:
    return {
        "settlement_id": part.settlement_id,
        "invoice_id": part.invoice_id,
        "invoice_number": part.invoice_number,
        "amount_minor": part.amount_minor,
        "settled": part.settled,
    }
