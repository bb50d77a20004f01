"""A credit note in the making: its lines, what it takes off the invoice, what stays open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.credits import CreditableLine, CreditAmount, discount_share
from apps.billing.decisions.document import CREDIT_NOTE, Document
from apps.billing.decisions.facts import CreditedLine, IssuedCredit
from apps.billing.decisions.taxes import TaxedAmount, sum_taxes
from apps.billing.selectors.credits import note_ref
from apps.billing.services.open_items import OpenItem
from apps.billing.services.settling import Part
from ordercash.kernel import money, sql
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins

PRICE_UNIT: Final = Decimal("0.000001")

_READ: Final = """
    SELECT l.id, l.invoice_id, l.customer_id, l.order_id, l.line_id, l.product_id, l.description, l.unit_price,
           l.price_per, l.discount_minor, l.tax_category, l.tax_rate, t.reason, l.quantity, l.net_minor, l.tax_minor,
           l.credited_quantity, l.credited_minor
      FROM billing_invoiceline AS l
      JOIN billing_invoicetax AS t ON t.invoice_id = l.invoice_id AND t.category = l.tax_category AND t.rate = l.tax_rate
     WHERE l.id = ANY(%s::uuid[]) AND l.credits_line_id IS NULL"""

_LINE: Final = {
    "id": "uuid", "invoice_id": "uuid", "position": "int", "credits_line_id": "uuid", "customer_id": "uuid", "order_id": "uuid",
    "line_id": "uuid", "product_id": "uuid", "description": "text", "quantity": "numeric", "unit_price": "numeric",
    "net_minor": "bigint", "tax_category": "text", "tax_rate": "numeric", "tax_minor": "bigint", "price_per": "numeric",
    "discount_minor": "bigint",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """An invoice line as it was read after its invoice was locked."""

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    order_id: UUID | None
    line_id: UUID | None
    product_id: UUID | None
    description: str
    unit_price: Decimal
    price_per: Decimal
    discount_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str
    creditable: CreditableLine


@dataclass(frozen=True, slots=True)
class LineCredit:
    """What is taken back of a line as it stood `before`; `by_quantity` when the amount is the quantity's share."""

    line: InvoicedLine
    before: CreditableLine
    amount: CreditAmount
    by_quantity: bool

    def unit_price(self, currency: str) -> Decimal:
        """Return the price that is printed: the line's, or what the amount comes to per unit."""
        if self.by_quantity:
            return self.line.unit_price
        major = money.to_major(self.amount.net_minor, currency)
        return (major / self.amount.quantity if self.amount.quantity else major).quantize(PRICE_UNIT)

    @property
    def price_per(self) -> Decimal:
        """Return how many units the printed price is for."""
        return self.line.price_per if self.by_quantity else Decimal(1)

    @property
    def discount_minor(self) -> int:
        """Return the quantity's share of the line's discount; an amount that was named has none."""
        return discount_share(self.line.discount_minor, self.before, self.amount.quantity) if self.by_quantity else 0


@dataclass(frozen=True, slots=True)
class NotePlan:
    """A credit note with its lines and the part of it that settles its invoice."""

    source_ref: str
    document: Document
    lines: Sequence[LineCredit]
    parts: Sequence[Part]

    def issued(self, number: str) -> IssuedCredit:
        """Return what the caller is told."""
        document = self.document
        if document.credits_id is None:
            raise ValueError("A credit note names its invoice.")
        return IssuedCredit(
            source_ref=self.source_ref,
            id=document.id,
            number=number,
            invoice_id=document.credits_id,
            legal_entity_id=document.legal_entity_id,
            customer_id=document.customer_id,
            currency=document.currency,
            order_ids=document.order_ids,
            lines=tuple(_credited(credit) for credit in self.lines),
            net_minor=document.net_minor,
            tax_minor=document.tax_minor,
            gross_minor=document.gross_minor,
            applied_minor=document.gross_minor - document.open_minor,
            open_minor=document.open_minor,
            issued_at=document.issued_at,
        )


@joins
def read_lines(line_ids: Collection[UUID]) -> dict[UUID, InvoicedLine]:
    """Read invoice lines whose invoices this transaction holds. One statement."""
    rows = sql.fetch(_READ, [list(line_ids)]) if line_ids else []
    return {row[0]: InvoicedLine(*(*row[:13], CreditableLine(*row[13:]))) for row in rows}


def credit_note(
    source: str,
    invoice: OpenItem,
    credits: Sequence[LineCredit],
    issued_at: datetime,
    reason: str,
    zones: Mapping[UUID, str],
) -> NotePlan:
    """Plan one credit note and take it off the invoice's open amount as far as that reaches."""
    lines = [
        (TaxedAmount(c.amount.net_minor, c.line.tax_category, c.line.tax_rate), c.amount.tax_minor) for c in credits
    ]
    taxes = sum_taxes(lines, {(c.line.tax_category, c.line.tax_rate): c.line.tax_reason for c in credits})
    gross = sum(amount.net_minor + tax for amount, tax in lines)
    applied = min(gross, invoice.open_minor)
    invoice.open_minor -= applied
    document = Document(
        id=new_id(),
        kind=CREDIT_NOTE,
        legal_entity_id=invoice.legal_entity_id,
        customer_id=invoice.customer_id,
        bill_to_id=invoice.bill_to_id,
        currency=invoice.currency,
        order_ids=tuple(dict.fromkeys(c.line.order_id for c in credits if c.line.order_id)),
        net_minor=sum(amount.net_minor for amount, _ in lines),
        taxes=tuple(taxes),
        frozen_tax_minor=sum(tax for _, tax in lines),
        open_minor=gross - applied,
        issued_at=issued_at,
        issue_date=business_date(issued_at, zones[invoice.legal_entity_id]),
        source_ref=note_ref(source, invoice.id),
        credits_id=invoice.id,
        reason=reason,
    )
    return NotePlan(source, document, credits, _parts(document, invoice, applied))


def _parts(document: Document, invoice: OpenItem, applied: int) -> list[Part]:
    if not applied:
        return []
    return [
        Part(
            invoice=invoice,
            kind="credit",
            amount_minor=applied,
            settled_at=document.issued_at,
            source_ref=f"{document.source_ref}/use",
            credit_note_id=document.id,
        )
    ]


@joins
def write_lines(plans: Sequence[NotePlan]) -> None:
    """Insert the lines of credit notes. One statement."""
    rows = [
        _line_row(plan.document, position, credit)
        for plan in plans
        for position, credit in enumerate(plan.lines, start=1)
    ]
    sql.insert_rows("billing_invoiceline", _LINE, rows)


def _line_row(document: Document, position: int, credit: LineCredit) -> tuple[Any, ...]:
    line, amount = credit.line, credit.amount
    return (
        new_id(), document.id, position, line.id, line.customer_id, line.order_id, line.line_id, line.product_id, line.description,
        amount.quantity, credit.unit_price(document.currency), amount.net_minor, line.tax_category, line.tax_rate, amount.tax_minor,
        credit.price_per, credit.discount_minor,
    )  # fmt: skip


def _credited(credit: LineCredit) -> CreditedLine:
    line, amount = credit.line, credit.amount
    return CreditedLine(line.id, line.order_id, line.line_id, amount.quantity, amount.net_minor, amount.tax_minor)
