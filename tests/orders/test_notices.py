"""What customers are told: one notice for each fact, by the thresholds of the rules and the customer's wish, in his language."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.audit.contract import timeline
from apps.inventory.decisions.notices.texts import text_of
from apps.inventory.models import Backorder, Notice
from apps.inventory.permissions import VIEW_NOTICES
from apps.inventory.services.redating import redate_lines
from apps.masterdata.models import Customer
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from ordercash.subscriptions import tell_customers
from tests.factories.api import a_caller
from tests.factories.orders import LATER, NOW, place, ship
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 20)
TOLD = {"inventory.shipment_shipped", "orders.order_cancelled", "orders.line_cancelled"}


@pytest.fixture
def order(company: None) -> Order:
    """Twelve wall clocks are there, twenty are wanted."""
    return place(customer="C-1001", lines=[("CLOCK-WALL", "20")])


def heard(order: Order) -> list[tuple[str, str]]:
    """Hand over everything of the order three times, and return its notices."""
    events = [event for event in timeline(order.pk) if event.name in TOLD or event.name == "inventory.goods_taken"]
    for _ in range(3):
        writes(tell_customers)(events)
    return list(Notice.objects.filter(order_id=order.pk).order_by("occurred_at", "id").values_list("kind", "state"))


def promised(order: Order, day: date, hours: int) -> None:
    """Promise another day and hand that over thrice, as when its event came."""
    line = Backorder.objects.get(order_id=order.pk)
    at = NOW + timedelta(hours=hours)
    writes(redate_lines)({line.line_id: day}, why="supply", run_id=None, now=at, actor=SYSTEM)
    confirmed = [event for event in timeline(order.pk) if event.name == "orders.order_confirmed"]
    for _ in range(3):
        writes(tell_customers)(confirmed)


def test_each_promise_is_told_once_and_small_moves_are_not(order: Order) -> None:
    promised(order, DAY, 1)
    promised(order, DAY + timedelta(days=3), 2)
    assert heard(order) == [("first_promise", "waiting")]
    promised(order, DAY + timedelta(days=4), 3)  # together four days from what was told
    promised(order, DAY + timedelta(days=9), 4)
    assert heard(order) == [("first_promise", "waiting"), ("promise_moved", "waiting"), ("promise_moved", "waiting")]
    last = Notice.objects.latest("occurred_at")
    assert text_of(last.kind, "de-AT", last.payload).startswith("Ein Teil Ihrer Bestellung geht bis 29. März 2026 ab")
    assert text_of(last.kind, "xx", last.payload).startswith("A part of your order will leave by 29 March 2026,")
    assert text_of(last.kind, "en-US", last.payload).startswith("A part of your order will leave by March 29, 2026,")


def test_a_part_that_leaves_and_what_is_cancelled_are_told_once(order: Order) -> None:
    ship(order)
    assert heard(order) == [("part_shipped", "waiting")]
    line = Backorder.objects.get(order_id=order.pk)
    cancel_orders([CancelOrder(order.pk, {line.line_id: Decimal(8)})], reason="Too late", actor=SYSTEM, now=LATER)
    assert heard(order) == [("part_shipped", "waiting"), ("cancelled", "waiting")]


def test_what_leaves_whole_is_no_part(company: None) -> None:
    whole = place(lines=[("MUG-BLUE", "2")])
    ship(whole)
    assert heard(whole) == []


@pytest.mark.parametrize(
    ("wants", "states"),
    [
        ("all", [("part_shipped", "waiting"), ("cancelled", "waiting")]),
        ("important", [("part_shipped", "suppressed"), ("cancelled", "waiting")]),
        ("none", [("part_shipped", "suppressed"), ("cancelled", "suppressed")]),
    ],
)
def test_customers_hear_what_they_want_in_their_language(
    order: Order, wants: str, states: list[tuple[str, str]]
) -> None:
    Customer.objects.filter(code="C-1001").update(notices=wants, language="de")
    ship(order)
    assert heard(order) == states[:1]
    cancel_orders([CancelOrder(order.pk)], reason="Too late", actor=SYSTEM, now=LATER)
    assert heard(order) == states
    assert set(Notice.objects.values_list("language", flat=True)) == {"de"}


def test_the_rules_say_what_is_told(order: Order) -> None:
    put_in_force("inventory.backorders", {"policies": [{"name": "usual"}], "notices": {"part_shipped": False}})
    ship(order)
    assert heard(order) == []


def test_the_page_of_notices(order: Order, client) -> None:
    ship(order)
    heard(order)
    client.force_login(make_user(VIEW_NOTICES), backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/notices/?kind=part_shipped").content.decode()
    assert "A part of your order is on its way" in text
    assert order.number in text
    assert "is on its way" not in client.get("/notices/?kind=cancelled").content.decode()


def listed(caller: Any, query: str = "") -> Any:
    answer = caller.get(f"/api/v1/inventory/notices{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_notices_over_the_api(order: Order) -> None:
    Customer.objects.filter(code="C-1001").update(language="de", notices="important")
    promised(order, DAY, 1)
    ship(order)
    heard(order)
    other = place(customer="C-1003", lines=[("CLOCK-WALL", "5")])
    cancel_orders([CancelOrder(other.pk)], reason="Too late", actor=SYSTEM, now=LATER)
    heard(other)
    caller = a_caller(VIEW_NOTICES)
    assert {row["kind"] for row in listed(caller)["items"]} == {"first_promise", "part_shipped", "cancelled"}
    (first,) = listed(caller, f"?customer=c-1001&kind=first_promise&order={order.pk}")["items"]
    line = Backorder.objects.get(order_id=order.pk)
    assert (first["state"], first["why"], first["language"]) == ("suppressed", "not_important", "de")
    assert first["text"] == "Ein Teil Ihrer Bestellung ist nicht auf Lager. Er geht bis 20. März 2026 ab."
    told = {"line_id": str(line.line_id), "quantity": "8", "was_on": None, "promised_on": "2026-03-20"}
    assert first["lines"] == [told]
    assert [row["order_id"] for row in listed(caller, "?customer=C-1003")["items"]] == [str(other.pk)]
    assert listed(caller, "?customer=C-NOBODY")["items"] == []
    assert [row["kind"] for row in listed(caller, "?state=waiting")["items"]] == ["cancelled"]
    since = (NOW + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    assert {row["kind"] for row in listed(caller, f"?since={since}")["items"]} == {"first_promise", "cancelled"}
    page = listed(caller, "?limit=2")
    rest = caller.get(page["next"]).json()
    assert len({row["id"] for row in (*page["items"], *rest["items"])}) == 3
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["kind=lost", "state=lost", "since=yesterday", "order=4711"])
def test_what_the_list_of_notices_does_not_understand(order: Order, query: str) -> None:
    assert a_caller(VIEW_NOTICES).get(f"/api/v1/inventory/notices?{query}").status_code == 422


def test_notices_are_for_who_may_see_them(order: Order) -> None:
    assert a_caller("inventory.view_stock").get("/api/v1/inventory/notices").status_code == 403
