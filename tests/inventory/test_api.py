"""Stock and shipments over the API: by permission, page by page, repeated without harm, every fault with its pointer."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.inventory.contract import reserve_lines, ship
from apps.inventory.models import Stock, StockMovement, Supply
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import a_place, demand, joined, ship_request, stocked
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place():
    return a_place(warehouses=2, products=3)


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(client: Client, address: str, body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


READ = [
    "stock",
    "stock/availability?sku=UK-P00000",
    "backorders",
    "warehouses",
    "shipments",
    "shipments/00000000-0000-7000-8000-000000000000",
]


@pytest.mark.parametrize("address", READ)
def test_reading_needs_its_permission(place, address):
    assert Client().get(f"/api/v1/{address}").status_code == 401
    assert signed_in("orders.view_orders").get(f"/api/v1/{address}").status_code == 403


@pytest.mark.parametrize("address", ["stock/receipts", "stock/adjustments"])
def test_writing_needs_its_permission_and_a_denied_write_does_nothing(place, address):
    client = signed_in("inventory.view_stock", "inventory.view_shipments")
    assert send(client, address, {"receipts": [receipt()]}).status_code == 403
    assert not StockMovement.objects.exists()
    assert client.get(f"/api/v1/{address}").status_code in {403, 405}


def receipt(**changes: Any) -> dict[str, Any]:
    return {
        "sku": "UK-P00000", "warehouse": "UK-1", "quantity": 5, "unit_cost": "2.50", "source_ref": f"po:{new_id()}",
    } | changes  # fmt: skip


def test_stock_page_by_page(place):
    stocked(place, 5)
    stocked(place, 3, warehouse=1)
    joined(reserve_lines, [demand(place, 5)])
    client = signed_in("inventory.view_stock")
    first = client.get("/api/v1/stock?limit=4").json()
    second = client.get(first["next"]).json()
    rows = first["items"] + second["items"]
    assert [row["sku"] for row in rows] == sorted(row["sku"] for row in rows)
    assert (len(rows), second["next"]) == (6, None)
    sold_out = client.get("/api/v1/stock?none_free=true").json()["items"]
    assert [(row["warehouse"], row["on_hand"], row["reserved"], row["available"]) for row in sold_out] == [
        ("UK-1", "5", "5", "0")
    ]
    assert sold_out[0]["value"] == "12.50"
    assert len(client.get("/api/v1/stock?warehouse=UK-2&q=p00001").json()["items"]) == 1


def test_availability(place):
    stocked(place, 5, product=0)
    client = signed_in("inventory.view_stock")
    items = client.get("/api/v1/stock/availability?sku=UK-P00001,UK-P00000").json()["items"]
    assert [(item["sku"], item["available"]) for item in items] == [("UK-P00001", "0"), ("UK-P00000", "5")]
    wrong = client.get("/api/v1/stock/availability?sku=NOPE")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_product")
    assert client.get("/api/v1/stock/availability").status_code == 422


def test_receipts_now_and_later(place):
    client = signed_in("inventory.receive_stock")
    later = (clock.now() + timedelta(days=3)).isoformat()
    body = {"receipts": [receipt(source_ref="a"), receipt(source_ref="b", due_at=later, quantity="2")]}
    answer = send(client, "stock/receipts", body).json()
    assert (answer["received"]["made"], answer["planned"]["made"]) == (["a"], ["b"])
    again = send(client, "stock/receipts", body).json()
    assert (again["received"]["known"], again["planned"]["known"]) == (["a"], ["b"])
    assert Stock.objects.get().on_hand == 5
    assert Supply.objects.get().quantity == 2
    assert StockMovement.objects.get().actor_id is not None


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"sku": "NOPE"}, "/receipts/1/sku", "unknown_product"),
        ({"warehouse": "NOPE"}, "/receipts/1/warehouse", "unknown_warehouse"),
        ({"quantity": "0.5"}, "/receipts/1/quantity", "too_many_decimals"),
        ({"quantity": 0}, "/receipts/1/quantity", "greater_than"),
        ({"quantity": -1}, "/receipts/1/quantity", "greater_than"),
        ({"quantity": "1e99"}, "/receipts/1/quantity", "less_than_equal"),
        ({"quantity": "NaN"}, "/receipts/1/quantity", "finite_number"),
        ({"unit_cost": "-1"}, "/receipts/1/unit_cost", "greater_than_equal"),
        ({"unit_cost": "1.0000001"}, "/receipts/1/unit_cost", "decimal_max_places"),
        ({"source_ref": ""}, "/receipts/1/source_ref", "string_too_short"),
        ({"due_at": "2026-02-30T00:00:00Z"}, "/receipts/1/due_at", "datetime_from_date_parsing"),
        ({"due_at": "2026-02-03T00:00:00"}, "/receipts/1/due_at", "timezone_aware"),
        ({"kind": "gift"}, "/receipts/1/kind", "literal_error"),
        ({"colour": "red"}, "/receipts/1/colour", "extra_forbidden"),
    ],
)
def test_a_bad_receipt_is_told_exactly_and_nothing_is_received(place, changes, pointer, code):
    answer = send(signed_in("inventory.receive_stock"), "stock/receipts", {"receipts": [receipt(), receipt(**changes)]})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert not StockMovement.objects.exists()


def test_adjustments(place):
    stocked(place, 5, product=0)
    client = signed_in("inventory.adjust_stock")
    count = {"sku": "UK-P00000", "warehouse": "UK-1", "quantity": -2, "source_ref": "count:1", "note": "Broken"}
    body = {"adjustments": [count, count | {"quantity": -9, "source_ref": "count:2"}]}
    answer = send(client, "stock/adjustments", body).json()
    assert (answer["made"], [refusal["code"] for refusal in answer["refused"]]) == (["count:1"], ["below_reserved"])
    assert send(client, "stock/adjustments", body).json()["known"] == ["count:1"]
    assert Stock.objects.get().on_hand == 3
    nothing = send(client, "stock/adjustments", {"adjustments": [count | {"quantity": 0}]})
    assert nothing.json()["errors"][0]["pointer"] == "/adjustments/0/quantity"
    future = (clock.now() + timedelta(days=1)).isoformat()
    early = send(client, "stock/adjustments", {"adjustments": [count | {"occurred_at": future}]})
    assert early.json()["errors"][0]["code"] == "in_the_future"


def test_shipments(place):
    stocked(place, 50)
    lines = [demand(place, n, product=n % 3) for n in (1, 2, 3)]
    joined(reserve_lines, lines)
    made = joined(ship, [ship_request(line) for line in lines], actor=SYSTEM).shipments
    client = signed_in("inventory.view_shipments")
    first = client.get("/api/v1/shipments?limit=2").json()
    rows = first["items"] + client.get(first["next"]).json()["items"]
    assert {row["number"] for row in rows} == {shipment.number for shipment in made}
    (one,) = client.get(f"/api/v1/shipments?order={lines[0].order_id}").json()["items"]
    detail = client.get(f"/api/v1/shipments/{one['id']}").json()
    assert [(line["sku"], line["quantity"], line["returned"], line["cost"]) for line in detail["lines"]] == [
        ("UK-P00001", "1", "0", "2.50")
    ]
    assert client.get(f"/api/v1/shipments?number={one['number'].lower()}").json()["items"] == [one]
    assert client.get("/api/v1/shipments?order=x").status_code == 422
    assert client.get(f"/api/v1/shipments/{new_id()}").status_code == 404
    assert client.get("/api/v1/shipments?number=%00&warehouse=%00").json()["items"] == []


def test_backorders_and_warehouses(place):
    line = demand(place, 4)
    joined(reserve_lines, [line])
    client = signed_in("inventory.view_stock")
    assert [row["quantity"] for row in client.get("/api/v1/backorders").json()["items"]] == ["4"]
    assert [row["code"] for row in client.get("/api/v1/warehouses").json()["items"]] == ["UK-1", "UK-2"]
