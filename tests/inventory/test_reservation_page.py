"""The page of reservations: what is held until when, who may let it go, who may choose how takers are kept apart."""

from decimal import Decimal

import pytest
from django.test import Client

from apps.inventory.contract import HoldWish, hold_goods, reserve_lines
from apps.inventory.models import Hold, Reservation, Stock
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import Place, a_place, demand, joined, stocked
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, HANDLING = "/reservations/", "/reservations/handling/"


@pytest.fixture
def place() -> Place:
    """Five units are promised to an order, three are held."""
    place = a_place()
    stocked(place, 20)
    joined(reserve_lines, [demand(place, 5)])
    wish = HoldWish(place.entity.id, place.products[0].id, Decimal(3))
    joined(hold_goods, [wish], source_ref="cart:1", for_seconds=600, actor=SYSTEM, now=clock.now())
    return place


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_it_shows_what_is_reserved_and_until_when(place):
    assert signed_in("inventory.view_stock").get(ADDRESS).status_code == 403
    client = signed_in("inventory.view_promises")
    text = client.get(ADDRESS).content.decode()
    assert text.count("UK-P00000") >= 2
    assert text.count("cart:1") == 1
    assert "Choose a handling" not in text
    for query, rows in (
        ("state=held&warehouse=UK-1&q=uk-p", 1),
        ("state=firm", 1),
        ("state=accepted", 0),
        ("over=1", 0),
    ):
        assert client.get(f"{ADDRESS}?{query}").content.decode().count("UK-P00000") == rows, query


def test_holds_are_let_go_by_those_who_may(place):
    rows = {"verb": "let_go", "ids": [str(row.pk) for row in Reservation.objects.all()]}
    assert signed_in("inventory.view_promises").post(ADDRESS, rows).status_code == 403
    assert Hold.objects.get().state == "held"
    assert signed_in("inventory.view_promises", "inventory.hold_goods").post(ADDRESS, rows).status_code in (
        200,
        303,
        302,
    )
    assert (Hold.objects.get().state, Stock.objects.get().reserved) == ("released", 5)


def test_what_is_reserved_for_an_order_is_not_let_go_there_and_the_page_says_so(place):
    firm = Reservation.objects.filter(state="firm")
    assert firm.exists()
    rows = {"verb": "let_go", "ids": [str(row.pk) for row in firm]}
    client = signed_in("inventory.view_promises", "inventory.hold_goods")
    assert "None of these is set aside" in client.post(ADDRESS, rows, follow=True).content.decode()
    assert Hold.objects.get().state == "held"


def test_the_handling_is_chosen_by_those_who_may(place):
    form = {"verb": "handle", "handle-sku": "UK-P00000", "handle-handling": "slots", "handle-slots": "4"}
    assert signed_in("inventory.view_promises").post(ADDRESS, form).status_code == 403
    client = signed_in("inventory.view_promises", "inventory.change_handling")
    assert client.post(ADDRESS, form | {"handle-sku": "NO"}).status_code == 422
    assert Stock.objects.get().handling == "conditional"
    assert client.post(ADDRESS, form).status_code in (302, 303)
    assert (Stock.objects.get().handling, Stock.objects.get().escrowed) == ("slots", 12)


def test_what_is_not_handled_as_usual_is_listed(place):
    client = signed_in("inventory.view_promises", "inventory.change_handling")
    assert "Everything is handled as usual" in client.get(HANDLING).content.decode()
    form = {"verb": "handle", "handle-sku": "UK-P00000", "handle-handling": "eventual", "handle-slots": "2"}
    assert signed_in("inventory.view_promises").post(HANDLING, form).status_code == 403
    assert client.post(HANDLING, form).status_code in (302, 303)
    joined(reserve_lines, [demand(place, 4)])
    text = client.get(f"{HANDLING}?q=uk&handling=eventual&warehouse=UK-1").content.decode()
    assert ("UK-P00000" in text, "Accept, settle later" in text) == (True, True)
    assert client.get(f"{HANDLING}?handling=slots").content.decode().count("UK-P00000") == 0
    assert client.get(f"{ADDRESS}?state=accepted").content.decode().count("UK-P00000") == 1
