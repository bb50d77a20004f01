"""The desk's pages: what each role sees and can do, and that a denied verb does nothing."""

import pytest
from django.test import Client

from apps.inventory.contract import reserve_lines, ship
from apps.inventory.models import Stock, StockMovement
from apps.inventory.selectors.lists import find_shipment_hits
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import a_place, demand, joined, ship_request, stocked
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)

VIEW = ("inventory.view_stock", "inventory.view_shipments")


@pytest.fixture
def place():
    place = a_place(products=2)
    stocked(place, 10)
    return place


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "address", ["/stock/", "/backorders/", "/shipments/", "/shipments/00000000-0000-7000-8000-000000000000/"]
)
def test_pages_are_closed_to_others(place, address):
    assert Client().get(address).status_code == 302
    assert signed_in("orders.view_orders").get(address).status_code == 403


def test_the_stock_page(place):
    text = signed_in(*VIEW).get("/stock/").content.decode()
    assert "UK-P00000" in text
    assert "50.00" in text
    assert "Receive goods" not in text
    assert "UK-P00000" not in signed_in(*VIEW).get("/stock/?q=p00001").content.decode()
    assert "UK-P00000" not in signed_in(*VIEW).get("/stock/?none_free=1").content.decode()
    assert signed_in(*VIEW).get("/stock/?waited_for=1&warehouse=UK-1").status_code == 200


def receive(**changes: str) -> dict[str, str]:
    form = {"sku": "UK-P00000", "warehouse": "UK-1", "quantity": "5", "unit_cost": "3", "reference": "D-1"} | changes
    return {"verb": "receive"} | {f"receive-{name}": value for name, value in form.items()}


def count(**changes: str) -> dict[str, str]:
    form = {"sku": "UK-P00000", "warehouse": "UK-1", "quantity": "-2", "note": "Broken", "reference": "C-1"} | changes
    return {"verb": "count"} | {f"count-{name}": value for name, value in form.items()}


def test_goods_are_received_once(place):
    client = signed_in(*VIEW, "inventory.receive_stock")
    assert "Receive goods" in client.get("/stock/").content.decode()
    for _ in range(2):
        assert client.post("/stock/", receive()).status_code == 303
    assert Stock.objects.get(product=place.products[0]).on_hand == 15
    assert "was booked before" in client.get("/stock/").content.decode()


def test_a_count_is_recorded_and_an_impossible_one_refused(place):
    client = signed_in(*VIEW, "inventory.adjust_stock")
    client.post("/stock/", count())
    assert Stock.objects.get(product=place.products[0]).on_hand == 8
    client.post("/stock/", count(quantity="-99", reference="C-2"))
    assert "below" in client.get("/stock/").content.decode()
    assert Stock.objects.get(product=place.products[0]).on_hand == 8


@pytest.mark.parametrize(
    "changes", [{"sku": "NOPE"}, {"quantity": "0.5"}, {"quantity": "0"}, {"warehouse": "X"}, {"reference": ""}]
)
def test_a_wrong_form_comes_back(place, changes):
    before = StockMovement.objects.count()
    assert signed_in(*VIEW, "inventory.receive_stock").post("/stock/", receive(**changes)).status_code == 422
    assert StockMovement.objects.count() == before


def test_verbs_need_their_permission(place):
    before = StockMovement.objects.count()
    client = signed_in(*VIEW)
    assert client.post("/stock/", receive()).status_code == 403
    assert client.post("/stock/", count()).status_code == 403
    assert StockMovement.objects.count() == before


def test_shipments_and_backorders(place):
    line = demand(place, 12)
    joined(reserve_lines, [line])
    made = joined(ship, [ship_request(line, carrier="Van")], actor=SYSTEM).shipments[0]
    client = signed_in(*VIEW)
    assert made.number in client.get("/shipments/").content.decode()
    assert (
        made.number
        in client.get(f"/shipments/?q={made.number}&shipped_from=2026-03-01&shipped_until=2026-03-05").content.decode()
    )
    page = client.get(f"/shipments/{made.id}/").content.decode()
    assert "UK-P00000" in page
    assert "25.00" in page
    assert client.get(f"/shipments/{new_id()}/").status_code == 404
    assert "UK-P00000" in client.get("/backorders/").content.decode()
    assert [hit.id for hit in find_shipment_hits(made.number.lower(), 5)] == [made.id]
    assert find_shipment_hits("\x00", 5) == []
