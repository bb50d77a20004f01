"""Who may do what in billing."""

from typing import Final

VIEW_INVOICES: Final = "billing.view_invoices"
VIEW_PAYMENTS: Final = "billing.view_payments"
ISSUE_INVOICES: Final = "billing.issue_invoices"
RECORD_PAYMENTS: Final = "billing.record_payments"
APPLY_CASH: Final = "billing.apply_cash"
WRITE_OFF: Final = "billing.write_off"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_INVOICES: "See invoices, credit notes and what is open",
    VIEW_PAYMENTS: "See payments",
    ISSUE_INVOICES: "Issue the invoices that are owed",
    RECORD_PAYMENTS: "Record payments that came in",
    APPLY_CASH: "Apply payments and credits to invoices",
    WRITE_OFF: "Write off what will not be paid",
}
