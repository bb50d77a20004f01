from django.apps import AppConfig

from ordercash.wiring import connect


class OrderCashConfig(AppConfig):
    """The last app to be loaded: it connects the domains with each other."""

    name = "ordercash"
    label = "ordercash"

    def ready(self) -> None:
        connect()
