from django.apps import AppConfig

from ordercash.web.links import register_link


class WebConfig(AppConfig):
    name = "ordercash.web"
    label = "web"
    verbose_name = "Web"

    def ready(self) -> None:
        register_link("component_sample", "component_sample", "Sample")
