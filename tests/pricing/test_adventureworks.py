"""A bicycle maker's Internet sales, each line priced from the dimensions: a slice in every run, all of it when every count is asked for."""

import sys
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from apps.compliance.contract import TaxRequest, determine_taxes
from apps.pricing.contract import CartRequest, LineRequest, price_carts
from apps.pricing.selectors.costs import Costs
from tests.factories.adventureworks import (
    LINES,
    ORDERS,
    Promotion,
    Sale,
    Version,
    instant,
    orders,
    promotions,
    versions,
)
from tests.factories.adventureworks_masters import HOME, TAX_FROM, TAX_UNTIL, World, cart_of, load
from tests.factories.adventureworks_promotions import moments, skus_of
from tests.factories.adventureworks_report import MEASURES, Report, compare, price_orders
from tests.integrations.real_data import IS_FULL

SLICE = 14  # of every so many orders one is taken: 1,976
FILE = {"sales": Decimal("29358677.2207"), "tax": Decimal("2348694.2301"), "freight": Decimal("733969.6091")}

pytestmark = pytest.mark.real_data
database = pytest.mark.django_db(transaction=True)


@database
def test_a_slice_is_priced_as_the_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = orders(SLICE)
    world = load(chosen)

    report = compare(world, chosen)

    _say(report, capsys)
    assert (report.orders, report.lines) == (len(chosen), sum(map(len, chosen)))
    assert not report.unequal
    _check_statements(world, chosen, report)
    _check_costs(world, chosen)
    _check_tax_days()
    _check_ends_of_promotions(world)


@database
@pytest.mark.skipif(not IS_FULL, reason="a slice is enough in every run: all lines with ORDERCASH_FULL=1")
def test_every_line_is_priced_as_the_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = orders()
    world = load(chosen)

    report = compare(world, chosen)

    _say(report, capsys)
    assert (report.orders, report.lines) == (ORDERS, LINES)
    assert not report.unequal
    assert len(report.statements) == 1
    for measure in MEASURES:
        of_file = sum(sums.file for (_, name), sums in report.sums.items() if name == measure)
        assert of_file == FILE[measure]
    _check_costs(world, chosen)


def test_the_versions_of_a_product_meet_on_the_calendar_of_the_orders() -> None:
    by_sku: dict[str, list[Version]] = {}
    for version in sorted(versions(), key=lambda version: version.begin):
        by_sku.setdefault(version.sku, []).append(version)
    assert (len(versions()), len(by_sku)) == (395, 293)
    for own in by_sku.values():
        assert [version.end for version in own[:-1]] == [version.begin for version in own[1:]]


def _say(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{report.table()}\n")


def _check_statements(world: World, chosen: list[list[Sale]], report: Report) -> None:
    """A cart alone takes as many statements as a batch of five hundred."""
    assert len(report.statements) == 1
    ((_, _, _, alone),) = price_orders(world, chosen[:1])
    assert set(report.statements) == {alone}


def _check_costs(world: World, chosen: list[list[Sale]]) -> None:
    """The cost in force at each order is the one that the file names."""
    sold = [(cart_of(world, lines), lines) for lines in chosen]
    costs = Costs({product.id for product in world.products.values()}, [cart.at for cart, _ in sold])
    for cart, lines in sold:
        for asked, line in zip(cart.lines, lines, strict=True):
            found = costs.of(asked.product.id, world.entity.id, "USD", cart.at)  # type: ignore[union-attr]
            assert found is not None
            assert found.amount == line.cost


def _check_tax_days() -> None:
    """Rates are dated: the day before the first and the day of the end have no answer."""
    days = [TAX_FROM - timedelta(days=1), TAX_FROM, TAX_UNTIL - timedelta(days=1), TAX_UNTIL]
    answers = determine_taxes([TaxRequest(HOME, HOME, "standard", False, day) for day in days])
    assert [answer and answer.rate for answer in answers] == [None, Decimal(8), Decimal(8), None]


def _check_ends_of_promotions(world: World) -> None:
    """A second before and after both ends of each promotion, through the door that orders use; what is not sold yet has no price."""
    asked = [(promotion, at, runs) for promotion in promotions()[1:] for at, runs in moments(promotion)]
    carts = [_dealer_cart(world, promotion, at) for promotion, at, _ in asked]
    for cart, decided, (promotion, at, runs) in zip(carts, price_carts(carts), asked, strict=True):
        (line,) = decided.priced.lines
        is_sold = any(
            each.sku == cart.lines[0].sku and instant(each.begin) <= at and (each.end is None or at < instant(each.end))
            for each in versions()
        )
        assert (line.unit_price is not None) == is_sold
        expected = [f"promotion_{promotion.key}"] if runs and is_sold else []
        assert [rule for rule, _ in line.discounts] == expected, (promotion.name, at)


def _dealer_cart(world: World, promotion: Promotion, at: datetime) -> CartRequest:
    """Return a cart of one product that the promotion is for, on a channel where it runs."""
    sku = skus_of(promotion)[0]
    return CartRequest(
        at=at, currency="USD", legal_entity_id=world.entity.id, customer_group_id=world.resellers.id, channel="store",
        lines=[LineRequest(world.products[sku], sku, Decimal(max(promotion.least, 1)))], country=HOME,
    )  # fmt: skip
