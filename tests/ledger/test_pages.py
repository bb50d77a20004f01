"""The pages of the books."""

import pytest
from django.test import Client

from apps.ledger.models import Period
from ordercash.kernel.ids import new_id
from tests.factories.ledger import Books, make_books, make_invoice, post
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def books() -> Books:
    return make_books()


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend=BACKEND)
    return client


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("address", ["/journal/", "/trial-balance/"])
def test_the_books_are_closed_to_others(books: Books, address: str) -> None:
    assert Client().get(address).status_code == 302
    assert "ledger.view_ledger" in text_of(signed_in("orders.view_orders"), address, 403)


def test_the_journal_leads_to_entry_account_and_document(books: Books) -> None:
    fact = make_invoice(books, memo="INV-7 <b>")
    (entry_id,) = post(fact)
    client = signed_in("ledger.view_ledger")
    shown = text_of(client, "/journal/")
    assert f"/journal/{entry_id}/" in shown
    assert f"/accounts/{books.account('revenue').id}/" in shown
    assert "INV-7 &lt;b&gt;" in shown
    assert "120.00" in shown
    entry = text_of(client, f"/journal/{entry_id}/")
    assert fact.source_ref in entry
    assert "S 20 %" in entry
    sheet = text_of(client, f"/accounts/{books.account('revenue').id}/")
    assert "4000 Revenue" in sheet
    assert "100.00" in sheet
    assert text_of(client, "/journal/?kind=payment").count(str(entry_id)) == 0
    text_of(client, f"/journal/{new_id()}/", 404)
    text_of(client, f"/accounts/{new_id()}/", 404)


def test_the_trial_balance_shows_every_account(books: Books) -> None:
    post(make_invoice(books))
    client = signed_in("ledger.view_ledger")
    shown = text_of(client, "/trial-balance/?as_of=2026-03-05")
    assert "Trade receivables" in shown
    assert "120.00" in shown
    assert "120.00" not in text_of(client, "/trial-balance/?as_of=2026-03-04")
    assert "Close a period" not in shown


def test_without_a_legal_entity_the_page_says_what_to_do() -> None:
    for address in ("/journal/", "/trial-balance/"):
        page = text_of(signed_in("ledger.view_ledger"), address)
        assert "no legal entity yet" in page
        assert "legalentity/add" not in page
        assert "legalentity/add" in text_of(signed_in("ledger.view_ledger", "masterdata.change_setup"), address)


def test_the_books_that_moved_last_are_shown_first() -> None:
    first, second = make_books(code="AA1"), make_books(code="ZZ1")
    client = signed_in("ledger.view_ledger")
    assert "AA1 Entity AA1</" in text_of(client, "/journal/")
    for books, shown in ((second, "ZZ1"), (first, "AA1")):
        (entry_id,) = post(make_invoice(books))
        for address in ("/journal/", "/trial-balance/"):
            assert f'value="{shown}" selected' in text_of(client, address)
        assert f"/journal/{entry_id}/" in text_of(client, "/journal/")


def close(client: Client, **values: str) -> int:
    days = {"from_date": "2026-03-01", "until_date": "2026-04-01", "way": "close"} | values
    return client.post(
        "/trial-balance/", {"verb": "close_period"} | {f"close_period-{name}": day for name, day in days.items()}
    ).status_code


def test_a_period_is_closed_by_those_who_may(books: Books) -> None:
    assert close(signed_in("ledger.view_ledger")) == 403
    assert not Period.objects.exists()
    controller = signed_in("ledger.view_ledger", "ledger.close_period")
    assert close(controller, until_date="2026-02-01") == 422
    assert not Period.objects.exists()
    assert close(controller) == 303
    assert Period.objects.get().state == "closed"
    assert "2026-04-01" in text_of(controller, "/trial-balance/")
    assert close(controller, way="reopen") == 303
    assert Period.objects.get().state == "closed"


def test_the_journal_is_taken_out_as_a_file_by_those_who_may(books: Books) -> None:
    post(make_invoice(books, memo="INV-7"))
    address = "/journal/export?entity=XX&style=beancount"
    text_of(signed_in("ledger.view_ledger"), address, 403)
    assert "Export" not in text_of(signed_in("ledger.view_ledger"), "/journal/")
    client = signed_in("ledger.view_ledger", "ledger.export_journal")
    assert "/journal/export?entity=" in text_of(client, "/journal/")
    answer = client.get(address)
    body = b"".join(answer.streaming_content).decode()
    assert "attachment" in answer["Content-Disposition"]
    assert " open Income:" in body
    assert "120.00" in body
    rows = b"".join(client.get("/journal/export?style=csv").streaming_content).decode().splitlines()
    assert len(rows) == 4
