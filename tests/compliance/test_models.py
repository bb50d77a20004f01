"""What the database refuses of tax rates, tried in SQL."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from apps.compliance.models import TaxRate
from tests.factories.compliance import a_tax_rate

pytestmark = pytest.mark.django_db


def insert(**values: Any) -> None:
    row = {
        "seller_country": "GB", "destination": "GB", "buyer": "", "tax_class": "standard", "category": "S", "rate": 20,
        "exemption_reason": "", "from_date": date(2012, 1, 1), "until_date": None,
    } | values  # fmt: skip
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO compliance_taxrate (id, {names}) VALUES (gen_random_uuid(), {marks})", list(row.values())
        )


def test_two_rates_on_one_day_are_refused() -> None:
    a_tax_rate(until_date=date(2012, 1, 2))
    with pytest.raises(IntegrityError, match="tax_rate_no_overlap"):
        insert()


def test_the_next_rate_begins_on_the_day_the_last_one_ends() -> None:
    a_tax_rate(until_date=date(2012, 1, 1))
    insert()
    assert TaxRate.objects.count() == 2


@pytest.mark.parametrize("change", [{"destination": "EU"}, {"buyer": "business"}, {"tax_class": "reduced"}])
def test_another_question_may_have_an_answer_of_its_own(change: dict[str, str]) -> None:
    a_tax_rate()
    insert(**change)
    assert TaxRate.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"category": "S", "rate": 0}, "tax_rate_above_zero_only_when_standard"),
        ({"category": "Z", "rate": 5}, "tax_rate_above_zero_only_when_standard"),
        ({"category": "AE", "rate": 0}, "tax_rate_untaxed_for_a_reason"),
        ({"category": "X", "rate": 0, "exemption_reason": "why"}, "tax_rate_category_word"),
        ({"rate": 100}, "tax_rate_in_range"),
        # Below zero breaks two rules, and either may be named.
        ({"rate": -1}, "tax_rate_in_range|tax_rate_above_zero_only_when_standard"),
        ({"buyer": "robot"}, "tax_rate_buyer_word"),
        ({"until_date": date(2012, 1, 1)}, "tax_rate_valid_for_some_time"),
    ],
)
def test_senseless_rates_are_refused(change: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        insert(**change)
