from django.apps import AppConfig

from ordercash.web.links import register_link


class LedgerConfig(AppConfig):
    name = "apps.ledger"
    label = "ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        # Contracts may reach models, which exist only now.
        from apps.ledger.decisions.posting import PostingRules  # noqa: PLC0415
        from apps.ledger.selectors.posting_words import examine_posting, posting_words  # noqa: PLC0415
        from apps.ledger.services.posting import POSTING_KIND  # noqa: PLC0415
        from apps.rulebooks.contract import register_kind  # noqa: PLC0415

        register_kind(
            POSTING_KIND,
            title="Posting rules",
            schema=PostingRules,
            examine=examine_posting,
            rules=posting_words,
            stops="Nothing can be posted",
        )
        register_link("journal_entry", "journal_entry", "Entry")
        register_link("account", "account", "Account")
