"""The pure parts: amounts frozen and split, returns matched; whatever the figures, the parts sum to the whole."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.decisions.freeze import TaxedNet, line_taxes, part_minor
from apps.orders.decisions.matching import (
    ALREADY_CREDITED,
    NEVER_SOLD,
    PRICE_ABOVE_SOLD,
    Candidate,
    Match,
    ReturnFacts,
    Sale,
    match_returns,
)
from ordercash.kernel.money import line_net_minor, tax_minor

START = datetime(2026, 3, 2, tzinfo=UTC)
RATES = st.one_of(st.none(), st.decimals(0, 30, places=4))
TAXED = st.builds(TaxedNet, st.integers(0, 10**12), st.sampled_from("SZE"), RATES)
QUANTITIES = st.decimals(Decimal("0.0001"), 1000, places=4)


@given(st.lists(TAXED, max_size=30))
def test_the_tax_of_the_lines_is_the_tax_of_their_sum_by_category_and_rate(lines: list[TaxedNet]) -> None:
    sums: defaultdict[tuple[str, Decimal | None], int] = defaultdict(int)
    taxes: defaultdict[tuple[str, Decimal | None], int] = defaultdict(int)
    for line, tax in zip(lines, line_taxes(lines), strict=True):
        assert tax >= 0
        sums[line.category, line.rate] += line.net_minor
        taxes[line.category, line.rate] += tax
    assert all(taxes[group] == tax_minor(net, group[1] or Decimal(0)) for group, net in sums.items())


@given(
    st.sampled_from(["JPY", "EUR", "KWD"]),
    st.decimals(0, 10_000, places=6),
    st.lists(QUANTITIES, min_size=1, max_size=12),
)
def test_any_sequence_of_parts_sums_to_the_line_in_every_currency(
    currency: str, price: Decimal, quantities: list[Decimal]
) -> None:
    whole = sum(quantities)
    net_minor = line_net_minor(whole, price, currency)
    before = Decimal(0)
    shares = []
    for quantity in quantities:
        shares.append(part_minor(net_minor, whole, before, quantity))
        before += quantity
    assert sum(shares) == net_minor
    assert all(0 <= share <= net_minor for share in shares)


@given(st.integers(0, 10**9), st.integers(1, 10_000))
def test_single_units_differ_by_one_minor_unit_at_most(net_minor: int, pieces: int) -> None:
    steps = min(pieces, 50)
    shares = [part_minor(net_minor, Decimal(pieces), Decimal(step), Decimal(1)) for step in range(steps)]
    assert max(shares) - min(shares) <= 1


# Few customers, products, prices and days, so that lines and sales meet, clash and run out.
SALES = st.builds(
    Sale,
    st.just(UUID(int=1)),
    st.sampled_from([UUID(int=2), UUID(int=3)]),
    st.sampled_from(["GBP", "EUR"]),
    st.sampled_from([UUID(int=4), UUID(int=5)]),
)
PRICES = st.sampled_from([Decimal("1.00"), Decimal("1.25"), Decimal("2.50")])
PIECES = st.integers(1, 9).map(Decimal)
DAYS = st.integers(0, 5).map(lambda day: START + timedelta(days=day))


@st.composite
def sold_goods(draw: st.DrawFn) -> dict[Sale, list[Candidate]]:
    found: dict[Sale, list[Candidate]] = {}
    for number in range(draw(st.integers(0, 12))):
        item = Candidate(UUID(int=100 + number), UUID(int=200 + number), draw(PRICES), draw(PIECES), draw(DAYS))
        found.setdefault(draw(SALES), []).append(item)
    return found


@st.composite
def goods_back(draw: st.DrawFn) -> list[ReturnFacts]:
    count = draw(st.integers(0, 12))
    return [ReturnFacts(UUID(int=300 + n), draw(SALES), draw(PIECES), draw(PRICES), draw(DAYS)) for n in range(count)]


@given(goods_back(), sold_goods())
def test_matching_keeps_quantities_and_never_credits_more_than_was_sold(
    lines: list[ReturnFacts], sold: dict[Sale, list[Candidate]]
) -> None:
    sales = {item.invoice_line_id: (sale, item) for sale, items in sold.items() for item in items}
    matches, unmatched = match_returns(lines, sold)
    matched = _quantities((match.line_id, match.quantity) for match in matches)
    # Every line has one home, and a matched one is matched whole.
    assert matched.keys() | {item.line_id for item in unmatched} == {line.line_id for line in lines}
    assert not matched.keys() & {item.line_id for item in unmatched}
    facts = {line.line_id: line for line in lines}
    assert all(facts[line_id].quantity == quantity for line_id, quantity in matched.items())
    # No sale gives more than is left of it, none to somebody else, none below its price, none before it happened.
    given_back = _quantities((match.invoice_line_id, match.quantity) for match in matches)
    assert all(quantity <= sales[line_id][1].left for line_id, quantity in given_back.items())
    for match in matches:
        line, (sale, item) = facts[match.line_id], sales[match.invoice_line_id]
        assert (line.sale, match.invoice_id) == (sale, item.invoice_id)
        assert line.unit_price <= item.unit_price
        assert item.sold_at <= line.occurred_at
        assert match.at_sold_price == (line.unit_price == item.unit_price)
        assert match.quantity > 0
    assert match_returns(lines, sold) == (matches, unmatched)


def _quantities(pairs: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    found: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for key, quantity in pairs:
        found[key] += quantity
    return dict(found)


SALE = Sale(UUID(int=1), UUID(int=2), "GBP", UUID(int=4))


def a_sale(number: int, price: str, left: str, day: int = 0) -> Candidate:
    return Candidate(UUID(int=number), UUID(int=number), Decimal(price), Decimal(left), START + timedelta(days=day))


def a_return(number: int, price: str, quantity: str, day: int = 9) -> ReturnFacts:
    return ReturnFacts(UUID(int=number), SALE, Decimal(quantity), Decimal(price), START + timedelta(days=day))


def test_the_same_price_comes_first_then_the_latest_sale() -> None:
    sold = [a_sale(1, "2", "9", day=5), a_sale(2, "1", "9", day=1), a_sale(3, "1", "9", day=3)]
    matches, _ = match_returns([a_return(7, "1", "2")], {SALE: sold})
    assert matches == [Match(UUID(int=7), UUID(int=3), UUID(int=3), Decimal(2), True)]


def test_a_line_is_spread_over_sales_when_no_single_one_suffices() -> None:
    sold = [a_sale(1, "1", "2", day=1), a_sale(2, "1", "3", day=2), a_sale(3, "5", "3", day=3)]
    matches, unmatched = match_returns([a_return(7, "1", "6"), a_return(8, "1", "3")], {SALE: sold})
    assert [(match.invoice_line_id.int, int(match.quantity)) for match in matches] == [(2, 3), (1, 2), (3, 1)]
    assert [item.code for item in unmatched] == [ALREADY_CREDITED]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (a_return(7, "1", "1", day=-1), NEVER_SOLD),
        (a_return(7, "1", "10"), ALREADY_CREDITED),
        (a_return(7, "3", "1"), PRICE_ABOVE_SOLD),
    ],
)
def test_a_line_that_finds_no_sale_says_why(line: ReturnFacts, code: str) -> None:
    matches, (unmatched,) = match_returns([line], {SALE: [a_sale(1, "2", "9")]})
    assert (matches, unmatched.code) == ([], code)


def test_shares_grow_with_the_running_total() -> None:
    totals = [part_minor(1000, Decimal(3), Decimal(0), Decimal(part)) for part in range(4)]
    assert totals == [0, 333, 667, 1000]
    assert [after - before for before, after in pairwise(totals)] == [333, 334, 333]
