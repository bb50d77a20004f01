"""Returns on their pages: what came back, why it is held, and what helps."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from apps.masterdata.contract import products_by_sku
from apps.masterdata.models import Customer, LegalEntity
from apps.orders.models import Order, ReturnLine, ReturnRequest
from apps.orders.services.returns import ReturnDraft, ReturnLineDraft, announce_returns, process_returns
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.orders import LATER, NOW, bill, counted, place, ship
from tests.factories.pages import NASTY, shown, signed_in, told, words

pytestmark = pytest.mark.usefixtures("company")

AT = NOW + timedelta(hours=5)
VIEW, GIVE_BACK, CASES = "orders.view_orders", "orders.return_goods", "exceptions.view_cases"


def sell() -> Order:
    order = place(customer="C-1004", lines=[("CANDLE-VAN", "4")])
    ship(order)
    bill(order)
    return order


def came_back(number: str = "R-1", reason: str = "broken") -> ReturnRequest:
    """Announce that one candle of the council came back, and let it be decided."""
    candle = products_by_sku(["CANDLE-VAN"])["CANDLE-VAN"].id
    line = ReturnLineDraft(1, candle, "", Decimal(1), Decimal(1), AT)
    customer, entity = Customer.objects.get(code="C-1004").pk, LegalEntity.objects.get(code="UK01").pk
    draft = ReturnDraft(f"r:{number}"[:120], number, entity, customer, "GBP", reason, AT, [line])
    writes(announce_returns)([draft], now=AT)
    while process_returns(until=LATER, limit=100, actor=SYSTEM, now=AT):
        pass
    return ReturnRequest.objects.get(number=number)


def test_they_are_closed_to_others() -> None:
    made = came_back()
    for address in ("/returns/", f"/returns/{made.pk}/"):
        assert Client().get(address).status_code == 302
        shown(signed_in("ledger.view_ledger"), address, 403)
    shown(signed_in(VIEW), f"/returns/{uuid4()}/", 404)


def test_a_credited_return_leads_to_its_order_and_customer() -> None:
    order = sell()
    made = came_back()
    client = signed_in(VIEW)
    html = shown(client, f"/returns/{made.pk}/")
    assert order.number in html
    assert "C-1004" in html
    assert "Credited" in words(html)
    assert f"/returns/{made.pk}/" in shown(client, "/returns/?state=credited&customer=c-1004&q=r-1")
    assert f"/returns/{made.pk}/" not in shown(client, "/returns/?state=held")
    assert f"/returns/{made.pk}/" in shown(client, "/search/?q=R-1")


def test_a_held_return_tells_why_and_is_matched_again() -> None:
    made = came_back()
    client = signed_in(VIEW, GIVE_BACK, CASES)
    assert "It was never sold to this customer" in words(shown(client, "/returns/?state=held"))
    assert "Return R-1 cannot be credited" in shown(client, f"/returns/{made.pk}/")
    assert "Still not to be matched" in told(client, f"/returns/{made.pk}/", verb="retry")
    sell()
    told(client, f"/returns/{made.pk}/", verb="retry")
    assert ReturnLine.objects.get().state == "credited"


def test_a_held_return_is_dismissed_with_a_reason_by_who_may() -> None:
    made = came_back()
    address = f"/returns/{made.pk}/"
    assert signed_in(VIEW).post(address, {"verb": "dismiss", "reason": "x"}).status_code == 403
    client = signed_in(VIEW, GIVE_BACK)
    assert "Please give a reason" in told(client, address, verb="dismiss")
    assert ReturnLine.objects.get().state == "held"
    assert "Dismissed." in told(client, address, verb="dismiss", reason="Sold by somebody else")
    assert ReturnLine.objects.get().state == "dismissed"
    assert "Nothing of it is held" in shown(client, address)


def test_every_text_is_shown_as_text_and_statements_do_not_grow() -> None:
    came_back(NASTY[:60], reason=NASTY[:40])
    client = signed_in(VIEW, CASES)
    for address in ("/returns/", f"/returns/{ReturnRequest.objects.get().pk}/", "/cases/"):
        assert "<script>alert(1)" not in shown(client, address)
    with counted() as one:
        shown(client, "/returns/")
    for number in range(3):
        came_back(f"R-{number}")
    with counted() as many:
        shown(client, "/returns/")
    assert len(many) == len(one)
