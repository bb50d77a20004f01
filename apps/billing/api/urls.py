"""Addresses below /api/v1/."""

from django.urls import path

from apps.billing.api import documents, payments

urlpatterns = [
    path("invoices", documents.Invoices.as_view(), name="api_invoices"),
    path("invoices:issue", documents.Issue.as_view(), name="api_invoices_issue"),
    path("invoices/<uuid:invoice_id>", documents.InvoiceDetail.as_view(), name="api_invoice"),
    path("invoices/<uuid:invoice_id>/pdf", documents.InvoicePdf.as_view(), name="api_invoice_pdf"),
    path("invoices/<uuid:invoice_id>/write-off", documents.WriteOff.as_view(), name="api_invoice_write_off"),
    path("credit-notes", documents.CreditNotes.as_view(), name="api_credit_notes"),
    path("credit-notes/<uuid:invoice_id>", documents.CreditNoteDetail.as_view(), name="api_credit_note"),
    path("credit-notes/<uuid:invoice_id>/pdf", documents.InvoicePdf.as_view(), name="api_credit_note_pdf"),
    path("credit-notes/<uuid:invoice_id>/apply", documents.ApplyCredit.as_view(), name="api_credit_note_apply"),
    path("payments", payments.Payments.as_view(), name="api_payments"),
    path("payments/<uuid:payment_id>", payments.PaymentDetail.as_view(), name="api_payment"),
    path("payments/<uuid:payment_id>/apply", payments.ApplyPayment.as_view(), name="api_payment_apply"),
    path("receivables", documents.Receivables.as_view(), name="api_receivables"),
]
