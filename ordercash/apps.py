from django.apps import AppConfig


class OrderCashConfig(AppConfig):
    """The last app to be loaded: it connects the domains with each other."""

    name = "ordercash"
    label = "ordercash"

    def ready(self) -> None:
        # The contracts reach models, which exist only now.
        from ordercash.wiring import connect  # noqa: PLC0415

        connect()
