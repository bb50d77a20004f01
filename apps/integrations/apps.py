from django.apps import AppConfig
from django.utils.module_loading import import_string

from ordercash.web.links import register_link
from ordercash.web.tones import register_tones


class IntegrationsConfig(AppConfig):
    """Registers where messages are shown, and the colours of their states."""

    name = "apps.integrations"
    label = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        names = import_string("apps.integrations.selectors.messages.message_names")
        register_link("warehouse_message", "warehouse_message", "Message", names=names)
        register_link("warehouse_connection", "warehouse_connection", "Connection")
        register_tones(
            {
                "sent": "info", "dead": "bad", "superseded": "neutral", "parked": "warn", "applied": "good",
                "left_alone": "bad", "no_secret": "bad", "failing": "warn",
            }
        )  # fmt: skip
