"""The books over the API: read only, by permission, page by page."""

import pytest
from django.test import Client

from apps.ledger.services.export import export_journal
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.ids import new_id
from tests.factories.ledger import DAY, Books, make_books, make_fact, make_invoice, post
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Books:
    return make_books()


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.force_login(make_user("ledger.view_ledger"), backend="django.contrib.auth.backends.ModelBackend")
    return client


ADDRESSES = ["accounts", "entries", "trial-balance"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_books_are_closed_to_others(books: Books, address: str) -> None:
    assert Client().get(f"/api/v1/ledger/{address}").status_code == 401
    other = Client()
    other.force_login(make_user("orders.view_orders"), backend="django.contrib.auth.backends.ModelBackend")
    answer = other.get(f"/api/v1/ledger/{address}")
    assert answer.status_code == 403
    assert "ledger.view_ledger" in answer.json()["detail"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_written_over_the_api(books: Books, reader: Client, address: str) -> None:
    for method in (reader.post, reader.put, reader.patch, reader.delete):
        assert method(f"/api/v1/ledger/{address}").status_code in {403, 405}


def test_the_chart(books: Books, reader: Client) -> None:
    items = reader.get("/api/v1/ledger/accounts").json()["items"]
    assert [item["code"] for item in items][:2] == ["1000", "1200"]
    assert len(items) == 13


def test_the_journal_page_by_page(books: Books, reader: Client) -> None:
    invoice = make_invoice(books)
    post(invoice, make_fact(books, "payment"), make_fact(books, "shipment"))
    first = reader.get("/api/v1/ledger/entries?limit=2").json()
    second = reader.get(first["next"]).json()
    kinds = [item["kind"] for item in first["items"] + second["items"]]
    assert kinds == ["shipment", "payment", "invoice"]
    assert second["next"] is None
    (entry,) = reader.get("/api/v1/ledger/entries?kind=invoice").json()["items"]
    assert entry["source"]["id"] == str(invoice.source_id)
    assert [(line["account"], line["amount_minor"]) for line in entry["postings"]] == [
        ("1200", 12000),
        ("4000", -10000),
        ("2200", -2000),
    ]
    assert entry["postings"][2]["tax_rate"] == "20"
    assert reader.get(f"/api/v1/ledger/entries/{entry['id']}").json() == entry
    assert reader.get(f"/api/v1/ledger/entries/{new_id()}").status_code == 404


def test_the_trial_balance_as_of_a_day(books: Books, reader: Client) -> None:
    post(make_invoice(books))
    found = reader.get(f"/api/v1/ledger/trial-balance?as_of={DAY}").json()
    assert (found["debit_minor"], found["credit_minor"], found["currency"]) == (12000, 12000, "EUR")
    assert reader.get("/api/v1/ledger/trial-balance?as_of=2026-03-04").json()["debit_minor"] == 0


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("trial-balance?as_of=yesterday", "?as_of"),
        ("trial-balance?legal_entity=XX", "?legal_entity"),
        ("entries?kind=gift", "?kind"),
        ("entries?until=2026-02-30", "?until"),
        ("entries?legal_entity=%00", "?legal_entity"),
    ],
)
def test_a_wrong_question_is_answered_precisely(books: Books, reader: Client, address: str, pointer: str) -> None:
    answer = reader.get(f"/api/v1/ledger/{address}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_with_two_entities_one_is_named(books: Books, reader: Client) -> None:
    other = make_books(code="FR1")
    post(make_invoice(other))
    assert reader.get("/api/v1/ledger/entries").status_code == 422
    assert len(reader.get("/api/v1/ledger/entries?legal_entity=FR1").json()["items"]) == 1
    assert reader.get("/api/v1/ledger/entries?legal_entity=DE1").json()["items"] == []


def allowed(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("style", ["beancount", "csv"])
def test_the_journal_leaves_as_a_file_for_those_who_may(books: Books, reader: Client, style: str) -> None:
    post(make_invoice(books))
    address = f"/api/v1/ledger/journal.{style}"
    assert Client().get(address).status_code == 401
    refused = reader.get(address)
    assert refused.status_code == 403
    assert "ledger.export_journal" in refused.json()["detail"]
    answer = allowed("ledger.export_journal").get(address)
    sent = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    written: list[str] = []
    export_journal(style=style, entities=[entities_by_id()[books.legal_entity_id]], write=written.append)
    assert sent == "".join(written)
    assert answer["Content-Disposition"] == f'attachment; filename="journal-DE1.{style}"'


def test_a_file_of_an_unknown_entity_is_refused(books: Books) -> None:
    answer = allowed("ledger.export_journal").get("/api/v1/ledger/journal.csv?legal_entity=XX")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?legal_entity")
