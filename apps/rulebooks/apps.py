from django.apps import AppConfig

from ordercash.web.links import register_link
from ordercash.web.tones import register_tones


class RulebooksConfig(AppConfig):
    name = "apps.rulebooks"
    label = "rulebooks"
    verbose_name = "Rulebooks"

    def ready(self) -> None:
        register_link("rulebook", "rulebook", "Rulebook")
        register_link("rulebook_version", "rulebook_version", "Version")
        register_tones({"in force": "good", "scheduled": "info", "ended": "neutral", "in review": "info"})
