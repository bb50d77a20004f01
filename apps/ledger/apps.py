from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "apps.ledger"
    label = "ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        # Contracts may reach models, which Django loads before this and after this module.
        from apps.ledger.decisions.posting import PostingRules  # noqa: PLC0415
        from apps.ledger.services.posting import POSTING_KIND  # noqa: PLC0415
        from apps.rulebooks.contract import register_kind  # noqa: PLC0415

        register_kind(POSTING_KIND, schema=PostingRules)
