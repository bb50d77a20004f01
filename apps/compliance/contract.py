"""The door of compliance: which tax applies, and what is wrong with an order."""

from apps.compliance.decisions.checks import (
    AMOUNT_OUT_OF_RANGE,
    CHECKS,
    CHECKS_KIND,
    CheckList,
    FailedCheck,
    LineCheckFacts,
    OrderCheckFacts,
)
from apps.compliance.decisions.tax import TaxAnswer, TaxRequest
from apps.compliance.selectors.check_words import check_words, examine_checks
from apps.compliance.selectors.in_force import check_orders, determine_taxes, forget_tax_table
from apps.compliance.services.demo import load_tax_rates
from apps.masterdata.contract import register_demo
from apps.rulebooks.contract import register_kind

__all__ = [
    "AMOUNT_OUT_OF_RANGE",
    "CHECKS",
    "FailedCheck",
    "LineCheckFacts",
    "OrderCheckFacts",
    "TaxAnswer",
    "TaxRequest",
    "check_orders",
    "determine_taxes",
    "forget_tax_table",
    "register",
]


def register() -> None:
    """Make known the list of checks, as a kind of rulebook, and the demo's rates; called once when the apps are loaded."""
    register_kind(
        CHECKS_KIND,
        title="Checks that hold an order",
        schema=CheckList,
        examine=examine_checks,
        rules=check_words,
        stops="Orders are refused",
    )
    register_demo("tax rates", load_tax_rates)
