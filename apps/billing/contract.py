"""The door of billing.

Writes join the caller's transaction and take lists; the number of statements does not grow with the list. Call `invoice_obligations`
and `credit_lines` last in a transaction: they take legal numbers, and from then to the commit others who number the same series wait.
"""

from apps.billing.decisions.facts import (
    Application,
    ApplicationOutcome,
    ApplicationRequest,
    Collected,
    CreditedLine,
    CreditHold,
    CreditOutcome,
    CreditRelease,
    CreditRequest,
    Exposure,
    ExposureKey,
    IssuedCredit,
    IssuedInvoice,
    ObligationDraft,
    PaymentDraft,
    PaymentOutcome,
    PaymentResult,
    Refusal,
    SoldLine,
    WriteOffRequest,
)
from apps.billing.selectors.exposure import exposures
from apps.billing.selectors.orders import orders_with_open_invoices, orders_with_owed
from apps.billing.selectors.sold import sold_lines, sold_lines_of_orders
from apps.billing.services.applying import apply_cash, write_off
from apps.billing.services.collector import collect_due
from apps.billing.services.credits import credit_lines
from apps.billing.services.exposure import free_credit, hold_credit
from apps.billing.services.invoicing import invoice_obligations
from apps.billing.services.obligations import oblige
from apps.billing.services.payments import record_payments

__all__ = [
    "Application",
    "ApplicationOutcome",
    "ApplicationRequest",
    "Collected",
    "CreditHold",
    "CreditOutcome",
    "CreditRelease",
    "CreditRequest",
    "CreditedLine",
    "Exposure",
    "ExposureKey",
    "IssuedCredit",
    "IssuedInvoice",
    "ObligationDraft",
    "PaymentDraft",
    "PaymentOutcome",
    "PaymentResult",
    "Refusal",
    "SoldLine",
    "WriteOffRequest",
    "apply_cash",
    "collect_due",
    "credit_lines",
    "exposures",
    "free_credit",
    "hold_credit",
    "invoice_obligations",
    "oblige",
    "orders_with_open_invoices",
    "orders_with_owed",
    "record_payments",
    "sold_lines",
    "sold_lines_of_orders",
    "write_off",
]
