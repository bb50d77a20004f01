from django.apps import AppConfig

from apps.audit.services.housekeeping import register


class AuditConfig(AppConfig):
    """Registers audit's own job; the other apps register theirs when they are connected."""

    name = "apps.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        register()
