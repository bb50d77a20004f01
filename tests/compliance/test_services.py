"""Adding and ending tax rates, and the demo's table against what the law said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.compliance.contract import TaxRequest, determine_taxes
from apps.compliance.models import TaxRate
from apps.compliance.services.demo import load_tax_rates
from apps.compliance.services.rates import (
    TaxRateDraft,
    TaxRateOverlap,
    TaxRateRefused,
    create_tax_rates,
    end_tax_rate,
)
from apps.masterdata.contract import actor_of
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from tests.factories.masterdata import NOW, a_user

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = TaxRateDraft("GB", "GB", "standard", "S", Decimal(20), date(2011, 1, 4))


def test_a_rate_is_used_at_once_ended_and_followed() -> None:
    actor = actor_of(a_user())
    request = TaxRequest("GB", "GB", "standard", False, date(2026, 1, 1))
    assert determine_taxes([request]) == [None]
    made = create_tax_rates([DRAFT], actor=actor, now=NOW)[0]
    assert determine_taxes([request])[0] is not None
    end_tax_rate(made.pk, until_date=date(2026, 1, 1), actor=actor, now=NOW)
    assert determine_taxes([request]) == [None]
    create_tax_rates([replace(DRAFT, from_date=date(2026, 1, 1), rate=Decimal(21))], actor=actor, now=NOW)
    with pytest.raises(TaxRateOverlap):
        end_tax_rate(made.pk, until_date=None, actor=actor, now=NOW)
    assert [version.until_date for version in made.history.order_by("history_id")] == [None, date(2026, 1, 1)]


@pytest.mark.parametrize(
    "draft",
    [
        replace(DRAFT, rate=Decimal(0)),
        replace(DRAFT, category="AE", rate=Decimal(0)),
        replace(DRAFT, until_date=date(2011, 1, 4)),
        replace(DRAFT, category="Z"),
    ],
)
def test_a_rate_against_its_category_is_told_in_words(draft: TaxRateDraft) -> None:
    with pytest.raises(TaxRateRefused):
        create_tax_rates([DRAFT, draft], actor=actor_of(a_user()), now=NOW)
    assert not TaxRate.objects.exists()


def test_what_does_not_exist_is_told() -> None:
    with pytest.raises(NotFound):
        end_tax_rate(new_id(), until_date=None, actor=actor_of(a_user()), now=NOW)


@pytest.mark.parametrize(
    ("seller", "to", "tax_class", "business", "on", "category", "rate"),
    [
        ("GB", "GB", "standard", False, date(1996, 7, 4), "S", "17.5"),
        ("GB", "GB", "reduced", False, date(1997, 8, 31), "S", "8"),
        ("GB", "GB", "standard", False, date(2009, 6, 1), "S", "15"),
        ("GB", "GB", "standard", False, date(2011, 1, 3), "S", "17.5"),
        ("GB", "GB", "standard", False, date(2011, 1, 4), "S", "20"),
        ("GB", "FR", "standard", False, date(2010, 12, 1), "S", "17.5"),
        ("GB", "FR", "standard", True, date(2010, 12, 1), "AE", "0"),
        ("GB", "FR", "standard", True, date(2021, 1, 1), "G", "0"),
        ("GB", "GB", "reduced", False, date(2026, 1, 1), "S", "5"),
        ("GB", "GB", "zero", False, date(2026, 1, 1), "Z", "0"),
        ("GB", "US", "zero", False, date(2026, 1, 1), "G", "0"),
        ("DE", "DE", "standard", True, date(2020, 12, 31), "S", "16"),
        ("DE", "DE", "zero", False, date(2026, 1, 1), "S", "7"),
        ("DE", "FR", "standard", False, date(2021, 6, 30), "S", "19"),
        ("DE", "FR", "standard", False, date(2021, 7, 1), "S", "20"),
        ("DE", "EE", "standard", False, date(2025, 7, 1), "S", "24"),
        ("DE", "FR", "standard", True, date(2026, 1, 1), "AE", "0"),
        ("DE", "GB", "standard", True, date(2020, 12, 31), "AE", "0"),
        ("DE", "GB", "standard", True, date(2021, 1, 1), "G", "0"),
        ("DE", "CH", "exempt", False, date(2026, 1, 1), "E", "0"),
    ],
)
def test_the_demo_s_table_says_what_the_law_said(
    seller: str, to: str, tax_class: str, business: bool, on: date, category: str, rate: str
) -> None:
    load_tax_rates(NOW)
    load_tax_rates(NOW)
    answer = determine_taxes([TaxRequest(seller, to, tax_class, business, on)])[0]
    assert answer is not None
    assert (answer.category, answer.rate) == (category, Decimal(rate))
    assert TaxRate.objects.count() == 79


def test_a_reduced_rate_abroad_is_not_guessed() -> None:
    load_tax_rates(NOW)
    assert determine_taxes([TaxRequest("DE", "FR", "reduced", False, date(2026, 1, 1))]) == [None]
