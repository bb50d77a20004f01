"""What can be promised, asked over the API: carts that compete, plans by day, and answers that are never older than the last change."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from apps.inventory.contract import plan_receipts, reserve_lines
from apps.inventory.models import Lot, Stock, Supply
from apps.inventory.selectors.atp import Wish, memory, offer_cart
from apps.inventory.services.stamps import OLDER
from apps.masterdata.contract import products_by_id
from apps.masterdata.models import BundlePart, Product
from ordercash.kernel import clock
from ordercash.kernel.sql import fetch, run
from tests.factories.counting import counted
from tests.factories.inventory import NOW, a_place, announced, demand, stocked
from tests.factories.rulebooks import put_standard_in_force
from tests.factories.web import make_user

ATP = "/api/v1/inventory/atp"
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_nine(monkeypatch):
    memory.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place(db):
    place = a_place(warehouses=2, products=3)
    put_standard_in_force("inventory_availability.yaml")
    stocked(place, 10, product=0)
    plan_receipts([announced(place, 20, "po:1", days=5), announced(place, 30, "po:2", days=12)], now=NOW)
    return place


def wish(place, quantity, *, days=None, product=0, **asked):
    facts = products_by_id([place.products[product].id])[place.products[product].id]
    return Wish(facts, Decimal(quantity), None if days is None else TODAY + timedelta(days=days), **asked)


def offered(place, *wishes):
    return offer_cart(place.entity.id, wishes, now=NOW)


def days_of(offer):
    return [((part.ship_on - TODAY).days, int(part.quantity)) for part in offer.schedule]


def test_a_line_is_told_when_and_from_where(place):
    (found,) = offered(place, wish(place, 35))
    assert days_of(found) == [(0, 10), (5, 20), (12, 5)]
    assert [part.comes_from[0].supply_id is None for part in found.schedule] == [True, False, False]
    assert (found.on_wanted_day, found.complete_on, found.short) == (10, TODAY + timedelta(days=12), 0)
    (late,) = offered(place, wish(place, 99, days=6))
    assert (days_of(late), late.on_wanted_day, late.complete_on, late.short) == ([(6, 30), (12, 30)], 30, None, 39)


def test_lines_of_a_cart_compete(place):
    first, second, third = offered(place, wish(place, 15, days=7), wish(place, 12), wish(place, 12, whole=True))
    assert days_of(first) == [(7, 15)]
    assert days_of(second) == [(0, 10), (5, 2)]
    assert days_of(third) == [(12, 12)]


def test_one_warehouse_promises_what_it_leaves(place):
    stocked(place, 4, warehouse=1, product=0)
    north, south = (warehouse.id for warehouse in place.warehouses)
    one, other, rest = offered(
        place, wish(place, 12, warehouse_id=north), wish(place, 5, warehouse_id=south), wish(place, 60, days=12)
    )
    assert days_of(one) == [(0, 10), (5, 2)]
    assert (days_of(other), other.short) == ([(0, 4)], 1)
    assert {part.warehouse_id for leaving in other.schedule for part in leaving.comes_from} == {south}
    assert days_of(rest) == [(12, 48)]


CHANGES = {
    "stock": "UPDATE inventory_stock SET on_hand = on_hand + 7",
    "supply": "UPDATE inventory_supply SET due_at = due_at + interval '3 days'",
    "confidence": "UPDATE inventory_supply SET confidence = 10",
    "waiting": "UPDATE inventory_backorder SET quantity = 1",
    "gone": "DELETE FROM inventory_backorder",
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_is_never_older_than_the_last_change(place, change):
    reserve_lines([demand(place, 30)])
    asked = wish(place, 31)
    before = offered(place, asked)
    with counted() as seen:
        assert offered(place, asked) == before
    assert seen.count == 1
    run(CHANGES[change])
    after = offered(place, asked)
    memory.clear()
    assert after == offered(place, asked) != before


def test_a_stamp_that_comes_late_and_is_dropped_is_seen(place):
    """Another transaction's stamp with a lower number comes after the kept one and is thinned out before anybody asks."""
    fetch(OLDER)
    before = offered(place, wish(place, 31))
    ((kept,),) = fetch("SELECT max(id) FROM inventory_planstamp")
    run("UPDATE inventory_supply SET confidence = 10")
    run("UPDATE inventory_planstamp SET id = %s - 1 WHERE id > %s", [kept, kept])
    fetch(OLDER)
    assert offered(place, wish(place, 31)) != before


@pytest.mark.parametrize("lines", [2, 60])
def test_statements_do_not_grow_with_the_cart(lines, db):
    place = a_place(products=lines)
    put_standard_in_force("inventory_availability.yaml")
    wishes = [wish(place, 1, product=n) for n in range(lines)]
    offered(place, wishes[0])
    memory.clear()
    with counted() as cold:
        offered(place, *wishes)
    with counted() as warm:
        offered(place, *wishes)
    assert (cold.count, warm.count) == (2, 1)


