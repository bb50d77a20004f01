"""Billing and cash over the API."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.billing.contract import CreditRequest, credit_lines
from apps.billing.models import Invoice, InvoiceLine, Payment, Settlement
from apps.ledger.models import Period
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import LATER, World, in_transaction, invoice_of, make_shipment, make_world, oblige, pay
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)

VIEW = ("billing.view_invoices", "billing.view_payments")


@pytest.fixture
def world() -> World:
    return make_world()


def client_with(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, address: str, body: Any, key: str | None = "key-1") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/{address}", json.dumps(body), content_type="application/json", headers=headers)


VERBS = [
    ("get", "invoices", "billing.view_invoices"),
    ("get", f"invoices/{new_id()}", "billing.view_invoices"),
    ("get", f"invoices/{new_id()}/pdf", "billing.view_invoices"),
    ("get", "credit-notes", "billing.view_invoices"),
    ("get", "receivables", "billing.view_invoices"),
    ("get", "payments", "billing.view_payments"),
    ("get", f"payments/{new_id()}", "billing.view_payments"),
    ("post", "payments", "billing.record_payments"),
    ("post", f"payments/{new_id()}/apply", "billing.apply_cash"),
    ("post", f"credit-notes/{new_id()}/apply", "billing.apply_cash"),
    ("post", f"invoices/{new_id()}/write-off", "billing.write_off"),
    ("post", "invoices:issue", "billing.issue_invoices"),
]


@pytest.mark.parametrize("permission", sorted({permission for *_, permission in VERBS}))
@pytest.mark.django_db
def test_every_verb_has_its_permission(permission: str) -> None:
    everything = {"billing.record_payments", "billing.apply_cash", "billing.write_off", "billing.issue_invoices", *VIEW}
    client = client_with(*(everything - {permission}))
    for method, address in ((method, address) for method, address, needed in VERBS if needed == permission):
        answer = getattr(client, method)(f"/api/v1/{address}")
        assert answer.status_code == 403 and permission in answer.json()["detail"]
        assert getattr(Client(), method)(f"/api/v1/{address}").status_code == 401


def test_documents_are_listed_filtered_and_paged(world: World) -> None:
    first, second = invoice_of(world, 1000), invoice_of(world, 2000)
    pay(world, 1190, invoice_ids=[first.id])
    client = client_with(*VIEW)

    def numbers(query: str) -> list[str]:
        return [item["number"] for item in client.get(f"/api/v1/invoices?{query}").json()["items"]]

    assert numbers("") == [second.number, first.number]
    assert (
        numbers("state=settled")
        == numbers("number=inv-2026-1")
        == numbers(f"order_id={first.order_ids[0]}")
        == [first.number]
    )
    assert numbers("issued_from=2026-03-03") == numbers("due_until=2026-03-16") == numbers("number=INV") == []
    assert numbers(
        f"customer_id={world.customer_id}&legal_entity=DE1&issued_until=2026-03-03&due_until=2026-03-17"
    ) == numbers("")
    page = client.get("/api/v1/invoices?limit=1").json()
    assert [item["number"] for item in client.get(page["next"]).json()["items"]] == [first.number]


def test_a_filter_that_cannot_be_read_is_named(world: World) -> None:
    client = client_with(*VIEW)
    for query in ("state=paid", "customer_id=x", "issued_from=yesterday", "legal_entity=XX", "limit=0", "cursor=x"):
        answer = client.get(f"/api/v1/invoices?{query}")
        assert answer.status_code in {400, 422}
        assert query.split("=")[0] in json.dumps(answer.json())


def test_one_invoice_and_its_credit_note(world: World) -> None:
    issued = invoice_of(world, 1000)
    pay(world, 1190, invoice_ids=[issued.id])
    requests = [CreditRequest("return:1", InvoiceLine.objects.get().id, Decimal(0), 500, "Scratched")]
    (note,) = in_transaction(lambda: credit_lines(requests, issued_at=LATER, actor=SYSTEM)).issued
    client = client_with(*VIEW)
    shown = client.get(f"/api/v1/invoices/{issued.id}").json()
    assert (shown["number"], shown["lines"][0]["credited_minor"], shown["taxes"][0]["tax_minor"]) == (
        issued.number,
        500,
        190,
    )
    assert [row["kind"] for row in shown["settlements"]] == ["payment"]
    assert [row["number"] for row in shown["credit_notes"]] == [note.number]
    credit = client.get(f"/api/v1/credit-notes/{note.id}").json()
    assert (credit["credits_id"], credit["open_minor"], credit["reason"]) == (str(issued.id), 595, "Scratched")
    assert client.get(f"/api/v1/invoices/{note.id}").status_code == 404
    assert client.get(f"/api/v1/invoices/{new_id()}").status_code == 404
    pdf = client.get(f"/api/v1/credit-notes/{note.id}/pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")

    other = invoice_of(world, 1000)
    used = post(client_with("billing.apply_cash"), f"credit-notes/{note.id}/apply", {"invoice_id": str(other.id)})
    assert (used.status_code, used.json()["amount_minor"]) == (200, 595)
    assert Invoice.objects.get(id=other.id).open_minor == 595


def test_a_payment_is_recorded_once_and_answered_alike(world: World) -> None:
    issued = invoice_of(world, 1000)
    client = client_with("billing.record_payments")
    body = {
        "legal_entity": "DE1",
        "currency": "EUR",
        "amount_minor": 2000,
        "invoice_numbers": [issued.number],
        "reference": "thanks",
    }
    first, again = (post(client, "payments", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201) and first.content == again.content
    assert (first.json()["applied_minor"], first.json()["unapplied_minor"]) == (1190, 810)
    assert Payment.objects.count() == Settlement.objects.count() == 1
    assert post(client, "payments", {**body, "amount_minor": 1}).json()["code"] == "idempotency_key_reused"
    assert post(client, "payments", body, key=None).status_code == 400
    named = post(client, "payments", {**body, "source_ref": "bank:1"}, key="a").json()
    assert post(client, "payments", {**body, "source_ref": "bank:1"}, key="b").json()["id"] == named["id"]
    assert (
        post(client, "payments", {**body, "source_ref": "bank:1", "amount_minor": 7}, key="c").json()["reason"]
        == "source_ref_reused"
    )


BAD_PAYMENTS: list[tuple[dict[str, Any], str]] = [
    ({"amount_minor": 0}, "/amount_minor"),
    ({"amount_minor": 10**30}, "/amount_minor"),
    ({"amount_minor": 1.5}, "/amount_minor"),
    ({"currency": "euro"}, "/currency"),
    ({"legal_entity": "XX"}, "/legal_entity"),
    ({"customer": "nobody"}, "/customer"),
    ({"received_at": "2999-01-01T00:00:00Z"}, "/received_at"),
    ({"received_at": "2026-01-01T00:00:00"}, "/received_at"),
    ({"invoice_ids": ["x"]}, "/invoice_ids/0"),
    ({"colour": "red"}, "/colour"),
]


def test_a_bad_payment_is_refused_with_its_place(world: World) -> None:
    client = client_with("billing.record_payments")
    for change, pointer in BAD_PAYMENTS:
        answer = post(client, "payments", {"legal_entity": "DE1", "currency": "EUR", "amount_minor": 2000, **change})
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Payment.objects.exists()


def test_a_currency_that_is_not_in_use_is_refused(world: World) -> None:
    answer = post(
        client_with("billing.record_payments"),
        "payments",
        {"legal_entity": "DE1", "currency": "XTS", "amount_minor": 1},
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "currency_unknown")


def test_left_over_money_is_applied_and_the_rest_written_off(world: World) -> None:
    payment = pay(world, 500)
    issued = invoice_of(world, 1000)
    shown = client_with(*VIEW).get("/api/v1/payments?unapplied=true").json()["items"]
    assert [row["unapplied_minor"] for row in shown] == [500]
    client = client_with("billing.apply_cash", "billing.write_off", *VIEW)
    used = post(client, f"payments/{payment.payment_id}/apply", {"invoice_id": str(issued.id)})
    assert (used.status_code, used.json()["amount_minor"], used.json()["settled"]) == (200, 500, False)
    refused = post(client, f"payments/{payment.payment_id}/apply", {"invoice_id": str(issued.id)}, key="2")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_applied")
    assert post(client, f"invoices/{issued.id}/write-off", {"reason": ""}, key="3").status_code == 422
    gone = post(client, f"invoices/{issued.id}/write-off", {"reason": "Insolvent"}, key="4")
    assert (gone.json()["amount_minor"], gone.json()["settled"]) == (690, True)
    detail = client.get(f"/api/v1/payments/{payment.payment_id}").json()
    assert [row["amount_minor"] for row in detail["applications"]] == [500]
    assert client.get(f"/api/v1/payments/{new_id()}").status_code == 404


def test_what_is_owed_is_issued_on_demand(world: World) -> None:
    in_transaction(lambda: oblige(make_shipment(world, [100])))
    client = client_with("billing.issue_invoices")
    assert post(client, "invoices:issue", {"until": "2999-01-01T00:00:00Z"}).status_code == 422
    assert len(post(client, "invoices:issue", {}).json()["invoices"]) == 1
    assert post(client, "invoices:issue", {}).json() == {"invoices": []}


def test_what_is_open_by_days_overdue(world: World) -> None:
    invoice_of(world, 1000)
    invoice_of(world, 2000, terms_days=0)
    client = client_with(*VIEW)

    def buckets(on: str) -> dict[str, int]:
        return {row["bucket"]: row["open_minor"] for row in client.get(f"/api/v1/receivables?on={on}").json()["items"]}

    assert buckets("2026-03-02") == {"not_due": 3570}
    assert buckets("2026-03-03") == {"not_due": 1190, "1_30": 2380}
    assert buckets("2026-04-02") == {"1_30": 1190, "31_60": 2380}
    assert buckets("2026-07-02") == {"over_90": 3570}


def test_money_of_a_closed_period_is_refused_with_what_to_do(world: World) -> None:
    days = {"from_date": "2026-03-01", "until_date": "2026-04-01"}
    Period.objects.create(legal_entity_id=world.legal_entity_id, state="closed", **days)
    forget_everything()
    body = {"legal_entity": "DE1", "currency": "EUR", "amount_minor": 2000, "received_at": "2026-03-05T12:00:00Z"}
    answer = post(client_with("billing.record_payments"), "payments", body)
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert (problem["code"], problem["period"]) == ("period_closed", {"from": "2026-03-01", "to": "2026-03-31"})
    assert "Use a date from 2026-04-01 on" in problem["detail"]
    assert not Payment.objects.exists()
