from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "ordercash.web"
    label = "web"
    verbose_name = "Web"
