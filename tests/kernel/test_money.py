"""Money: what is rounded, and that every split sums to the whole."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercash.kernel import money
from ordercash.kernel.money import MAX_MINOR, AmountOutOfRange, CurrencyMismatch, Money

totals = st.integers(min_value=-(10**15), max_value=10**15)
weights = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=40)
currencies = st.sampled_from(["JPY", "EUR", "KWD", "CLF"])


@given(totals, weights)
def test_a_split_sums_to_the_whole(total: int, shares: list[int]) -> None:
    parts = money.split(total, shares)
    assert sum(parts) == total
    assert len(parts) == len(shares)


@given(totals, weights)
def test_no_part_is_a_unit_or_more_away_from_its_share(total: int, shares: list[int]) -> None:
    whole = sum(shares)
    if whole == 0:
        return
    for part, share in zip(money.split(total, shares), shares, strict=True):
        assert abs(part * whole - total * share) < whole


@given(totals, weights)
def test_no_part_has_the_other_sign_and_weight_zero_gets_nothing(total: int, shares: list[int]) -> None:
    if sum(shares) == 0:
        return
    for part, share in zip(money.split(total, shares), shares, strict=True):
        assert part * total >= 0
        assert share or not part


@given(totals, weights)
def test_a_split_of_the_opposite_is_the_opposite(total: int, shares: list[int]) -> None:
    assert money.split(-total, shares) == [-part for part in money.split(total, shares)]


def test_a_split_in_numbers() -> None:
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    assert money.split(5, [3, 3, 3, 1]) == [2, 2, 1, 0]
    assert money.split(-1, [1, 1]) == [-1, 0]
    assert money.split(7, [0, 0]) == [7, 0]
    assert money.split(0, []) == []
    with pytest.raises(ValueError, match="over nothing"):
        money.split(1, [])


@given(st.integers(min_value=-MAX_MINOR, max_value=MAX_MINOR), currencies)
def test_minor_to_major_and_back_is_the_same(minor: int, currency: str) -> None:
    assert money.to_minor(money.to_major(minor, currency), currency) == minor


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), currencies)
def test_rounding_is_half_away_from_zero(amount: Decimal, currency: str) -> None:
    minor = money.to_minor(amount, currency)
    assert abs(money.to_major(minor, currency) - amount) <= Decimal("0.5").scaleb(-money.exponent(currency))
    assert minor == -money.to_minor(-amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1.005", "EUR", 101),
        ("-1.005", "EUR", -101),
        ("0.5", "JPY", 1),
        ("0.4", "JPY", 0),
        ("1.0005", "KWD", 1001),
        ("2", "CLF", 20000),
    ],
)
def test_rounding_in_numbers(amount: str, currency: str, minor: int) -> None:
    assert money.to_minor(Decimal(amount), currency) == minor


@given(st.integers(min_value=-(10**14), max_value=10**14), st.decimals(min_value=0, max_value=100, places=4))
def test_tax_is_rounded_once(net_minor: int, rate: Decimal) -> None:
    """EN 16931 BR-CO-17: the category's tax is its taxable amount times the rate, rounded to the currency's decimals."""
    exact = Decimal(net_minor) * rate / 100
    assert money.tax_minor(net_minor, rate) == int(exact.to_integral_value(rounding=ROUND_HALF_UP))
    assert money.tax_minor(-net_minor, rate) == -money.tax_minor(net_minor, rate)


@pytest.mark.parametrize(
    ("net_minor", "rate", "tax_minor"), [(100, "20", 20), (1, "50", 1), (-1, "50", -1), (333, "7.7", 26), (0, "20", 0)]
)
def test_tax_in_numbers(net_minor: int, rate: str, tax_minor: int) -> None:
    assert money.tax_minor(net_minor, Decimal(rate)) == tax_minor


@given(
    st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30),
    st.decimals(min_value=0, max_value=50, places=2),
)
def test_tax_split_to_lines_sums_to_the_invoices_tax(nets: list[int], rate: Decimal) -> None:
    """EN 16931 BR-CO-14: the invoice's tax is the sum of its categories; the lines' shares lose nothing of it."""
    tax_minor = money.tax_minor(sum(nets), rate)
    shares = money.split(tax_minor, nets)
    assert sum(shares) == tax_minor
    assert all(
        abs(Decimal(share) - Decimal(net) * rate / 100) <= Decimal("1.5")
        for share, net in zip(shares, nets, strict=True)
    )


def test_a_line_is_rounded_once() -> None:
    assert money.line_net_minor(Decimal("3"), Decimal("0.335"), "EUR") == 101
    assert money.line_net_minor(Decimal("0.3333"), Decimal("10"), "JPY") == 3


def test_what_does_not_fit_a_bigint_is_refused() -> None:
    with pytest.raises(AmountOutOfRange):
        money.to_minor(Decimal(10) ** 17, "EUR")


def test_currencies_are_not_added() -> None:
    assert Money(5, "EUR") + Money(6, "EUR") - Money(1, "EUR") == -Money(-10, "EUR")
    assert Money(1050, "EUR").major == Decimal("10.50")
    with pytest.raises(CurrencyMismatch):
        Money(5, "EUR") + Money(5, "USD")
