"""What is owed, what was invoiced, what was paid: tables and what they refuse."""

from apps.billing.models.cash import CreditExposure, Payment, Settlement
from apps.billing.models.documents import BillingObligation, Invoice, InvoiceLine, InvoiceTax, NumberSeries, Seller
from apps.billing.models.words import (
    SOURCE_REF_LENGTH,
    InvoiceKind,
    InvoiceState,
    InvoicingMode,
    ObligationState,
    SettlementKind,
)

__all__ = [
    "SOURCE_REF_LENGTH",
    "BillingObligation",
    "CreditExposure",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceTax",
    "InvoicingMode",
    "NumberSeries",
    "ObligationState",
    "Payment",
    "Seller",
    "Settlement",
    "SettlementKind",
]
