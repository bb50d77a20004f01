"""Pages of billing and cash."""

from django.urls import path

from apps.billing.pages import invoices, owed, payments

urlpatterns = [
    path("invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("invoices/<uuid:invoice_id>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("invoices/<uuid:invoice_id>/pdf", invoices.InvoicePdf.as_view(), name="invoice_pdf"),
    path("owed/", owed.Owed.as_view(), name="obligations"),
    path("payments/", payments.Payments.as_view(), name="payments"),
    path("payments/<uuid:payment_id>/", payments.PaymentPage.as_view(), name="payment"),
]
