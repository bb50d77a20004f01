from django.apps import AppConfig


class RulebooksConfig(AppConfig):
    name = "apps.rulebooks"
    label = "rulebooks"
    verbose_name = "Rulebooks"
