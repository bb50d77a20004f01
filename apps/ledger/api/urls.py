"""Addresses below /api/v1/."""

from django.urls import path

from apps.ledger.api import endpoints, journal_files

urlpatterns = [
    path("ledger/accounts", endpoints.Accounts.as_view(), name="api_ledger_accounts"),
    path("ledger/entries", endpoints.Entries.as_view(), name="api_ledger_entries"),
    path("ledger/entries/<uuid:entry_id>", endpoints.EntryDetail.as_view(), name="api_ledger_entry"),
    path("ledger/journal.beancount", journal_files.JournalAsBeancount.as_view(), name="api_ledger_beancount"),
    path("ledger/journal.csv", journal_files.JournalAsCsv.as_view(), name="api_ledger_csv"),
    path("ledger/trial-balance", endpoints.TrialBalanceAsOf.as_view(), name="api_ledger_trial_balance"),
]