def test_lots_leave_before_they_expire(place):
    stock = Stock.objects.get(product=place.products[0])
    Stock.objects.filter(pk=stock.pk).update(has_lots=True, safety_stock=1)
    lots = (("OLD", 4, 3), ("NEW", 6, 30))
    Lot.objects.bulk_create(
        Lot(stock=stock, code=code, on_hand=quantity, expires_on=TODAY + timedelta(days=days))
        for code, quantity, days in lots
    )
    Supply.objects.update(confidence=0)
    today, later = offered(place, wish(place, 20), wish(place, 20, days=3))
    assert (days_of(today), days_of(later)) == ([(0, 9)], [])
    assert days_of(offered(place, wish(place, 20, days=3))[0]) == [(3, 5)]


@pytest.fixture
def client(db):
    found = Client()
    found.force_login(make_user("inventory.view_promises"), backend="django.contrib.auth.backends.ModelBackend")
    return found


def ask(client, **body):
    return client.post(ATP, {"legal_entity": "UK", **body}, content_type="application/json")


def test_a_cart_over_the_api(place, client):
    told = ask(client, lines=[{"sku": "UK-P00000", "quantity": "12"}, {"sku": "UK-P00000", "quantity": 99}]).json()
    assert told["complete_on"] is None
    first, second = told["lines"]
    assert (first["on_wanted_day"], first["complete_on"], first["short"], first["rule"]) == (
        "10",
        "2026-03-07",
        "0",
        "standard",
    )
    assert [(part["ship_on"], part["quantity"]) for part in first["schedule"]] == [
        ("2026-03-02", "10"),
        ("2026-03-07", "2"),
    ]
    assert first["schedule"][0]["comes_from"][0]["supply"] is None
    supply = Supply.objects.order_by("due_at")[0]
    assert first["schedule"][1]["comes_from"][0] == {
        "warehouse": "UK-1", "supply": supply.number, "supply_id": str(supply.pk), "sku": "UK-P00000", "quantity": "2",
        "free_on": "2026-03-07",
    }  # fmt: skip
    assert (second["short"], second["complete_on"]) == ("51", None)


def test_bundles_leave_with_their_last_part_and_services_at_once(place, client):
    unit = place.products[0].unit
    kit = Product.objects.create(sku="KIT", name="Kit", unit=unit, kind="bundle")
    Product.objects.create(sku="FITTING", name="Fitting", unit=unit, kind="service")
    BundlePart.objects.create(bundle=kit, part=place.products[0], quantity=2)
    BundlePart.objects.create(bundle=kit, part=place.products[1], quantity=1)
    stocked(place, 8, product=1)
    lines = [{"sku": "KIT", "quantity": "6"}, {"sku": "FITTING", "quantity": "1"}, {"sku": "KIT", "quantity": "3"}]
    first, service, second = ask(client, lines=lines).json()["lines"]
    assert (first["on_wanted_day"], first["complete_on"], first["short"]) == ("5", "2026-03-07", "0")
    assert {each["sku"] for each in first["schedule"][0]["comes_from"]} == {"UK-P00000", "UK-P00001"}
    assert (service["complete_on"], service["short"]) == ("2026-03-02", "0")
    assert (second["complete_on"], second["short"]) == (None, "3")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"legal_entity": "XX", "lines": [{"sku": "UK-P00000", "quantity": 1}]}, "/legal_entity"),
        ({"lines": [{"sku": "NONE", "quantity": 1}]}, "/lines/0/sku"),
        ({"lines": [{"sku": "UK-P00000", "quantity": "0.5"}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "UK-P00000", "quantity": 0}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "UK-P00000", "quantity": 1, "warehouse": "XX"}]}, "/lines/0/warehouse"),
        ({"lines": []}, "/lines"),
    ],
)
def test_a_cart_that_means_nothing_is_refused(place, client, body, pointer):
    answer = ask(client, **body)
    assert answer.status_code == 422
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}


def test_the_plan_of_a_product(place, client):
    reserve_lines([demand(place, 14)])
    told = client.get(f"{ATP}?sku=UK-P00000&days=30").json()
    assert [(day["on"], day["supply"], day["demand"], day["offered"]) for day in told["days"]] == [
        ("2026-03-02", "0", "0", "0"), ("2026-03-07", "20", "4", "16"), ("2026-03-14", "30", "0", "46"), ("2026-04-01", "0", "0", "46"),
    ]  # fmt: skip
    assert [(row["quantity"], row["counts"], row["due_on"]) for row in told["supplies"]] == [
        ("20", True, "2026-03-07"), ("30", True, "2026-03-14"),
    ]  # fmt: skip
    assert [row["quantity"] for row in told["promises"]] == ["4"]
    assert client.get(f"{ATP}?sku=UK-P00000&warehouse=UK-2").json()["days"][0]["offered"] == "0"
    for query in ("sku=NONE", "sku=UK-P00000&days=0", "sku=UK-P00000&days=367", "sku=UK-P00000&warehouse=XX"):
        assert client.get(f"{ATP}?{query}").status_code == 422


def test_without_rules_nothing_is_promised(client, db):
    a_place()
    answer = ask(client, lines=[{"sku": "UK-P00000", "quantity": 1}])
    assert (answer.status_code, answer.json()["code"]) == (409, "no_rulebook_in_force")
    assert Client().post(ATP, {}, content_type="application/json").status_code == 401
