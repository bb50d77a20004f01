"""From where an order comes: told on its page and by the API, replayed to the byte, and to nobody who may not see it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.inventory.decisions.document import SOURCING
from apps.inventory.models import Backorder, CapacityDay, Reservation, Warehouse
from apps.inventory.services.reserving_near import BEGINNING, reserve_page
from apps.masterdata.models import PostalPlace
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from apps.rulebooks.selectors.replay import replay_decisions
from ordercash.kernel.actor import SYSTEM
from tests.factories.api import a_caller
from tests.factories.orders import NOW, place
from tests.factories.pages import shown, signed_in, words
from tests.factories.rulebooks import put_in_force

pytestmark = pytest.mark.usefixtures("company")

FILE = Path(__file__).parents[2] / "examples/rulebooks/by_choice/inventory_sourcing.yaml"
ADDRESS = {"name": "Shop", "line1": "1 Way", "city": "Town", "country": "GB"}


@pytest.fixture
def sourced(company: None) -> None:
    """Daventry is asked first, Leeds is nearer to the north and can pick one line a day."""
    put_in_force(SOURCING, yaml.safe_load(FILE.read_text("utf-8"))["document"])
    for prefix, latitude, longitude in (("NN", "52.2", "-1.1"), ("LS", "53.8", "-1.5"), ("EH", "55.95", "-3.19")):
        PostalPlace.objects.update_or_create(
            country="GB", prefix=prefix, defaults={"latitude": Decimal(latitude), "longitude": Decimal(longitude)}
        )
    Warehouse.objects.filter(code="UK-MAIN").update(postal_code="NN11 8RY")
    Warehouse.objects.filter(code="UK-NORTH").update(postal_code="LS1 1AA", handling_per_day=1)


def to(postal_code: str, **values: Any) -> Order:
    return place(ship_to=ADDRESS | {"postal_code": postal_code}, lines=[("MUG-BLUE", "2")], **values)


def comes_from(order: Order) -> list[str]:
    rows = Reservation.objects.filter(order_id=order.pk, stock__isnull=False).select_related("warehouse")
    return sorted(row.warehouse.code for row in rows)


def test_the_postal_code_of_the_delivery_decides(sourced: None) -> None:
    north, south = to("LS2 7HZ"), to("NN11 4AA")
    assert (comes_from(north), comes_from(south)) == (["UK-NORTH"], ["UK-MAIN"])
    assert comes_from(to("LS2 7HZ")) == ["UK-MAIN"], "the day of Leeds is full"
    cancel_orders([CancelOrder(north.pk)], reason="Changed his mind", actor=SYSTEM, now=NOW)
    assert [day.planned for day in CapacityDay.objects.filter(warehouse__code="UK-NORTH")] == [0]
    assert comes_from(to("LS2 7HZ")) == ["UK-NORTH"]


def test_the_page_shows_what_was_chosen_and_what_was_rejected(sourced: None) -> None:
    order = to("LS2 7HZ")
    text = words(shown(signed_in("orders.view_orders", "inventory.view_stock"), f"/orders/{order.pk}/"))
    card = text[text.index("Where it comes from") :]
    for word in ("UK-NORTH", "MUG-BLUE", "near", "parcel", "By priority, as without rules", "nothing better exists"):
        assert word in card
    assert "Where it comes from" not in words(shown(signed_in("orders.view_orders"), f"/orders/{order.pk}/"))
    plain = place(lines=[("CARRIAGE", "1")])
    assert "Where it comes from" not in words(
        shown(signed_in("orders.view_orders", "inventory.view_stock"), f"/orders/{plain.pk}/")
    )


def test_the_api_tells_it_and_its_parts_add_up(sourced: None) -> None:
    order = to("LS2 7HZ")
    path = f"/api/v1/orders/{order.pk}/sourcing"
    (told,) = a_caller("orders.view_orders").get(path).json()["items"]
    (parcel,) = told["parcels"]
    assert (parcel["warehouse"], parcel["picks"][0]["sku"], parcel["picks"][0]["quantity"]) == (
        "UK-NORTH",
        "MUG-BLUE",
        "2",
    )
    parts = sum(Decimal(parcel[name]) for name in ("carriage", "work", "days_cost"))
    assert Decimal(parcel["cost"]) == parts == Decimal(told["cost"])
    rejected = {(each["name"], *each["warehouses"]): each["cost"] for each in told["rejected"]}
    assert Decimal(rejected["by_priority", "UK-MAIN"]) >= Decimal(told["cost"])
    assert a_caller("orders.place_orders").get(path).status_code == 403
    assert (
        a_caller("orders.view_orders").get(f"/api/v1/orders/{Warehouse.objects.first().pk}/sourcing").status_code == 404
    )


def test_decisions_are_replayed_to_the_byte(sourced: None) -> None:
    to("LS2 7HZ")
    to("NN11 4AA")
    replayed = list(replay_decisions(SOURCING, since=datetime(2000, 1, 1, tzinfo=UTC)))
    assert len(replayed) == 2
    assert all(each.same for each in replayed)


def test_what_was_wanted_later_comes_from_there_too(sourced: None) -> None:
    """No rule decided when it was placed: where it goes is asked when its day is near."""
    put_in_force("inventory.availability", {"rules": [{"name": "standard", "reserve_within_days": 3}]})
    order = to("LS2 7HZ", requested_delivery_date=NOW.date() + timedelta(days=10))
    assert comes_from(order) == []
    assert Backorder.objects.get().reason == "later"
    reserve_page(after=BEGINNING, now=NOW + timedelta(days=6))
    assert comes_from(order) == []
    reserve_page(after=BEGINNING, now=NOW + timedelta(days=7))
    assert comes_from(order) == ["UK-NORTH"]
    assert [each.code for each in prove().equalities if not each.holds] == []
