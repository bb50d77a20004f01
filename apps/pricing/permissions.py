"""Who may do which verb of pricing."""

from typing import Final

VIEW_PRICES: Final = "pricing.view_prices"
CHANGE_PRICES: Final = "pricing.change_prices"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_PRICES: "See price lists and prices",
    CHANGE_PRICES: "Add price lists and prices, and end them",
}
