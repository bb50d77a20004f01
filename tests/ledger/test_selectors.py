"""Reading the books: trial balance as of a day, account sheet and journal page by page."""

from datetime import date

import pytest

from apps.ledger.selectors.accounts import account_sheet, trial_balance
from apps.ledger.selectors.journal import entry_of, journal
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from tests.factories.ledger import DAY, Books, make_books, make_fact, make_invoice, post

pytestmark = pytest.mark.django_db(transaction=True)
NEXT = date(2026, 3, 6)


@pytest.fixture
def books() -> Books:
    return make_books()


def test_the_trial_balance_is_of_a_day(books: Books) -> None:
    post(make_invoice(books), make_fact(books, "payment", entry_date=NEXT, amounts={"amount": 500}))
    before, after = (trial_balance(books.legal_entity_id, as_of=day) for day in (DAY, NEXT))
    balances = {row.code: row.balance_minor for row in before.rows if row.balance_minor}
    assert balances == {"1200": 12000, "4000": -10000, "2200": -2000}
    assert (before.debit_minor, before.credit_minor) == (12000, 12000)
    assert (after.debit_minor, after.credit_minor) == (12500, 12500)
    assert len(before.rows) == 13


def test_the_trial_balance_knows_no_other_entity(books: Books) -> None:
    post(make_invoice(make_books(code="FR1")))
    assert trial_balance(books.legal_entity_id, as_of=DAY).debit_minor == 0


def test_the_account_sheet_runs_backwards_with_its_balance(books: Books) -> None:
    post(*[make_fact(books, "payment", amounts={"amount": 10}, entry_date=date(2026, 3, day)) for day in range(1, 8)])
    cash = books.account("cash")
    sheet = account_sheet(cash.id, limit=3)
    assert [posting.entry_date.day for posting in sheet.page.rows] == [7, 6, 5]
    assert sheet.balance_minor == 70
    older = account_sheet(cash.id, cursor=sheet.page.next, limit=3)
    assert [posting.entry_date.day for posting in older.page.rows] == [4, 3, 2]
    assert older.balance_minor == 40
    assert account_sheet(cash.id, as_of=date(2026, 3, 2)).balance_minor == 20
    with pytest.raises(NotFound):
        account_sheet(new_id())


def test_the_journal_is_walked_forth_and_back(books: Books) -> None:
    ids = post(
        *[make_fact(books, "payment", amounts={"amount": 10}, entry_date=date(2026, 3, day)) for day in range(1, 8)]
    )
    seen, cursor = [], ""
    while True:
        page = journal(books.legal_entity_id, cursor=cursor, limit=3)
        seen += [entry.id for entry in page.rows]
        if not page.next:
            break
        cursor = page.next
    assert seen == ids[::-1]
    back = journal(books.legal_entity_id, cursor=page.previous, limit=3)
    assert [entry.id for entry in back.rows] == seen[3:6]
    assert all(len(entry.postings) == 2 for entry in back.rows)


def test_the_journal_is_filtered(books: Books) -> None:
    invoice_id, _ = post(make_invoice(books), make_fact(books, entry_date=NEXT))
    assert [entry.id for entry in journal(books.legal_entity_id, kind="invoice").rows] == [invoice_id]
    assert [entry.id for entry in journal(books.legal_entity_id, until=DAY).rows] == [invoice_id]
    assert entry_of(invoice_id).kind == "invoice"
    with pytest.raises(NotFound):
        entry_of(new_id())
