from django.apps import AppConfig

from apps.audit.services.housekeeping import register
from apps.audit.services.once import keep_answer
from ordercash.web.api.once import register_keeper
from ordercash.web.links import register_link


class AuditConfig(AppConfig):
    """Registers audit's own job and pages; the other apps register theirs when they are connected."""

    name = "apps.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        register()
        register_keeper(keep_answer)
        register_link("event", "event", "Event")
        register_link("job", "job", "Job")
