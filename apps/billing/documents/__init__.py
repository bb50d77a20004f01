"""Documents as they leave the house: invoice and credit note as PDF/A."""

from apps.billing.documents.rendering import invoice_pdf

__all__ = ["invoice_pdf"]
