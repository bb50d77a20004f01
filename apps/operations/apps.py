from django.apps import AppConfig
from django.utils.module_loading import import_string

from ordercash.web.tones import register_tones


class OperationsConfig(AppConfig):
    """Registers the proof as a job."""

    name = "apps.operations"
    label = "operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        import_string("apps.operations.services.proof.register")()
        register_tones({"holds": "good"})
