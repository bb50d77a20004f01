"""What these pages show of other domains, and the permissions there to see it."""

from typing import Final

CASES: Final = "exceptions.view_cases"
INVOICES: Final = "billing.view_invoices"
PAYMENTS: Final = "billing.view_payments"
BOOKS: Final = "ledger.view_ledger"
STOCK: Final = "inventory.view_stock"
PRODUCTS: Final = "masterdata.view_products"
DECISIONS: Final = "rulebooks.view_decisions"
PRICES: Final = "pricing.view_prices"

# Events of these domains stand on a timeline for those who may see their documents; all others for everybody.
EVENTS: Final = {"billing": INVOICES, "exceptions": CASES}
