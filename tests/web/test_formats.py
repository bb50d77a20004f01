"""How values read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from ordercash.web import formats

MOMENT = datetime(2024, 7, 1, 22, 59, 59, 999_000, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123_456_789, "GBP", "1,234,567.89"),
        (-5, "EUR", "−0.05"),
        (125_000, "JPY", "125,000"),
        (125_000, "KWD", "125.000"),
        (0, "USD", "0.00"),
        (900_000_000_000_000_000, "EUR", "9,000,000,000,000,000.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, text: str) -> None:
    html = shown("{% money minor currency %}", minor=minor, currency=currency)
    assert f"&nbsp;{text}</span>" in html
    assert f">{currency}<" in html


def test_a_gain_can_carry_its_sign() -> None:
    assert "+0.05" in formats.money_html(5, "EUR", signed=True)
    assert formats.money_html(0, "") == formats.NOTHING and "0.00" in formats.money_html(0, "EUR")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("6.0000", "6"),
        ("12.2500", "12.25"),
        ("1200", "1,200"),
        ("-0.5", "−0.5"),
        ("1000000000", "1,000,000,000"),
        ("1E+3", "1,000"),
    ],
)
def test_a_quantity_has_no_idle_zeros(value: str, text: str) -> None:
    assert f">{text}<" in shown("{% quantity value %}", value=Decimal(value))


def test_a_unit_stands_behind_its_quantity() -> None:
    assert "kg" in shown('{% quantity value "kg" %}', value=Decimal("2.5"))


def test_an_instant_is_shown_in_the_users_zone_and_told_in_utc() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        html = shown("{% when moment %}", moment=MOMENT)
    assert ">02 Jul 2024 07:59</time>" in html
    assert 'datetime="2024-07-01T22:59:59.999Z"' in html
    assert "2024-07-01 22:59:59.999 UTC" in html


def test_a_business_day_is_never_shifted() -> None:
    with timezone.override(ZoneInfo("America/Los_Angeles")):
        assert ">31 Dec 2024</time>" in shown("{% day day %}", day=date(2024, 12, 31))


@pytest.mark.parametrize(
    "source", ["{% money none 'GBP' %}", "{% quantity none %}", "{% when none %}", "{% day none %}", "{% badge '' %}"]
)
def test_nothing_reads_as_a_dash(source: str) -> None:
    assert "oc-nothing" in shown(source, none=None)


def test_a_badge_says_its_word_and_has_its_tone() -> None:
    html = shown("{% badge 'partly_shipped' %}")
    assert "Partly shipped" in html
    assert "oc-tone-info" in html
    assert "oc-tone-neutral" in shown("{% badge 'never_heard_of' %}")


def test_everything_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    for source in (
        "{% badge text %}",
        "{% link 'none' 1 text %}",
        "{% quantity 1 text %}",
        "{% money 1 text %}",
        "{{ text|or_nothing }}",
    ):
        assert "<script" not in shown(source, text=evil)


@pytest.mark.parametrize(("share", "text"), [("0.042", "+4.2\xa0%"), ("-0.1", "−10.0\xa0%"), ("0", "0.0\xa0%")])
def test_a_share_reads_as_percent(share: str, text: str) -> None:
    assert formats.percent_text(Decimal(share)) == text
