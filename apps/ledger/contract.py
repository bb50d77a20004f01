"""The door of the ledger: facts are posted here, and read by their document."""

from apps.ledger.decisions.posting import PostingFact, PostingRuleBroken, PostingRules, TaxAmount
from apps.ledger.selectors.balances import CustomerBalance, customer_balances
from apps.ledger.selectors.journal import EntryFacts, PostingLine, entries_of
from apps.ledger.selectors.periods import is_closed
from apps.ledger.selectors.roles import RoleBalance, balances_of_role
from apps.ledger.services.chart import ensure_chart
from apps.ledger.services.posting import (
    AccountMissing,
    PeriodClosed,
    Prepared,
    RateMissing,
    post_entries,
    prepare_entries,
    write_entries,
)

__all__ = [
    "AccountMissing",
    "CustomerBalance",
    "EntryFacts",
    "PeriodClosed",
    "PostingFact",
    "PostingLine",
    "PostingRuleBroken",
    "PostingRules",
    "Prepared",
    "RateMissing",
    "RoleBalance",
    "TaxAmount",
    "balances_of_role",
    "customer_balances",
    "ensure_chart",
    "entries_of",
    "is_closed",
    "post_entries",
    "prepare_entries",
    "write_entries",
]
