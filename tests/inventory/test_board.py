"""The backorder board: by age and money, each currency for itself, with why every line waits."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.inventory.contract import OrderTag, reserve_lines
from apps.inventory.models import Backorder, BrokenPromise, OrderPolicy
from apps.inventory.pages.board import charts
from apps.inventory.selectors.board import ages, open_minor, waiting_lines
from ordercash.kernel import clock
from tests.factories.inventory import NOW, a_place, demand
from tests.factories.pages import shown, signed_in, words

pytestmark = pytest.mark.django_db
BOARD = "/backorders/board/"


@pytest.fixture
def place(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return a_place(products=2)


def waits(place, days, quantity=4, *, currency="GBP", net=1000, **changes):
    line = replace(
        demand(place, quantity), occurred_at=NOW - timedelta(days=days), net_minor=net,
        about=OrderTag(currency=currency, channel="web"), **changes,
    )  # fmt: skip
    reserve_lines([line])
    return line


def test_by_age_and_currency(place):
    for days, currency in (
        (0, "GBP"),
        (1, "EUR"),
        (2, "GBP"),
        (6, "GBP"),
        (7, "GBP"),
        (13, "JPY"),
        (30, "GBP"),
        (99, "GBP"),
    ):
        waits(place, days, currency=currency)
    waits(place, -3)
    found = ages(now=NOW)
    assert [age.lines for age in found] == [3, 2, 2, 0, 2]
    assert [age.money for age in found] == [
        {"GBP": 2000, "EUR": 1000}, {"GBP": 2000}, {"GBP": 1000, "JPY": 1000}, {}, {"GBP": 2000},
    ]  # fmt: skip
    assert [each.currency for each in charts(found)] == ["GBP", "EUR"]
    by_age = [waiting_lines(now=NOW, age=age.key).count() for age in found]
    assert by_age == [age.lines for age in found]
    assert [age.lines for age in ages(now=NOW, legal_entity="XX")] == [0] * 5


def test_what_waits_is_worth_its_part_of_the_line(place):
    waits(place, 1, 3, net=1000)
    Backorder.objects.update(quantity=1)
    assert open_minor(Backorder.objects.get()) == 333
    assert ages(now=NOW)[0].money == {"GBP": 333}


def test_the_page(place):
    whole, broken = waits(place, 40), waits(place, 3, wanted_on=date(2026, 3, 1))
    OrderPolicy.objects.create(order_id=whole.order_id, ship="complete")
    Backorder.objects.filter(line_id=broken.line_id).update(promised_on=date(2026, 3, 5), promise_no=1)
    BrokenPromise.objects.create(
        line_id=broken.line_id,
        legal_entity=place.entity,
        product=place.products[0],
        short=4,
        possible_on=date(2026, 4, 1),
        found_at=NOW,
    )
    desk = signed_in("inventory.view_stock")
    text = words(shown(desk, BOARD))
    assert "Over 30 days 1 line GBP 10.00" in text
    assert "Complete" in text and "possible on 01 Apr 2026" in text
    for query, seen in (("age=more", 1), ("promised=broken", 1), ("promised=none", 1), ("promised=kept", 0), ("reason=later", 0),
                        ("currency=GBP", 2), ("channel=web", 0), ("entity=UK", 2), ("q=p00000", 2), ("age=nonsense", 2)):  # fmt: skip
        assert shown(desk, f"{BOARD}?{query}").count("UK-P00000</") >= seen, query
    assert "UK-P00000</" not in shown(desk, f"{BOARD}?promised=kept")
    assert desk.get(BOARD, headers={"HX-Request": "true", "HX-Target": "worklist"}).status_code == 200
    assert signed_in("orders.view_orders").get(BOARD).status_code == 403


def test_an_empty_board(place):
    assert "Nobody waits for goods" in words(shown(signed_in("inventory.view_stock"), BOARD))
