"""Who may do which verb of compliance."""

from typing import Final

VIEW_TAX_RATES: Final = "compliance.view_tax_rates"
CHANGE_TAX_RATES: Final = "compliance.change_tax_rates"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_TAX_RATES: "See tax rates",
    CHANGE_TAX_RATES: "Add tax rates and end them",
}
