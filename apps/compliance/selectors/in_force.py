"""The tax table of the moment, and the checks in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.compliance.decisions.checks import (
    CHECKS_KIND,
    CheckList,
    FailedCheck,
    OrderCheckFacts,
    Severities,
    failed_checks,
    severities_of,
)
from apps.compliance.decisions.tax import TaxAnswer, TaxRequest, TaxRow, TaxTable, build_table, decide_tax
from apps.compliance.models import TaxRate
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel.remembered import remembered
from ordercash.kernel.sql import fetch

# A table of answers is begun anew beyond this many different questions.
MOST_ANSWERS = 50_000

_Answers = dict[TaxRequest, TaxAnswer | None]
_UNASKED: Any = object()


def determine_taxes(requests: Sequence[TaxRequest]) -> list[TaxAnswer | None]:
    """Return the tax of each line, None where the table does not say. No statement while the table is remembered."""
    table, answers = _tax_table()
    found: list[TaxAnswer | None] = []
    for request in requests:
        answer = answers.get(request, _UNASKED)
        if answer is _UNASKED:
            if len(answers) >= MOST_ANSWERS:
                answers.clear()
            answer = answers[request] = decide_tax(table, request)
        found.append(answer)
    return found


@remembered(seconds=5)
def _tax_table() -> tuple[TaxTable, _Answers]:
    rows = fetch(
        "SELECT seller_country, destination, buyer, tax_class, category, rate, exemption_reason, from_date, until_date"
        " FROM compliance_taxrate ORDER BY from_date, id"
    )
    return build_table(TaxRow(*row) for row in rows), {}


def tax_rates(*, seller_country: str = "") -> QuerySet[TaxRate]:
    """Return the rows of the tax table, of one seller's country when given."""
    found = TaxRate.objects.all()
    return found.filter(seller_country=seller_country) if seller_country else found


def forget_tax_table() -> None:
    """Read the tax table again at the next question; called by whoever changed it."""
    _tax_table.forget()


def check_orders(facts: Sequence[OrderCheckFacts]) -> list[tuple[FailedCheck, ...]]:
    """Return what is wrong with each order, by the checks in force for its legal entity at its instant.

    Raises NoRulebookInForce when no list of checks is active at an order's instant.
    """
    lists: dict[tuple[UUID, datetime, str], tuple[CheckList, Severities]] = {}
    found = []
    for order in facts:
        key = order.legal_entity_id, order.at, order.channel
        if key not in lists:
            checks: CheckList = rulebook_in_force(
                CHECKS_KIND, at=order.at, legal_entity_id=order.legal_entity_id
            ).document
            lists[key] = checks, severities_of(checks, order.channel)
        found.append(failed_checks(*lists[key], order))
    return found
