"""The door of compliance: which tax applies, and what is wrong with an order."""

from apps.compliance.decisions.checks import (
    CHECKS,
    CHECKS_KIND,
    CheckList,
    FailedCheck,
    LineCheckFacts,
    OrderCheckFacts,
)
from apps.compliance.decisions.tax import TaxAnswer, TaxRequest
from apps.compliance.selectors import check_orders, determine_taxes, forget_tax_table
from apps.rulebooks.contract import register_kind

__all__ = [
    "CHECKS",
    "FailedCheck",
    "LineCheckFacts",
    "OrderCheckFacts",
    "TaxAnswer",
    "TaxRequest",
    "check_orders",
    "determine_taxes",
    "forget_tax_table",
    "register_rulebooks",
]


def register_rulebooks() -> None:
    """Make the list of checks known as a kind of rulebook; called once when the apps are loaded."""
    register_kind(CHECKS_KIND, schema=CheckList, decide=None)
