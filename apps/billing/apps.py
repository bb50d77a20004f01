from django.apps import AppConfig

from ordercash.web.links import register_link
from ordercash.web.search import register_search
from ordercash.web.tones import register_tones


class BillingConfig(AppConfig):
    name = "apps.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        # Selectors reach models, which exist only now.
        from apps.billing.permissions import VIEW_INVOICES  # noqa: PLC0415
        from apps.billing.selectors.finding import (  # noqa: PLC0415
            document_numbers,
            find_documents,
            payment_references,
        )

        register_link("invoice", "invoice", "Invoice", names=document_numbers)
        register_link("credit_note", "invoice", "Credit note", names=document_numbers)
        register_link("payment", "payment", "Payment", names=payment_references)
        register_search("invoice", VIEW_INVOICES, find_documents)
        register_tones({"issued": "info", "settled": "good", "owed": "warn", "billed": "good"})
