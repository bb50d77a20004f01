"""The list of orders."""

import pytest
from django.test import Client

from apps.masterdata.models import Customer
from apps.orders.models import Order
from apps.orders.selectors.numbers import orders_named
from tests.factories.orders import counted, place
from tests.factories.pages import NASTY, shown, signed_in, told, words

pytestmark = pytest.mark.usefixtures("company")

VIEW = "orders.view_orders"


def held() -> Order:
    """Place an order that is held because of what a person may accept."""
    return place(lines=[("OLD-CALENDAR", "1"), ("MUG-BLUE", "1")])


def test_it_is_closed_to_others() -> None:
    assert Client().get("/orders/").status_code == 302
    assert "orders.view_orders" in shown(signed_in("ledger.view_ledger"), "/orders/", 403)


def test_without_orders_it_says_what_to_do() -> None:
    assert "Orders arrive through the API or an import." in shown(signed_in(VIEW), "/orders/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=W-7", True), ("?q=PO-9", True), ("?q=nobody", False), ("?customer=c-1002", True), ("?customer=C-1001", False),
        ("?customer=C-0", False), ("?state=confirmed", True), ("?state=held&state=closed", False), ("?channel=web", True),
        ("?channel=edi", False), ("?placed_from=2026-03-02", True), ("?placed_from=2026-03-03", False),
        ("?placed_until=2026-03-03", True), ("?placed_until=2026-03-02", False),
    ],
)  # fmt: skip
def test_it_is_found_by_its_numbers_customer_state_channel_and_day(query: str, found: bool) -> None:
    order = place(customer="C-1002", external_number="W-77", purchase_order="PO-99")
    assert (order.number in shown(signed_in(VIEW), f"/orders/{query}")) is found
    assert (order.number in shown(signed_in(VIEW), f"/orders/?q={order.number[:6].lower()}")) is True


def test_what_an_order_waits_for_is_told_to_those_who_may_see_cases() -> None:
    held()
    place(customer="C-1004", lines=[("CLOCK-WALL", "15")])
    told_to_all = words(shown(signed_in(VIEW, "exceptions.view_cases"), "/orders/"))
    assert "The product is not sold any more" in told_to_all
    assert "1 line on backorder" in told_to_all
    assert "not sold any more" not in shown(signed_in(VIEW), "/orders/")


def test_statements_do_not_grow_with_the_orders() -> None:
    client = signed_in(VIEW, "exceptions.view_cases")
    held()
    shown(client, "/orders/")
    with counted() as one:
        shown(client, "/orders/")
    for _ in range(12):
        held()
    with counted() as many:
        shown(client, "/orders/")
    assert len(many) == len(one)


def test_every_text_is_shown_as_text() -> None:
    Customer.objects.filter(code="C-1001").update(name=NASTY)
    place(external_number=NASTY[:60], purchase_order=NASTY[:60])
    html = shown(signed_in(VIEW), "/orders/")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "{{ 7|add:7 }}" in words(html)
    assert NASTY.split("'")[0] not in shown(signed_in(VIEW), f"/orders/?q={NASTY}&customer={NASTY}&state={NASTY}")


def test_held_orders_are_released_together_and_others_are_named() -> None:
    orders = [held(), held(), place()]
    client = signed_in(VIEW, "orders.release_orders", "orders.accept_content")
    answer = told(client, "/orders/", verb="release", reason="Sold off", ids=[str(order.pk) for order in orders])
    assert "2 orders released; 1 not: The order is confirmed, not held." in answer
    assert sorted(Order.objects.values_list("state", flat=True)) == ["confirmed"] * 3


def test_a_release_that_is_refused_for_all_changes_nothing() -> None:
    order = held()
    client = signed_in(VIEW, "orders.release_orders")
    answer = told(client, "/orders/", verb="release", reason="Sold off", ids=[str(order.pk)])
    assert "Nothing was changed" in answer
    assert "Another role must accept" in answer
    assert Order.objects.get().state == "held"


def test_orders_are_cancelled_together_with_a_reason() -> None:
    orders = [place(), place()]
    ids = [str(order.pk) for order in orders]
    client = signed_in(VIEW, "orders.cancel_orders")
    assert "Please give a reason" in told(client, "/orders/", verb="cancel", ids=ids)
    assert set(Order.objects.values_list("state", flat=True)) == {"confirmed"}
    assert "2 orders cancelled." in told(client, "/orders/", verb="cancel", reason="Ordered twice", ids=ids)
    assert set(Order.objects.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("verb", ["release", "cancel"])
def test_a_verb_without_its_permission_does_nothing(verb: str) -> None:
    order = held()
    client = signed_in(VIEW, "orders.ship_orders")
    answer = client.post("/orders/", {"verb": verb, "reason": "Because", "ids": [str(order.pk)]})
    assert answer.status_code == 403
    assert Order.objects.get().state == "held"
    assert ">Release<" not in shown(client, "/orders/")


def test_orders_and_customers_are_found_by_the_search_box() -> None:
    order = place(external_number="W-77")
    client = signed_in(VIEW, "orders.view_customer_accounts")
    assert f"/orders/{order.pk}/" in shown(client, "/search/?q=W-7")
    assert f"/customers/{order.customer_id}/" in shown(client, "/search/?q=northgate")
    assert f"/orders/{order.pk}/" not in shown(signed_in("ledger.view_ledger"), "/search/?q=W-7")


def test_a_beginning_that_names_too_many_shows_the_highest_numbers_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = place(), place()
    monkeypatch.setattr("apps.orders.pages.orders.orders_named", lambda text: orders_named(text, most=1))
    html = shown(signed_in(VIEW), "/orders/?q=SO-")
    assert "begin so: those with the highest numbers are shown" in html
    assert second.number in html
    assert first.number in shown(signed_in(VIEW), f"/orders/?q={first.number}")


def test_events_and_cases_are_narrowed_by_any_number_of_an_order() -> None:
    order, other = place(customer="C-9002", external_number="W-88", lines=[("TEAPOT-1L", "12")]), place()
    client = signed_in(VIEW, "audit.view_events", "exceptions.view_cases", "orders.view_customer_accounts")
    for about in (order.number, "W-88", str(order.pk)):
        html = shown(client, f"/events/?about={about}")
        assert order.number in html
        assert other.number not in html
    assert order.number not in shown(client, "/events/?about=SO-99999999")
    assert order.number in shown(client, "/cases/?q=W-88")
    assert order.number not in shown(client, "/cases/?q=W-99")
