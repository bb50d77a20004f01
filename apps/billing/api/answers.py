"""What the endpoints of billing and cash answer, for the API's description. Amounts are whole minor units."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from ordercash.web.api.values import Answer, Number


class InvoiceRow(Answer):
    """An invoice or credit note in a list; `open_minor` is still to be paid, of a credit note still to be used."""

    id: UUID
    kind: Literal["invoice", "credit_note"]
    number: str
    state: Literal["issued", "settled"]
    legal_entity: str
    customer_id: UUID
    customer: str
    order_id: UUID | None
    currency: str
    issue_date: date
    due_date: date
    issued_at: AwareDatetime
    net_minor: int
    tax_minor: int
    gross_minor: int
    open_minor: int
    tax_difference_minor: int
    credits_id: UUID | None
    reason: str


class InvoiceLineShown(Answer):
    """A line of a document."""

    id: UUID
    position: int
    order_id: UUID | None
    line_id: UUID | None
    product_id: UUID | None
    description: str
    quantity: Number
    unit_price: Annotated[Number, Field(description="Of `price_per` units, before discounts")]
    price_per: Number
    list_minor: Annotated[int, Field(description="Before discounts: `net_minor` and `discount_minor`")]
    discount_minor: int
    net_minor: int
    tax_category: str
    tax_rate: Number
    tax_minor: int
    credited_quantity: Number
    credited_minor: int


class InvoiceTaxShown(Answer):
    """The tax of one category and rate on the sum of the lines."""

    category: str
    rate: Number
    reason: str
    net_minor: int
    tax_minor: int


class SettlementShown(Answer):
    """What settled a part of an invoice."""

    id: UUID
    invoice_id: UUID
    kind: Literal["payment", "credit", "write_off"]
    payment_id: UUID | None
    credit_note_id: UUID | None
    amount_minor: int
    reason: str
    settled_at: AwareDatetime


class CreditNoteOf(Answer):
    """A credit note against an invoice."""

    id: UUID
    number: str
    gross_minor: int


class InvoiceShown(InvoiceRow):
    """A document with its lines, taxes, what settled it, and of a credit note what it was used for."""

    lines: list[InvoiceLineShown]
    taxes: list[InvoiceTaxShown]
    settlements: list[SettlementShown]
    credit_notes: list[CreditNoteOf]
    uses: list[SettlementShown]


class IssuedShown(Answer):
    """An invoice that was just issued."""

    id: UUID
    number: str
    gross_minor: int
    currency: str


class Issued(Answer):
    """The invoices that were issued; call again while there are any."""

    invoices: list[IssuedShown]


class ApplicationShown(Answer):
    """A part of an invoice that was settled; `settled` says whether nothing is open of it any more."""

    settlement_id: UUID
    invoice_id: UUID
    invoice_number: str
    amount_minor: int
    settled: bool


class PaymentRow(Answer):
    """A payment in a list."""

    id: UUID
    legal_entity: str
    customer_id: UUID | None
    currency: str
    amount_minor: int
    unapplied_minor: int
    method: str
    reference: str
    source_ref: str
    received_at: AwareDatetime
    recorded_at: AwareDatetime


class PaymentShown(PaymentRow):
    """A payment with what it was used for."""

    applications: list[SettlementShown]


class PaymentRecorded(Answer):
    """What became of a payment; `remarks` say in codes why named invoices took nothing."""

    id: UUID
    source_ref: str
    customer_id: UUID | None
    currency: str
    amount_minor: int
    applied_minor: int
    unapplied_minor: int
    is_new: bool
    applications: list[ApplicationShown]
    remarks: list[str]


class OpenBucket(Answer):
    """What is open of one legal entity's invoices in one currency and bucket of days overdue."""

    legal_entity: str
    currency: str
    bucket: str
    open_minor: int
    invoices: int


class Ageing(Answer):
    """What is open on a day."""

    on: date
    items: list[OpenBucket]
