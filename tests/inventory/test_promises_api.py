"""Promises and re-plans over the API, and re-plans over several currencies."""

from datetime import timedelta

import pytest

from apps.inventory.models import Backorder, Supply
from apps.inventory.services.replanning import replans_of
from apps.masterdata.models import Currency, ExchangeRate
from ordercash.kernel import clock
from tests.factories.api import a_caller
from tests.factories.counting import counted
from tests.factories.inventory import NOW, a_place
from tests.factories.rulebooks import put_standard_in_force
from tests.inventory.test_promises import announce, day, move, order

pytestmark = pytest.mark.django_db(transaction=True)

PROMISES = "/api/v1/inventory/promises"


@pytest.fixture
def late(monkeypatch):
    """Two lines share 20 that were to come on day 5; 12 of them come on day 9, 10 others on day 20. A third line has the last two."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    place = a_place(warehouses=2)
    put_standard_in_force("inventory_availability.yaml")
    announce(place, 20, "po:1", 5)
    announce(place, 10, "po:2", 20)
    lines = [order(place, 12, net_minor=60_000)[0], order(place, 8, net_minor=4_000, minutes=1)[0]]
    lines.append(order(place, 2, net_minor=900, minutes=2)[0])
    Supply.objects.filter(source_ref="po:1").update(quantity=12)
    move(place, "po:1", 9)
    return place, Supply.objects.get(source_ref="po:1"), lines


def shown(caller, query=""):
    answer = caller.get(PROMISES + query)
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_promises_are_listed_with_what_serves_them(late):
    _, supply, (dear, cheap, small) = late
    caller = a_caller("inventory.view_promises")
    with counted() as seen:
        found = shown(caller)
    assert [row["line_id"] for row in found] == [*sorted([str(dear.line_id), str(cheap.line_id)]), str(small.line_id)]
    assert seen.count <= 6
    last = found[-1]
    assert (last["promised_on"], last["promise_no"], last["broken"]) == (day(20).isoformat(), 1, None)
    assert [(peg["quantity"], peg["ship_on"]) for peg in last["pegs"]] == [("2", day(20).isoformat())]
    first = next(row for row in found if row["line_id"] == str(dear.line_id))
    assert first["broken"] == {
        "short": "12", "because_of": supply.number, "supply_id": str(supply.pk), "possible_on": day(9).isoformat(),
    }  # fmt: skip
    assert [row["line_id"] for row in shown(caller, f"?order={small.order_id}")] == [str(small.line_id)]
    assert {row["line_id"] for row in shown(caller, f"?supply={supply.pk}")} == {str(dear.line_id), str(cheap.line_id)}
    assert len(shown(caller, "?broken=true")) == 2
    assert len(shown(caller, "?sku=UK-P00000")) == 3
    assert shown(caller, "?sku=NONE") == []
    assert caller.get(PROMISES + "?order=x").status_code == 422
    pages = shown(caller, "?limit=2")
    assert len(pages) == 2


def test_a_replan_is_looked_at_and_carried_out_once(late):
    place, supply, (dear, cheap, _) = late
    here = f"/api/v1/inventory/supplies/{supply.pk}/replans"
    caller = a_caller("inventory.view_promises", "inventory.apply_replan")
    found = caller.get(here).json()
    best = found["ways"][0]
    assert (best["way"], best["costs"], best["moved"]) == ("cheapest", [{"currency": "GBP", "amount": "30.00"}], 2)
    assert {row["line_id"]: row["new_on"] for row in best["days"]} == {
        str(dear.line_id): day(9).isoformat(), str(cheap.line_id): day(20).isoformat(),
    }  # fmt: skip

    def apply(key, stamp):
        body = {"way": "cheapest", "stamp": stamp}
        return caller.post(f"{here}/apply", body, "json", headers={"Idempotency-Key": key})

    assert a_caller("inventory.view_promises").post(f"{here}/apply", {}, "json").status_code == 403
    announce(place, 1, "po:3", 30)
    assert apply("a", found["stamp"]).json()["code"] == "replan_stale"
    done = apply("b", caller.get(here).json()["stamp"])
    assert (done.status_code, done.json()) == (200, {"way": "cheapest", "promises": 2})
    assert apply("b", None).status_code == 422
    assert apply("c", None).json()["code"] == "nothing_to_replan"
    assert Backorder.objects.get(line_id=cheap.line_id).promised_on == day(20)
    assert caller.get(here).json()["ways"] == []
    assert caller.get("/api/v1/inventory/supplies/00000000-0000-0000-0000-000000000001/replans").status_code == 404


@pytest.mark.parametrize(
    ("rate", "first", "costs"), [("0.005", "GBP", {"GBP": 40, "JPY": 105}), ("0.50", "JPY", {"GBP": 113, "JPY": 28})]
)
def test_costs_of_a_replan_stay_by_currency(late, rate, first, costs):
    """What a line in yen is worth beside one in pounds decides who waits; the costs of both are told by themselves.

    At one per cent a day: 12 of 10.00 four days late and 8 of 700 yen fifteen, or 8 of 700 yen four, 4 of 10.00 four and 8 of it fifteen.
    """
    _, supply, (dear, cheap, _) = late
    Backorder.objects.filter(line_id=dear.line_id).update(net_minor=1_000)
    Backorder.objects.filter(line_id=cheap.line_id).update(currency="JPY", net_minor=700)
    Currency.objects.get_or_create(code="JPY", defaults={"name": "Yen", "decimals": 0})
    ExchangeRate.objects.create(base_id="JPY", quote_id="GBP", rate_date=NOW.date() - timedelta(days=1), rate=rate)
    best = replans_of(supply.pk, now=NOW).ways[0]
    assert {each.line.currency for each in best.days if each.promised_on == day(9)} == {first}
    assert best.costs == costs
