"""Addresses below /api/v1/."""

from django.urls import path

from apps.ledger.api import endpoints

urlpatterns = [
    path("ledger/accounts", endpoints.Accounts.as_view(), name="api_ledger_accounts"),
    path("ledger/entries", endpoints.Entries.as_view(), name="api_ledger_entries"),
    path("ledger/entries/<uuid:entry_id>", endpoints.EntryDetail.as_view(), name="api_ledger_entry"),
    path("ledger/trial-balance", endpoints.TrialBalanceAsOf.as_view(), name="api_ledger_trial_balance"),
]
