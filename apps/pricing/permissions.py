"""Who may do which verb of pricing."""

from typing import Final

VIEW_PRICES: Final = "pricing.view_prices"
CHANGE_PRICES: Final = "pricing.change_prices"
VIEW_COSTS: Final = "pricing.view_costs"
CHANGE_COSTS: Final = "pricing.change_costs"
VIEW_COUPONS: Final = "pricing.view_coupons"
CHANGE_COUPONS: Final = "pricing.change_coupons"
VIEW_REBATES: Final = "pricing.view_rebates"
DRAFT_REBATES: Final = "pricing.draft_rebates"
APPROVE_REBATES: Final = "pricing.approve_rebates"
SETTLE_REBATES: Final = "pricing.settle_rebates"
VIEW_QUOTES: Final = "pricing.view_quotes"
MAKE_QUOTES: Final = "pricing.make_quotes"
PROMISE_OTHER_INSTANTS: Final = "pricing.promise_other_instants"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_PRICES: "See price lists and prices",
    CHANGE_PRICES: "Add price lists and prices, end them, and change many at once",
    VIEW_COSTS: "See what products cost",
    CHANGE_COSTS: "Add costs of products, and end them",
    VIEW_COUPONS: "See coupons and the orders that used them",
    CHANGE_COUPONS: "Add campaigns and coupons, and change their limits",
    VIEW_REBATES: "See rebate agreements and what is owed under them",
    DRAFT_REBATES: "Draft rebate agreements, change one's own drafts, and discard drafts",
    APPROVE_REBATES: "Approve rebate agreements of others, and end them early",
    SETTLE_REBATES: "Settle rebates by credit note",
    VIEW_QUOTES: "See quotes and why they cost what they cost",
    MAKE_QUOTES: "Make quotes, and withdraw them",
    PROMISE_OTHER_INSTANTS: "Let quotes be ordered at prices of another instant than the one from which they are valid",
}
