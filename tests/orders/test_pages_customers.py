"""Customers and their accounts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from apps.billing.contract import PaymentDraft, record_payments
from apps.masterdata.models import Customer
from apps.orders.models import Order
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.orders import bill, counted, place, ship
from tests.factories.pages import NASTY, shown, signed_in, told, words

pytestmark = pytest.mark.usefixtures("company")

VIEW = "orders.view_customer_accounts"
MONEY = (VIEW, "orders.view_orders", "billing.view_invoices", "billing.view_payments")


def customer(code: str = "C-1001") -> Customer:
    return Customer.objects.get(code=code)


def page_of(code: str = "C-1001") -> str:
    return f"/customers/{customer(code).pk}/"


def invoiced(days_ago: int = 40, code: str = "C-1001") -> Order:
    """Place, ship and invoice an order some days ago."""
    at = clock.now() - timedelta(days=days_ago)
    order = place(now=at, customer=code)
    ship(order, at=at)
    bill(order, now=at, until=at + timedelta(days=1))
    return order


def pay(amount_minor: int) -> None:
    """Record a payment that names no invoice."""
    known = customer()
    order = Order.objects.filter(customer=known)[0]
    draft = PaymentDraft(
        source_ref=f"bank:{uuid4()}", legal_entity_id=order.legal_entity_id, currency="GBP", amount_minor=amount_minor,
        method="transfer", received_at=clock.now(), customer_id=known.pk, reference="Thanks",
    )  # fmt: skip
    writes(lambda: record_payments([draft], actor=SYSTEM))()


@pytest.mark.parametrize("address", ["/customers/", "/customers/00000000-0000-0000-0000-000000000000/"])
def test_they_are_closed_to_others(address: str) -> None:
    assert Client().get(address).status_code == 302
    shown(signed_in("orders.view_orders", "masterdata.view_customers"), address, 403)


def test_an_unknown_customer_is_said_to_be_so() -> None:
    shown(signed_in(VIEW), f"/customers/{uuid4()}/", 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=northg", True), ("?q=c-1001", True), ("?q=%25", False), ("?country=gb", True), ("?country=DE", False), ("?blocked=1", False)],
)  # fmt: skip
def test_they_are_found_by_words_country_and_block(query: str, found: bool) -> None:
    assert ("Northgate Gifts Ltd" in shown(signed_in(VIEW), f"/customers/{query}")) is found
    assert "Closed Curtain Traders Ltd" in shown(signed_in(VIEW), "/customers/?blocked=1")


def test_the_list_tells_what_each_owes_to_those_who_may_see_it() -> None:
    gross = invoiced().gross_minor
    text = words(shown(signed_in(*MONEY), "/customers/?q=C-1001"))
    assert text.count(f"GBP {gross / 100:,.2f}") == 3
    assert f"{gross / 100:,.2f}" not in words(shown(signed_in(VIEW), "/customers/?q=C-1001"))


def test_the_most_overdue_come_first() -> None:
    invoiced(code="C-1002")
    for _ in range(2):
        invoiced(code="C-1001")
    invoiced(days_ago=1, code="C-1004")
    html = shown(signed_in(*MONEY), "/customers/?overdue=1")
    assert html.index("Northgate Gifts Ltd") < html.index("Cathedral Books and Cards Ltd")
    assert "Borough Council Supplies" not in html


def test_the_account_adds_up() -> None:
    gross = invoiced().gross_minor
    fresh = invoiced(days_ago=1).gross_minor
    on_order = place().gross_minor
    pay(1_000)
    html = shown(signed_in(*MONEY), page_of())
    text = words(html)
    assert f"Balance GBP {(gross + fresh - 1_000) / 100:,.2f}" in text
    assert f"Overdue GBP {gross / 100:,.2f}" in text
    assert "Unapplied payments GBP 10.00" in text
    assert f"on order {on_order / 100:,.2f}, invoiced {(gross + fresh) / 100:,.2f}" in text
    assert 'aria-label="Credit used with UK01"' in html
    assert "1 to 30 days" in text
    assert "Thanks" in text


def test_each_role_sees_only_its_part() -> None:
    order = invoiced()
    text = words(shown(signed_in(VIEW), page_of()))
    assert "12 Northgate" in text
    for hidden in (order.number, "Balance", "Open items", "INV-"):
        assert hidden not in text
    assert order.number in shown(signed_in(VIEW, "orders.view_orders"), page_of())


def test_an_account_without_anything_says_so() -> None:
    text = words(shown(signed_in(*MONEY), page_of("C-3001")))
    assert "Nothing is open" in text
    assert "No orders yet" in text
    assert "Nothing is used of GBP 30,000.00" in text


def test_statements_do_not_grow_with_orders_and_open_items() -> None:
    client = signed_in(*MONEY)
    invoiced()
    shown(client, page_of())
    with counted() as one:
        shown(client, page_of())
    for _ in range(5):
        invoiced()
    with counted() as many:
        shown(client, page_of())
    assert len(many) == len(one)
    with counted() as listed:
        shown(client, "/customers/")
    assert len(listed) < 12


def test_orders_are_walked_page_by_page() -> None:
    for _ in range(3):
        place()
    client = signed_in(*MONEY)
    html = shown(client, f"{page_of()}?limit=2")
    assert "cursor=" in html
    part = shown(client, f"{page_of()}?limit=2", **{"HX-Request": "true", "HX-Target": "worklist"})
    assert "<html" not in part
    assert part.count("data-oc-row ") == 2


def test_every_text_is_shown_as_text() -> None:
    Customer.objects.filter(code="C-1001").update(
        name=NASTY, vat_id="<b>1</b>", email="<b>@x", is_blocked=True, blocked_reason=NASTY
    )
    address = {"name": NASTY[:60], "line1": NASTY[:60], "city": NASTY[:60], "postal_code": "<b>1</b>", "country": "GB"}
    place(external_number=NASTY[:60], ship_to=address)
    for html in (shown(signed_in(*MONEY), page_of()), shown(signed_in(*MONEY), f"/customers/?q={NASTY}")):
        assert "<script>alert(1)" not in html
        assert "<b>" not in html


def test_a_customer_is_blocked_with_a_reason_and_let_through_again() -> None:
    client = signed_in(VIEW, "masterdata.block_customers")
    assert "Please give a reason" in told(client, page_of(), verb="block")
    assert not customer().is_blocked
    assert "The customer is blocked" in told(client, page_of(), verb="block", reason="Does not pay")
    assert (customer().is_blocked, customer().blocked_reason) == (True, "Does not pay")
    assert "Does not pay" in shown(client, page_of())
    told(client, page_of(), verb="unblock")
    assert not customer().is_blocked


@pytest.mark.parametrize(("limit", "kept"), [("1234.50", 123_450), ("", None), ("0", 0)])
def test_the_credit_limit_is_set(limit: str, kept: int | None) -> None:
    told(signed_in(VIEW, "masterdata.set_credit_limits"), page_of(), **{"verb": "set_limit", "set_limit-limit": limit})
    assert customer().credit_limit_minor == kept


@pytest.mark.parametrize("limit", ["-1", "1.234", "much"])
def test_a_limit_that_cannot_be_is_named(limit: str) -> None:
    client = signed_in(VIEW, "masterdata.set_credit_limits")
    answer = client.post(page_of(), {"verb": "set_limit", "set_limit-limit": limit})
    assert answer.status_code == 422
    assert customer().credit_limit_minor == 500_000


@pytest.mark.parametrize("verb", ["block", "set_limit"])
def test_a_verb_without_its_permission_does_nothing(verb: str) -> None:
    before = customer()
    client = signed_in(*MONEY, "masterdata.change_customers")
    answer = client.post(page_of(), {"verb": verb, "reason": "Because", "set_limit-limit": "1"})
    assert answer.status_code == 403
    assert (customer().is_blocked, customer().credit_limit_minor) == (before.is_blocked, before.credit_limit_minor)
