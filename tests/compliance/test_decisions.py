"""Tax precedence and order checks: pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.compliance.decisions.checks import (
    ALWAYS_HELD,
    AMOUNT_OUT_OF_RANGE,
    CHECKS,
    CheckList,
    OrderCheckFacts,
    failed_checks,
    severities_of,
)
from apps.compliance.decisions.tax import TaxAnswer, TaxRequest, TaxRow, build_table, decide_tax
from apps.compliance.decisions.union import is_member
from tests.factories.compliance import a_line, a_tax_row, an_order, standard_checks

CHECKLIST = standard_checks()
DAY = date(2020, 6, 1)
UNTAXED = {"category": "G", "rate": Decimal(0), "reason": "Export"}
REVERSED = {"category": "AE", "rate": Decimal(0), "reason": "Reverse charge"}
TABLE = [
    a_tax_row(),
    a_tax_row(destination="EU", buyer="consumer", rate=Decimal(19)),
    a_tax_row(destination="EU", buyer="business", **REVERSED),
    a_tax_row(destination="FR", buyer="consumer", rate=Decimal("5.5")),
    a_tax_row(destination="XX", **UNTAXED),
]


def tax(
    *rows: TaxRow, to: str, business: bool = False, on: date = DAY, tax_class: str = "standard"
) -> TaxAnswer | None:
    return decide_tax(build_table(rows), TaxRequest("GB", to, tax_class, business, on))


@pytest.mark.parametrize(
    ("to", "business", "on", "category", "rate"),
    [
        ("GB", False, DAY, "S", "20"),
        ("GB", True, DAY, "S", "20"),
        ("FR", False, DAY, "S", "5.5"),
        ("FR", True, DAY, "AE", "0"),
        ("DE", False, DAY, "S", "19"),
        ("DE", True, DAY, "AE", "0"),
        ("US", False, DAY, "G", "0"),
        ("JE", True, DAY, "G", "0"),
        # The United Kingdom has left: the same customers abroad are export now.
        ("DE", True, date(2021, 1, 1), "G", "0"),
        ("DE", False, date(2020, 12, 31), "S", "19"),
        # Croatia was elsewhere until it joined.
        ("HR", False, date(2013, 6, 30), "G", "0"),
        ("HR", False, date(2013, 7, 1), "S", "19"),
    ],
)
def test_the_most_specific_destination_decides(to: str, business: bool, on: date, category: str, rate: str) -> None:
    answer = tax(*TABLE, to=to, business=business, on=on)
    assert answer is not None
    assert (answer.category, answer.rate) == (category, Decimal(rate))


def test_a_rate_holds_from_its_first_day_and_not_on_its_last() -> None:
    turn = date(2011, 1, 4)
    rows = [a_tax_row(rate=Decimal("17.5"), until_date=turn), a_tax_row(from_date=turn)]
    before, after = tax(*rows, to="GB", on=turn - timedelta(days=1)), tax(*rows, to="GB", on=turn)
    assert before is not None
    assert after is not None
    assert (before.rate, after.rate) == (Decimal("17.5"), Decimal(20))


@pytest.mark.parametrize(
    ("rows", "to"),
    [
        ([], "GB"),
        (TABLE, ""),
        ([a_tax_row(destination="XX", **UNTAXED)], "GB"),
        # A member state without a row of its own is not taken for an export.
        ([a_tax_row(destination="XX", **UNTAXED)], "DE"),
        ([a_tax_row(seller_country="DE")], "GB"),
        ([a_tax_row(tax_class="reduced")], "GB"),
        ([a_tax_row(from_date=date(2020, 6, 2))], "GB"),
    ],
)
def test_what_the_table_does_not_say_is_no_answer(rows: list[TaxRow], to: str) -> None:
    assert tax(*rows, to=to) is None


def test_anywhere_is_the_last_resort() -> None:
    anywhere = a_tax_row(destination="", category="E", rate=Decimal(0), reason="Exempt")
    for to, category in (("GB", "S"), ("BR", "E"), ("DE", "E")):
        answer = tax(a_tax_row(), anywhere, to=to)
        assert answer is not None
        assert answer.category == category


def test_greece_is_known_by_its_iso_code() -> None:
    assert is_member("GR", DAY)
    assert not is_member("EL", DAY)


countries = st.sampled_from(["GB", "DE", "FR", "US", "HR", "CH", ""])
rows = st.lists(
    st.builds(
        a_tax_row,
        seller_country=st.sampled_from(["GB", "DE"]),
        destination=st.sampled_from(["GB", "DE", "FR", "EU", "XX", ""]),
        buyer=st.sampled_from(["", "business", "consumer"]),
        rate=st.integers(1, 30).map(Decimal),
        from_date=st.dates(date(2010, 1, 1), date(2022, 1, 1)),
        until_date=st.none() | st.dates(date(2022, 1, 2), date(2030, 1, 1)),
    ),
    max_size=12,
    unique_by=lambda row: row[:4],
)


@given(rows, st.sampled_from(["GB", "DE"]), countries, st.booleans(), st.dates(date(2009, 1, 1), date(2031, 1, 1)))
def test_an_answer_comes_from_a_row_that_fits_and_no_more_specific_one_did(
    known: list[TaxRow], seller: str, to: str, business: bool, on: date
) -> None:
    answer = decide_tax(build_table(known), TaxRequest(seller, to, "standard", business, on))
    fitting = [row for row in known if to and fits(row, seller, to, business, on)]
    if not fitting:
        assert answer is None
        return
    best = min(fitting, key=specificity)
    assert answer == TaxAnswer(best.category, best.rate, best.reason)


def specificity(row: TaxRow) -> tuple[int, bool]:
    """Rank rows: the very country, the union, elsewhere, anywhere; and this kind of buyer before all."""
    return {"EU": 1, "XX": 2, "": 3}.get(row.destination, 0), row.buyer == ""


def fits(row: TaxRow, seller: str, to: str, business: bool, on: date) -> bool:
    """Say whether a row speaks about a request at all, written down once more and in another way."""
    together = is_member(seller, on) and is_member(to, on)
    place = {"": True, "EU": together and to != seller, "XX": not together and to != seller}.get(
        row.destination, row.destination == to
    )
    buyer = row.buyer in ("", "business" if business else "consumer")
    in_force = row.from_date <= on and (row.until_date is None or on < row.until_date)
    return row.seller_country == seller and place and buyer and in_force


def codes(order: OrderCheckFacts, checks: CheckList = CHECKLIST) -> list[tuple[str, int | None]]:
    return [
        (failed.code, failed.line_no) for failed in failed_checks(checks, severities_of(checks, order.channel), order)
    ]


def test_an_order_in_order_fails_nothing() -> None:
    assert codes(an_order(a_line(1), a_line(2))) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"product_known": False}, "product_unknown"),
        ({"product_sellable": False}, "product_not_sellable"),
        ({"quantity": Decimal(0)}, "quantity_not_positive"),
        ({"quantity": Decimal(-1)}, "quantity_not_positive"),
        ({"unit_price": None}, "price_missing"),
        ({"unit_price": Decimal(0)}, "price_not_positive"),
        ({"unit_price": Decimal("-0.01")}, "price_not_positive"),
        ({"tax_determined": False}, "tax_undetermined"),
        ({"row_problem": "quantity is 'abc'"}, "row_unusable"),
    ],
)
def test_a_line_fails_its_check(change: dict[str, Any], code: str) -> None:
    assert codes(an_order(a_line(1), a_line(7, **change))) == [(code, 7)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"customer_known": False}, "customer_unknown"),
        ({"customer_blocked": True}, "customer_blocked"),
        ({"address_empty_parts": ("line1", "line2")}, "address_incomplete"),
        ({"address_known": False}, "address_incomplete"),
        ({"credit_refused": True}, "credit_limit_exceeded"),
    ],
)
def test_an_order_fails_its_check(change: dict[str, Any], code: str) -> None:
    assert codes(an_order(**change)) == [(code, None)]


def test_parts_that_nobody_requires_may_be_empty() -> None:
    assert codes(an_order(address_empty_parts=("line2", "state"))) == []


def test_all_failures_are_told_together() -> None:
    order = an_order(
        a_line(1, quantity=Decimal(0)), a_line(2, unit_price=None), customer_blocked=True, credit_refused=True
    )
    assert codes(order) == [
        ("customer_blocked", None), ("credit_limit_exceeded", None), ("quantity_not_positive", 1), ("price_missing", 2),
    ]  # fmt: skip


def test_what_follows_from_another_failure_is_not_repeated() -> None:
    assert codes(an_order(a_line(1, product_known=False, unit_price=None, tax_determined=False))) == [
        ("product_unknown", 1)
    ]
    assert codes(an_order(a_line(1, tax_determined=False), customer_known=False)) == [("customer_unknown", None)]


def test_what_is_not_listed_is_not_checked_and_channels_may_be_excepted() -> None:
    checks = CheckList.model_validate(
        {
            "checks": [
                {"code": "price_not_positive", "severity": "warn"},
                {"code": "address_incomplete", "except_channels": ["edi"]},
            ]
        }
    )
    order = an_order(a_line(1, unit_price=Decimal(0), product_sellable=False), address_empty_parts=("city",))
    assert codes(order, checks) == [("address_incomplete", None), ("price_not_positive", 1)]
    assert codes(order._replace(channel="edi"), checks) == [("price_not_positive", 1)]
    assert failed_checks(checks, severities_of(checks, "edi"), order)[0].severity == "warn"


def test_what_nothing_could_be_invoiced_without_holds_whatever_the_list_says() -> None:
    checks = CheckList.model_validate({"checks": [{"code": code, "severity": "warn"} for code in ALWAYS_HELD[:-1]]})
    order = an_order(
        a_line(1, unit_price=None, tax_determined=False), a_line(2, quantity=Decimal(0)), a_line(3, product_known=False)
    )
    expected = [("price_missing", 1), ("tax_undetermined", 1), ("quantity_not_positive", 2), ("product_unknown", 3)]
    for listed in (checks, CheckList(checks=()), CHECKLIST):
        failed = failed_checks(listed, severities_of(listed, "web"), order)
        assert [(item.code, item.line_no) for item in failed] == expected
        assert {item.severity for item in failed} == {"hold"}


def test_without_any_address_an_order_is_held_whatever_the_list_says() -> None:
    checks = CheckList.model_validate({"checks": [{"code": "address_incomplete", "severity": "warn"}]})
    for listed in (checks, CheckList(checks=()), CHECKLIST):
        (failed,) = failed_checks(listed, severities_of(listed, "legacy"), an_order(address_known=False))
        assert (failed.code, failed.severity) == ("address_incomplete", "hold")


def test_an_amount_beyond_the_books_holds_whatever_the_list_says() -> None:
    checks = CheckList.model_validate({"checks": [{"code": "price_missing"}]})
    order = an_order(a_line(1, unit_price=None, amount_too_large=True))
    assert codes(order, checks) == [(AMOUNT_OUT_OF_RANGE, 1)]


def test_the_checks_that_the_project_ships_are_all_there_are() -> None:
    # What the price decision refuses is not on the list: it says so itself.
    by_prices = {"price_below_floor", "cost_unknown", "coupon_refused"}
    assert {check.code for check in CHECKLIST.checks} == set(CHECKS) - {AMOUNT_OUT_OF_RANGE} - by_prices


@pytest.mark.parametrize(
    "document",
    [
        {"checks": [{"code": "weather_bad"}]},
        {"checks": [{"code": "price_missing"}, {"code": "price_missing"}]},
        {"checks": [], "required_address": ["shoe_size"]},
        {"checks": [{"code": "price_missing", "severity": "explode"}]},
    ],
)
def test_a_wrong_list_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckList.model_validate(document)
