from django.apps import AppConfig

from apps.audit.services.housekeeping import register
from ordercash.web.links import register_link


class AuditConfig(AppConfig):
    """Registers audit's own job and pages; the other apps register theirs when they are connected."""

    name = "apps.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        register()
        register_link("event", "event", "Event")
        register_link("job", "job", "Job")
