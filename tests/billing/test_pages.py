"""The pages of billing and cash."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.billing.contract import CreditRequest, credit_lines, documents_of_orders, oblige, settlements_of_orders
from apps.billing.models import Invoice, InvoiceLine, Payment
from apps.billing.selectors.balances import accounts_of_customers
from apps.billing.selectors.finding import find_documents
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.billing import LATER, World, in_transaction, invoice_of, make_shipment, make_world, pay
from tests.factories.pages import words
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)

VIEW = ("billing.view_invoices", "billing.view_payments")


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def send(client: Client, address: str, verb: str, **fields: Any) -> str:
    """Send a verb as its dialog does and return the page that follows."""
    sent = {f"{verb}-{name}": value for name, value in fields.items()}
    answer = client.post(address, {"verb": verb, **sent}, follow=True)
    return answer.content.decode()


def test_pages_are_closed_to_others(world: World) -> None:
    stranger = signed_in("orders.view_orders")
    for address in (
        "/invoices/",
        f"/invoices/{new_id()}/",
        f"/invoices/{new_id()}/pdf",
        "/owed/",
        "/payments/",
        f"/payments/{new_id()}/",
    ):
        assert Client().get(address).status_code == 302
        text_of(stranger, address, 403)


def test_from_the_list_to_the_document(world: World) -> None:
    issued = invoice_of(world, 3, 3, 3, description="<script>alert(1)</script>")
    pay(world, 5, invoice_ids=[issued.id], reference="REF-1")
    client = signed_in(*VIEW)
    listed = text_of(client, "/invoices/")
    assert issued.number in listed and f"/invoices/{issued.id}/" in listed
    assert issued.number not in text_of(client, "/invoices/?state=settled")
    assert issued.number in text_of(client, "/invoices/?q=inv-2026-1&kind=invoice&entity=DE1&issued_from=2026-03-01")
    shown = text_of(client, f"/invoices/{issued.id}/")
    assert "&lt;script&gt;" in shown and "<script>alert" not in shown
    assert "REF-1" in shown and "the difference is" in shown and f"/invoices/{issued.id}/pdf" in shown
    assert client.get(f"/invoices/{issued.id}/pdf")["Content-Type"] == "application/pdf"
    text_of(client, f"/invoices/{new_id()}/", 404)
    text_of(client, f"/invoices/{new_id()}/pdf", 404)


def test_what_is_owed_stands_on_its_page(world: World) -> None:
    client = signed_in(*VIEW)
    assert "Nothing is owed" in text_of(client, "/owed/")
    in_transaction(lambda: oblige(make_shipment(world, [100], description="Desk lamp")))
    assert "Desk lamp" in text_of(client, "/owed/")
    assert "Desk lamp" not in text_of(client, "/owed/?invoicing=per_day")


def test_a_payment_is_recorded_and_applied_on_its_page(world: World) -> None:
    first, second = invoice_of(world, 1000), invoice_of(world, 2000)
    client = signed_in(*VIEW, "billing.record_payments", "billing.apply_cash")
    fields = {
        "entity": "DE1",
        "currency": "EUR",
        "amount": "20.00",
        "customer": "C-DE1",
        "numbers": "inv-2026-1",
        "reference": "thanks",
        "attempt": new_id(),
    }
    assert "8.10 EUR of it is unapplied" in send(client, "/payments/", "record", **fields)
    payment = Payment.objects.get()
    assert "thanks" in text_of(client, "/payments/?unapplied=1")
    address = f"/payments/{payment.id}/"
    assert first.number in text_of(client, address)
    assert "no open invoice INV-2026-000001" in send(client, address, "apply", attempt=new_id(), number=first.number)
    assert "a part stays open" in send(client, address, "apply", attempt=new_id(), number="INV-2026-2")
    assert Invoice.objects.get(id=second.id).open_minor == 2380 - 810
    assert "EUR has 2 decimals" in send(client, "/payments/", "record", **{**fields, "amount": "1.005"})
    assert "no customer with this code" in send(client, "/payments/", "record", **{**fields, "customer": "nobody"})
    assert Payment.objects.count() == 1


def test_an_open_amount_is_written_off_by_those_who_may(world: World) -> None:
    issued = invoice_of(world, 1000)
    address = f"/invoices/{issued.id}/"
    assert signed_in(*VIEW).post(address, {"verb": "write_off", "reason": "x"}).status_code == 403
    assert Invoice.objects.get().open_minor == 1190
    client = signed_in(*VIEW, "billing.write_off")
    send(client, address, "write_off", attempt=new_id(), reason="")
    assert "EUR has 2 decimals" in send(
        client, address, "write_off", attempt=new_id(), amount="1.999", reason="Goodwill"
    )
    assert Invoice.objects.get().open_minor == 1190
    assert "a part stays open" in send(client, address, "write_off", attempt=new_id(), amount="1.90", reason="Goodwill")
    assert "nothing is open any more" in send(client, address, "write_off", attempt=new_id(), reason="Insolvent")
    assert Invoice.objects.get().state == "settled"


def test_an_open_credit_is_used_on_its_page(world: World) -> None:
    paid, other = invoice_of(world, 1000), invoice_of(world, 5000)
    pay(world, 1190, invoice_ids=[paid.id])
    requests = [CreditRequest("return:1", InvoiceLine.objects.get(invoice_id=paid.id).id, Decimal(1))]
    (note,) = in_transaction(lambda: credit_lines(requests, issued_at=LATER, actor=SYSTEM)).issued
    client = signed_in(*VIEW, "billing.apply_cash")
    assert paid.number in text_of(client, f"/invoices/{note.id}/")
    assert "a part stays open" in send(client, f"/invoices/{note.id}/", "use", attempt=new_id(), number=other.number)
    assert note.number in text_of(client, f"/invoices/{paid.id}/")
    assert other.number in text_of(client, f"/invoices/{note.id}/")


def test_what_is_sent_twice_is_carried_out_once(world: World) -> None:
    first, second = invoice_of(world, 1000), invoice_of(world, 2000)
    client, attempt = signed_in(*VIEW, "billing.write_off", "billing.apply_cash"), new_id()
    for _ in range(2):
        page = send(client, f"/invoices/{first.id}/", "write_off", attempt=attempt, amount="1.90", reason="Goodwill")
        assert "1.90 EUR" in page
    assert Invoice.objects.get(id=first.id).open_minor == 1000
    attempt = new_id()
    pay(world, 500)
    for _ in range(2):
        send(client, f"/payments/{Payment.objects.get().id}/", "apply", attempt=attempt, number=second.number)
    assert Invoice.objects.get(id=second.id).open_minor == 2380 - 500
    send(client, f"/invoices/{first.id}/", "write_off", amount="1.90", reason="Without an attempt")
    assert Invoice.objects.get(id=first.id).open_minor == 1000
    assert 'name="write_off-attempt"' in text_of(client, f"/invoices/{first.id}/")


def test_the_list_tells_who_owes_how_much_of_what(world: World) -> None:
    first, second = invoice_of(world, 1000), invoice_of(world, 2000)
    pay(world, 190, invoice_ids=[first.id])
    client = signed_in(*VIEW)
    listed = words(text_of(client, "/invoices/"))
    assert "Partly paid" in listed
    assert "EUR 10.00" in listed
    assert "Customer DE1" in listed or "C-DE1" in listed
    partly = text_of(client, "/invoices/?state=partly_paid")
    assert first.number in partly
    assert second.number not in partly
    assert second.number in text_of(client, "/invoices/?customer=c-de1&sort=-number")
    assert first.number not in text_of(client, "/invoices/?customer=nobody")
    assert first.number not in text_of(client, "/invoices/?order=SO-1")
    down = text_of(client, "/invoices/?sort=-number")
    up = text_of(client, "/invoices/?sort=number")
    assert (down.index(second.number) < down.index(first.number)) and (up.index(first.number) < up.index(second.number))


def test_a_payment_sent_twice_is_one_payment_of_its_day(world: World) -> None:
    client = signed_in(*VIEW, "billing.record_payments")
    fields = {
        "entity": "DE1",
        "currency": "EUR",
        "amount": "5",
        "customer": "C-DE1",
        "received": "2024-02-29",
        "attempt": new_id(),
    }
    for _ in range(2):
        send(client, "/payments/", "record", **fields)
    payment = Payment.objects.get()
    assert payment.received_at.date() == date(2024, 2, 29)
    text = text_of(client, f"/payments/{payment.id}/")
    assert "A person, on a page" in text
    assert "still to come" in send(
        client, "/payments/", "record", **{**fields, "attempt": new_id(), "received": "2999-01-01"}
    )
    assert Payment.objects.count() == 1


def test_a_document_is_found_by_its_number(world: World) -> None:
    issued = invoice_of(world, 1000)
    assert [hit.id for hit in find_documents("inv-2026-1", 5)] == [issued.id]
    assert find_documents("INV-2026-2", 5) == find_documents("'; --", 5) == []


def test_where_a_customer_and_an_order_stand(world: World) -> None:
    issued = invoice_of(world, 1000)
    pay(world, 190, invoice_ids=[issued.id])
    pay(world, 50)
    (account,) = accounts_of_customers([world.customer_id], on=LATER.date())
    assert (account.invoiced_minor, account.overdue_minor, account.unapplied_minor, account.balance_minor) == (
        1000,
        1000,
        50,
        950,
    )
    assert accounts_of_customers([], on=LATER.date()) == []
    (document,) = documents_of_orders(issued.order_ids)
    assert (document.id, document.open_minor, document.order_minor) == (issued.id, 1000, 1000)
    (part,) = settlements_of_orders(issued.order_ids)
    assert (part.kind, part.amount_minor) == ("payment", 190)
