from django.apps import AppConfig
from django.utils.module_loading import import_string


class PricingConfig(AppConfig):
    name = "apps.pricing"
    label = "pricing"
    verbose_name = "Pricing"

    def ready(self) -> None:
        import_string("apps.pricing.contract.register")()
