from django.apps import AppConfig
from django.utils.module_loading import import_string

from apps.rulebooks.decisions.approval import APPROVAL_KIND, ApprovalRules, approval_words, examine_approval
from apps.rulebooks.decisions.kinds import register_kind
from ordercash.web.links import register_link
from ordercash.web.tones import register_tones


class RulebooksConfig(AppConfig):
    name = "apps.rulebooks"
    label = "rulebooks"
    verbose_name = "Rulebooks"

    def ready(self) -> None:
        register_link("rulebook", "rulebook", "Rulebook")
        register_link("rulebook_version", "rulebook_version", "Version")
        register_link("back_test", "back_test", "Back-test")
        register_link("scenario", "scenario", "Scenario")
        register_link("decision", "decision", "Decision")
        register_tones(
            {
                "active": "good",
                "scheduled": "info",
                "retired": "neutral",
                "stopped": "warn",
                "in review": "info",
                "approved": "good",
            }
        )
        register_kind(
            APPROVAL_KIND,
            title="Who approves rules",
            schema=ApprovalRules,
            examine=examine_approval,
            rules=approval_words,
            stops="Versions of every kind are approved without limits and back-tests",
        )
        import_string("apps.rulebooks.services.back_tests.register")()
