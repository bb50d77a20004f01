from django.apps import AppConfig
from django.utils.module_loading import import_string

from ordercash.web.links import register_link
from ordercash.web.search import register_search
from ordercash.web.tones import register_tones


class PricingConfig(AppConfig):
    name = "apps.pricing"
    label = "pricing"
    verbose_name = "Pricing"

    def ready(self) -> None:
        import_string("apps.pricing.contract.register")()
        codes = import_string("apps.pricing.selectors.rebates.agreement_codes")
        find = import_string("apps.pricing.selectors.rebates.find_agreements")
        register_link("rebate_agreement", "rebate", "Rebate agreement", names=codes)
        register_search("rebate_agreement", import_string("apps.pricing.permissions.VIEW_REBATES"), find)
        numbers = import_string("apps.pricing.selectors.quotes.quote_numbers")
        register_link("quote", "quote", "Quote", names=numbers)
        find = import_string("apps.pricing.selectors.quotes.find_quotes")
        register_search("quote", import_string("apps.pricing.permissions.VIEW_QUOTES"), find)
        codes = import_string("apps.pricing.selectors.coupons.coupon_codes")
        find = import_string("apps.pricing.selectors.coupons.find_coupons")
        register_link("coupon", "coupon", "Coupon", names=codes)
        register_search("coupon", import_string("apps.pricing.permissions.VIEW_COUPONS"), find)
        register_tones(
            {
                "used_up": "warn",
                "redeemed": "good",
                "given_back": "neutral",
                "ordered": "good",
                "differs": "warn",
                "below_floor": "warn",
                "no_price": "bad",
                "free": "good",
                "charge": "neutral",
                "withdrawn": "neutral",
                "expired": "warn",
                "not_yet_valid": "neutral",
                "prices_only": "neutral",
            }
        )
        register_tones(
            {"ended": "neutral", "set_aside": "warn", "accrual": "good", "true_up": "info", "reversal": "warn"}
        )
        register_link("price_list", "price_list", "Price list")
        register_link("price_batch", "price_batch", "Change of prices")
        register_tones(
            {"new": "good", "changed": "info", "unchanged": "neutral", "discarded": "neutral", "scheduled": "info"}
        )
