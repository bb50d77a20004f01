"""Tax splits, partial credits and spreads, on every kind of amount."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.contract import CreditHold, Exposure, ObligationDraft
from apps.billing.decisions.bundles import bundle_id
from apps.billing.decisions.cash import spread
from apps.billing.decisions.credit_limit import accept_in_order
from apps.billing.decisions.credits import CreditableLine, CreditRefused, credit_amount, discount_share
from apps.billing.decisions.taxes import TaxedAmount, document_taxes, sum_taxes
from ordercash.kernel.money import tax_minor

RATES = st.sampled_from(
    [Decimal("19"), Decimal("7"), Decimal("0"), Decimal("5.5"), Decimal("24.0000"), Decimal("8.125")]
)
AMOUNTS = st.one_of(st.integers(0, 50), st.integers(0, 10_000_000), st.integers(0, 10**15))
LINES = st.lists(st.builds(TaxedAmount, AMOUNTS, st.sampled_from(["S", "Z", "AE"]), RATES), max_size=30)


@given(LINES)
def test_taxes_of_a_document_sum_in_both_directions(lines: list[TaxedAmount]) -> None:
    totals, shares = document_taxes(lines)
    assert sum(total.tax_minor for total in totals) == sum(shares)
    assert sum(total.net_minor for total in totals) == sum(line.net_minor for line in lines)
    for total in totals:
        members = [
            (line, share)
            for line, share in zip(lines, shares, strict=True)
            if (line.category, line.rate) == (total.category, total.rate)
        ]
        assert total.tax_minor == tax_minor(total.net_minor, total.rate) == sum(share for _, share in members)
        assert all(abs(share - line.net_minor * line.rate / 100) <= 2 for line, share in members)


def test_tax_is_rounded_once_per_rate_and_not_per_line() -> None:
    three_cents = TaxedAmount(3, "S", Decimal(19))
    totals, shares = document_taxes([three_cents] * 3)
    assert [total.tax_minor for total in totals] == [2]  # 9 x 19 % = 1.71; per line it would be 3 x 1 = 3
    assert shares == [1, 1, 0]


def test_the_reason_of_an_exemption_is_told_with_its_rate() -> None:
    lines = [TaxedAmount(100, "AE", Decimal(0), ""), TaxedAmount(100, "AE", Decimal(0), "Reverse charge")]
    assert document_taxes(lines)[0][0].reason == "Reverse charge"
    assert sum_taxes([(lines[0], 0)], {("AE", Decimal(0)): "Reverse charge"})[0].reason == "Reverse charge"


@st.composite
def creditable(draw: st.DrawFn) -> CreditableLine:
    quantity = draw(st.one_of(st.integers(1, 40).map(Decimal), st.decimals("0.0001", "999", places=4)))
    net = draw(AMOUNTS)
    return CreditableLine(quantity, net, tax_minor(net, draw(RATES)), Decimal(0), 0)


def after(line: CreditableLine, quantity: Decimal, net_minor: int) -> CreditableLine:
    return replace(
        line, credited_quantity=line.credited_quantity + quantity, credited_minor=line.credited_minor + net_minor
    )


@given(creditable(), st.lists(st.integers(1, 1000), max_size=8))
def test_any_sequence_of_credited_quantities_sums_to_the_line(line: CreditableLine, steps: list[int]) -> None:
    net = tax = 0
    for step in [*steps, None]:
        left = line.quantity - line.credited_quantity
        quantity = left if step is None else (left * step / 1000).quantize(Decimal("0.0001"))
        if not quantity:
            continue
        amount = credit_amount(line, quantity, None)
        assert amount.net_minor >= 0 and amount.tax_minor >= 0
        net, tax, line = net + amount.net_minor, tax + amount.tax_minor, after(line, quantity, amount.net_minor)
    assert (net, tax) == (line.net_minor, line.tax_minor)


@given(creditable(), st.lists(st.integers(1, 10**15), max_size=8))
def test_any_sequence_of_credited_amounts_sums_to_the_tax(line: CreditableLine, steps: list[int]) -> None:
    tax = 0
    for step in [*steps, line.net_minor]:
        net = min(step, line.net_minor - line.credited_minor)
        if net:
            amount = credit_amount(line, Decimal(0), net)
            tax, line = tax + amount.tax_minor, after(line, Decimal(0), net)
    assert tax == line.tax_minor


def test_the_worked_row_of_the_rounding_rule() -> None:
    line = CreditableLine(Decimal(3), 100, 19, Decimal(0), 0)
    taken = []
    for _ in range(3):
        amount = credit_amount(line, Decimal(1), None)
        taken.append((amount.net_minor, amount.tax_minor))
        line = after(line, Decimal(1), amount.net_minor)
    assert taken == [(33, 6), (34, 7), (33, 6)]


@pytest.mark.parametrize(
    ("quantity", "net"), [("0", None), ("-1", None), ("1", -1), ("4", None), ("0", 101), ("0", 0), ("3.0001", 1)]
)
def test_a_credit_of_nothing_or_of_too_much_is_refused(quantity: str, net: int | None) -> None:
    with pytest.raises(CreditRefused):
        credit_amount(CreditableLine(Decimal(3), 100, 19, Decimal(0), 0), Decimal(quantity), net)


def test_a_kept_fee_is_not_given_back_with_the_rest() -> None:
    line = after(CreditableLine(Decimal(2), 100, 20, Decimal(0), 0), Decimal(1), 40)
    assert credit_amount(line, Decimal(1), None).net_minor == 50


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), max_size=10))
def test_money_is_spread_in_order_and_never_beyond_either_side(amount: int, opens: list[int]) -> None:
    parts = spread(amount, opens)
    assert sum(parts) == min(amount, sum(opens))
    assert all(0 <= part <= still_open for part, still_open in zip(parts, opens, strict=True))
    short = [index for index, part in enumerate(parts) if part < opens[index]]
    assert all(parts[index] == 0 for index in short[1:])


def hold(amount: int, limit: int | None) -> CreditHold:
    return CreditHold(UUID(int=amount), UUID(int=1), UUID(int=2), "EUR", amount, limit)


def test_what_does_not_fit_a_limit_leaves_room_for_smaller_requests() -> None:
    taken = accept_in_order([hold(60, 100), hold(50, 100), hold(30, 100)], Exposure(10, 0))
    assert [request.amount_minor for request in taken] == [60, 30]


def test_what_belongs_on_one_invoice() -> None:
    plain = ObligationDraft(
        "a", UUID(int=1), UUID(int=2), "EUR", Decimal(1), Decimal(1), 100, "S", Decimal(19), 19,
        datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2), shipment_id=UUID(int=3),
    )  # fmt: skip
    daily = replace(plain, invoicing="per_day")
    assert bundle_id(plain) == bundle_id(replace(plain, source_ref="b", net_minor=5))
    assert bundle_id(daily) == bundle_id(replace(daily, source_ref="b", shipment_id=UUID(int=4)))
    for other in ({"shipment_id": UUID(int=4)}, {"currency": "USD"}, {"terms_days": 3}, {"bill_to_id": UUID(int=9)}):
        assert bundle_id(plain) != bundle_id(replace(plain, **other))
    assert bundle_id(daily) != bundle_id(replace(daily, business_date=date(2026, 3, 3)))
    assert bundle_id(replace(plain, shipment_id=None)) != bundle_id(replace(plain, shipment_id=None, source_ref="b"))


@given(
    st.sampled_from(["JPY", "EUR", "KWD"]),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
)
def test_what_was_taken_off_is_credited_in_parts_that_sum_to_it(
    currency: str, net: int, discount: int, steps: list[int]
) -> None:
    whole = Decimal(sum(steps))
    line = CreditableLine(whole, net, 0, Decimal(0), 0)
    taken, credited = [], []
    for step in steps:
        taken.append(discount_share(discount, line, Decimal(step)))
        credited.append(credit_amount(line, Decimal(step), None).net_minor)
        line = replace(
            line, credited_quantity=line.credited_quantity + step, credited_minor=line.credited_minor + credited[-1]
        )
    assert (sum(taken), sum(credited)) == (discount, net)
    assert min(taken) >= 0
