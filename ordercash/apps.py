from django.apps import AppConfig
from django.utils.module_loading import import_string


class OrderCashConfig(AppConfig):
    """The last app to be loaded: it connects the domains with each other, once all models are known."""

    name = "ordercash"
    label = "ordercash"

    def ready(self) -> None:
        import_string("ordercash.wiring.connect")()
