"""Taxes and checks for whole batches."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.compliance.contract import TaxAnswer, TaxRequest, check_orders, determine_taxes, forget_tax_table
from apps.compliance.models import TaxRate
from apps.rulebooks.contract import NoRulebookInForce
from tests.factories.compliance import ENTITY_ID, a_line, a_tax_rate, an_order
from tests.factories.counting import counted
from tests.factories.masterdata import an_entity
from tests.factories.rulebooks import put_in_force, put_standard_in_force

pytestmark = pytest.mark.django_db

HOME = TaxRequest("GB", "GB", "standard", False, date(2026, 3, 2))


def test_taxes_come_in_the_order_of_the_requests() -> None:
    a_tax_rate()
    a_tax_rate(destination="XX", category="G", rate=0, exemption_reason="Export")
    answers = determine_taxes([HOME._replace(destination_country="US"), HOME, HOME._replace(tax_class="reduced")])
    assert answers == [TaxAnswer("G", Decimal(0), "Export"), TaxAnswer("S", Decimal(20), ""), None]


def test_an_unknown_rate_is_remembered_as_unknown_never_as_zero() -> None:
    assert determine_taxes([HOME, HOME]) == [None, None]
    a_tax_rate()
    assert determine_taxes([HOME])[0] == TaxAnswer("S", Decimal(20), "")


def test_the_table_is_read_once_and_again_when_it_changed() -> None:
    row = a_tax_rate()
    with counted() as first:
        determine_taxes([HOME] * 100)
    TaxRate.objects.filter(pk=row.pk).update(rate=Decimal(19))
    with counted() as remembered:
        determine_taxes([HOME] * 100)
    forget_tax_table()
    answer = determine_taxes([HOME])[0]
    assert (first.count, remembered.count) == (1, 0)
    assert answer is not None
    assert answer.rate == 19


def test_checks_in_force_hold_orders() -> None:
    put_standard_in_force("compliance_checks.yaml")
    good, bad = check_orders([an_order(), an_order(a_line(3, unit_price=None))])
    assert (good, [(failed.code, failed.line_no, failed.severity) for failed in bad]) == (
        (),
        [("price_missing", 3, "hold")],
    )


def test_a_legal_entity_may_have_checks_of_its_own() -> None:
    put_standard_in_force("compliance_checks.yaml")
    entity = an_entity()
    put_in_force("compliance.checks", {"checks": []}, legal_entity_id=entity.pk)
    own, general = check_orders(
        [an_order(customer_blocked=True, legal_entity_id=entity.pk), an_order(customer_blocked=True)]
    )
    assert (own, [failed.code for failed in general]) == ((), ["customer_blocked"])


def test_without_rules_nothing_is_checked_away() -> None:
    with pytest.raises(NoRulebookInForce):
        check_orders([an_order(at=datetime(1960, 1, 1, tzinfo=UTC), legal_entity_id=ENTITY_ID)])
