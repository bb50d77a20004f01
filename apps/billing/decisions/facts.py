"""The shapes that pass through billing's door: plain facts in, plain outcomes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ordercash.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class ObligationDraft:
    """Something delivered that must be invoiced.

    `source_ref` is unique for ever (e.g. "shipment_line:<id>"). `net_minor` and `tax_minor` are this part's share of what was frozen at
    confirmation; the shares of one order line must sum to the line. `unit_price` is that of `price_per` units before discounts,
    `discount_minor` what was taken off to come to `net_minor` (EN 16931 BT-146, BT-149, BT-136). `tax_rate` is in percent.
    `business_date` is the day of `occurred_at` in the legal entity's zone. `invoicing` is "per_shipment" or "per_day".
    `order_reference` (the order's number, the buyer's purchase order) is printed on the invoice.
    """

    source_ref: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    quantity: Decimal
    unit_price: Decimal
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_minor: int
    occurred_at: datetime
    business_date: date
    order_id: UUID | None = None
    line_id: UUID | None = None
    shipment_id: UUID | None = None
    product_id: UUID | None = None
    order_reference: str = ""
    description: str = ""
    tax_reason: str = ""
    bill_to_id: UUID | None = None
    invoicing: str = "per_shipment"
    terms_days: int = 0
    price_per: Decimal = Decimal(1)
    discount_minor: int = 0


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice that now has its legal number. `tax_difference_minor` is its tax less the tax frozen on the orders."""

    id: UUID
    number: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    order_ids: tuple[UUID, ...]
    shipment_ids: tuple[UUID, ...]
    net_minor: int
    tax_minor: int
    gross_minor: int
    tax_difference_minor: int
    issue_date: date
    due_date: date
    issued_at: datetime
    obligations: int


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """Take back a part of one invoice line.

    `net_minor` None credits in proportion to the quantity; quantity 0 with an amount lowers the price. Requests of the same
    `source_ref` stand or fall together and make one credit note per invoice. `issued_at` overrides the batch's moment.
    """

    source_ref: str
    invoice_line_id: UUID
    quantity: Decimal
    net_minor: int | None = None
    reason: str = ""
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What a credit note took back of one invoice line."""

    invoice_line_id: UUID
    order_id: UUID | None
    line_id: UUID | None
    quantity: Decimal
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class IssuedCredit:
    """A credit note. `applied_minor` lowered the invoice's open amount, `open_minor` is left for the customer to use."""

    source_ref: str
    id: UUID
    number: str
    invoice_id: UUID
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    order_ids: tuple[UUID, ...]
    lines: tuple[CreditedLine, ...]
    net_minor: int
    tax_minor: int
    gross_minor: int
    applied_minor: int
    open_minor: int
    issued_at: datetime
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class GrantPart:
    """A net amount above zero at one tax category and rate in percent; `description` is printed as the line's text."""

    description: str
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str = ""


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """A credit note that credits no invoice: what was agreed beforehand, such as a rebate.

    `source_ref` is unique for ever; (`about_kind`, `about_id`) is what it is granted for, `posted_as` the ledger's kind of fact.
    """

    source_ref: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    parts: Sequence[GrantPart]
    about_kind: str
    about_id: UUID
    posted_as: str
    reason: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedGrant:
    """A credit note that was granted; all of it is open for the customer to use."""

    source_ref: str
    id: UUID
    number: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    issued_at: datetime
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class GrantOutcome:
    """What became of the requests: the credit notes (also those of an earlier identical request) and why others were refused."""

    issued: tuple[IssuedGrant, ...] = ()
    refused: tuple["Refusal", ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of an issued invoice, or of a credit note that takes a part of it back (`credits_line_id`); amounts are never negative."""

    id: UUID
    invoice_id: UUID
    credits_line_id: UUID | None
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    product_id: UUID | None
    quantity: Decimal
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str
    issued_at: datetime
    issue_date: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """A member of a batch that was refused alone: its source, a stable code and what is wrong; `error` when the ledger said so."""

    source_ref: str
    code: str
    detail: str
    error: DomainError | None = None

    @classmethod
    def by(cls, source_ref: str, error: DomainError) -> "Refusal":
        """Return the refusal that an error is, for whoever goes on without this member."""
        return cls(source_ref, error.code, error.detail, error)


@dataclass(frozen=True, slots=True)
class CreditOutcome:
    """What became of the requests: the credit notes (also those of an earlier identical request) and the refused sources."""

    issued: tuple[IssuedCredit, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class SoldLine:
    """An invoice line with what is left of it to credit. `source_ref` is its obligation's ("shipment_line:<id>").

    `unit_price` is what one unit was sold for, after discounts.
    """

    invoice_line_id: UUID
    invoice_id: UUID
    invoice_number: str
    legal_entity_id: UUID
    customer_id: UUID
    order_id: UUID | None
    line_id: UUID | None
    source_ref: str
    product_id: UUID | None
    currency: str
    quantity: Decimal
    credited_quantity: Decimal
    net_minor: int
    credited_minor: int
    tax_minor: int
    unit_price: Decimal
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class ExposureKey:
    """Whose credit: one legal entity, one customer, one currency."""

    legal_entity_id: UUID
    customer_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class CreditHold:
    """A gross amount to be held against the customer's limit. `key` names the request; `override` passes the limit by."""

    key: UUID
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    amount_minor: int
    limit_minor: int | None = None
    override: bool = False

    @property
    def account(self) -> ExposureKey:
        return ExposureKey(self.legal_entity_id, self.customer_id, self.currency)


@dataclass(frozen=True, slots=True)
class CreditRelease:
    """A held gross amount that is no longer needed (cancelled before it was invoiced)."""

    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a customer owes or is about to owe, gross."""

    orders_minor: int = 0
    invoices_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.orders_minor + self.invoices_minor


@dataclass(frozen=True, slots=True)
class PaymentDraft:
    """Money that came in.

    Invoices are named by id or number, in the order in which they are to be paid; naming none leaves the money unapplied.
    """

    source_ref: str
    legal_entity_id: UUID
    currency: str
    amount_minor: int
    method: str
    received_at: datetime
    customer_id: UUID | None = None
    reference: str = ""
    invoice_ids: Sequence[UUID] = ()
    invoice_numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """A part of an invoice that was settled; `settled` says whether nothing is open of it any more."""

    settlement_id: UUID
    source_ref: str
    invoice_id: UUID
    invoice_number: str
    amount_minor: int
    settled: bool
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class ApplicationRequest:
    """Use a payment's unapplied money (`payment_id`) or a credit note's open amount (`credit_note_id`) for an open invoice.

    `amount_minor` None takes as much as both sides allow.
    """

    source_ref: str
    invoice_id: UUID
    payment_id: UUID | None = None
    credit_note_id: UUID | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class WriteOffRequest:
    """Give up a part of an invoice, or with `amount_minor` None all that is open; the reason is kept."""

    source_ref: str
    invoice_id: UUID
    reason: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class ApplicationOutcome:
    """What became of the requests: what was settled (also by an earlier identical request) and what was refused alone."""

    applied: tuple[Application, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """What became of a payment. `remarks` says in codes why named invoices took nothing; `is_new` is False for a repeated source_ref."""

    source_ref: str
    payment_id: UUID
    legal_entity_id: UUID
    customer_id: UUID | None
    currency: str
    is_new: bool
    amount_minor: int
    unapplied_minor: int
    applications: tuple[Application, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def applied_minor(self) -> int:
        return self.amount_minor - self.unapplied_minor


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """All outcomes of a batch, in the order of the drafts, and the drafts that were refused alone."""

    recorded: tuple[PaymentOutcome, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What the sandbox collector paid, by currency; call again while `payments` is not 0."""

    payments: int
    amounts_minor: dict[str, int]
    order_ids: tuple[UUID, ...]
