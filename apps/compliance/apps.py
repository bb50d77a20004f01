from django.apps import AppConfig
from django.utils.module_loading import import_string


class ComplianceConfig(AppConfig):
    name = "apps.compliance"
    label = "compliance"
    verbose_name = "Compliance"

    def ready(self) -> None:
        import_string("apps.compliance.contract.register")()
