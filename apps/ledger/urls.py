"""Pages of the books."""

from django.urls import path

from apps.ledger.pages import journal, trial_balance

urlpatterns = [
    path("journal/", journal.Journal.as_view(), name="journal"),
    path("journal/export", journal.JournalExport.as_view(), name="journal_export"),
    path("journal/<uuid:entry_id>/", journal.Entry.as_view(), name="journal_entry"),
    path("accounts/<uuid:account_id>/", journal.AccountSheet.as_view(), name="account"),
    path("trial-balance/", trial_balance.TrialBalance.as_view(), name="trial_balance"),
]
