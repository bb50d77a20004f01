"""The door of billing.

Writes join the caller's transaction and take lists; the number of statements does not grow with the list. Call `invoice_obligations`,
`credit_lines` and `grant_credits` last in a transaction: they take legal numbers, and from then to the commit others who number the
same series wait.
"""

from apps.billing.decisions.bundles import COLLECTED_DAY, SHIPMENT
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
    DocumentLine,
    Exposure,
    ExposureKey,
    GrantOutcome,
    GrantPart,
    GrantRequest,
    IssuedCredit,
    IssuedGrant,
    IssuedInvoice,
    ObligationDraft,
    PaymentDraft,
    PaymentOutcome,
    PaymentResult,
    Refusal,
    SoldLine,
    WriteOffRequest,
)
from apps.billing.permissions import ISSUE_INVOICES
from apps.billing.selectors.balances import Account, Ageing, accounts_of_customers, ageing
from apps.billing.selectors.detail import DocumentFacts, SettlementFacts, documents_of_orders, settlements_of_orders
from apps.billing.selectors.exposure import exposures
from apps.billing.selectors.lines import lines_of_customers, lines_of_documents
from apps.billing.selectors.orders import orders_with_open_invoices, orders_with_owed
from apps.billing.selectors.owing import (
    Delivered,
    InvoicedPart,
    OpenItem,
    UnappliedPayment,
    delivered,
    invoiced_parts,
    most_overdue_customers,
    open_items,
    unapplied_payments,
)
from apps.billing.selectors.set_aside import why_set_aside
from apps.billing.selectors.sold import sold_lines, sold_lines_of_orders
from apps.billing.services import retry_deliveries
from apps.billing.services.applying import apply_cash, write_off
from apps.billing.services.collector import collect_due
from apps.billing.services.credits import credit_lines
from apps.billing.services.exposure import free_credit, hold_credit
from apps.billing.services.grants import grant_credits
from apps.billing.services.invoicing import invoice_obligations
from apps.billing.services.obligations import oblige
from apps.billing.services.payments import record_payments
from apps.billing.services.setting_aside import DELIVERY_REASONS
from apps.exceptions.contract import Resolution

# The ways out of the cases about what cannot be invoiced, by what they are about.
DELIVERY_RESOLUTIONS = {
    kind: {"invoice": Resolution("Invoice it now", ISSUE_INVOICES, retry_deliveries)}
    for kind in (SHIPMENT, COLLECTED_DAY)
}

__all__ = [
    "DELIVERY_REASONS",
    "DELIVERY_RESOLUTIONS",
    "Account",
    "Ageing",
    "Application",
    "ApplicationOutcome",
    "ApplicationRequest",
    "Collected",
    "CreditHold",
    "CreditOutcome",
    "CreditRelease",
    "CreditRequest",
    "CreditedLine",
    "Delivered",
    "DocumentFacts",
    "DocumentLine",
    "Exposure",
    "ExposureKey",
    "GrantOutcome",
    "GrantPart",
    "GrantRequest",
    "InvoicedPart",
    "IssuedCredit",
    "IssuedGrant",
    "IssuedInvoice",
    "ObligationDraft",
    "OpenItem",
    "PaymentDraft",
    "PaymentOutcome",
    "PaymentResult",
    "Refusal",
    "SettlementFacts",
    "SoldLine",
    "UnappliedPayment",
    "WriteOffRequest",
    "accounts_of_customers",
    "ageing",
    "apply_cash",
    "collect_due",
    "credit_lines",
    "delivered",
    "documents_of_orders",
    "exposures",
    "free_credit",
    "grant_credits",
    "hold_credit",
    "invoice_obligations",
    "invoiced_parts",
    "lines_of_customers",
    "lines_of_documents",
    "most_overdue_customers",
    "oblige",
    "open_items",
    "orders_with_open_invoices",
    "orders_with_owed",
    "record_payments",
    "settlements_of_orders",
    "sold_lines",
    "sold_lines_of_orders",
    "unapplied_payments",
    "why_set_aside",
    "write_off",
]
