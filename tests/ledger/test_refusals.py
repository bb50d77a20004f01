"""What the database refuses of the books, tried in SQL."""

from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.ledger.models import JournalEntry, Period, Posting
from ordercash.kernel import sql
from ordercash.kernel.ids import new_id
from tests.factories.ledger import DAY, Books, add_entry, add_postings, make_books, make_invoice, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Books:
    return make_books()


def nothing_was_posted() -> bool:
    return not JournalEntry.objects.exists() and not Posting.objects.exists() and doubts() == 0


def doubts() -> int:
    return sql.fetch("SELECT count(*) FROM ledger_entryindoubt")[0][0]


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_balanced_entry_written_by_hand_is_taken(books: Books, one_by_one: bool) -> None:
    with transaction.atomic():
        add_postings(books, add_entry(books), [700, -300, -400], one_by_one=one_by_one)
    assert Posting.objects.count() == 3
    assert doubts() == 0


@pytest.mark.parametrize("one_by_one", [True, False])
def test_an_unbalanced_entry_is_refused_at_commit(books: Books, one_by_one: bool) -> None:
    with pytest.raises(IntegrityError, match=r"out of balance by 1 EUR"), transaction.atomic():
        add_postings(books, add_entry(books), [700, -699], one_by_one=one_by_one)
        assert Posting.objects.count() == 2
    assert nothing_was_posted()


@pytest.mark.parametrize("one_by_one", [True, False])
def test_postings_before_their_entry_are_checked_too(books: Books, one_by_one: bool) -> None:
    entry_id = new_id()
    with pytest.raises(IntegrityError, match="out of balance"), transaction.atomic():
        add_postings(books, entry_id, [5, -4], one_by_one=one_by_one)
        add_entry(books, entry_id)
    assert nothing_was_posted()


def test_an_entry_without_postings_is_refused(books: Books) -> None:
    with pytest.raises(IntegrityError, match=r"has 0 posting\(s\)"), transaction.atomic():
        add_entry(books)
    assert nothing_was_posted()


def test_an_entry_with_one_posting_is_refused(books: Books) -> None:
    with pytest.raises(IntegrityError, match=r"at least two"), transaction.atomic():
        add_postings(books, add_entry(books), [5])
    assert nothing_was_posted()


def test_postings_without_an_entry_are_refused(books: Books) -> None:
    with pytest.raises(IntegrityError, match="posting_comes_with_its_entry"), transaction.atomic():
        add_postings(books, new_id(), [5, -5], one_by_one=False)
    assert nothing_was_posted()


def test_currencies_do_not_make_up_for_each_other(books: Books) -> None:
    with pytest.raises(IntegrityError, match=r"out of balance by .*-5 (EUR|USD)"), transaction.atomic():
        entry_id = add_entry(books)
        add_postings(books, entry_id, [5])
        add_postings(books, entry_id, [-5], currency="USD")
    assert nothing_was_posted()


def test_the_entitys_own_currency_balances_too(books: Books) -> None:
    with pytest.raises(IntegrityError, match="out of balance by 1 EUR"), transaction.atomic():
        entry_id = add_entry(books)
        add_postings(books, entry_id, [5], currency="USD", functional_minor=4)
        add_postings(books, entry_id, [-5], currency="USD", functional_minor=-3)
    assert nothing_was_posted()


def test_a_posting_to_an_old_entry_is_refused(books: Books) -> None:
    (entry_id,) = post(make_invoice(books))
    for one_by_one in (True, False):
        with pytest.raises(IntegrityError, match="ledger_posting_foreign"), transaction.atomic():
            add_postings(books, entry_id, [5, -5], one_by_one=one_by_one)
    assert Posting.objects.count() == 3


def test_a_posting_that_claims_the_old_entrys_transaction_is_refused(books: Books) -> None:
    (entry_id,) = post(make_invoice(books))
    with pytest.raises(IntegrityError, match="ledger_posting_late"), transaction.atomic():
        sql.run(
            "INSERT INTO ledger_posting (id, entry_id, account_id, entry_date, amount_minor, currency, functional_minor,"
            " functional_currency, txid) SELECT new_id(), entry_id, account_id, entry_date, amount_minor, currency,"
            " functional_minor, functional_currency, txid FROM ledger_posting WHERE entry_id = %s",
            [entry_id],
        )
    assert Posting.objects.count() == 3


def test_an_entry_cannot_claim_another_transaction(books: Books) -> None:
    with pytest.raises(IntegrityError, match="ledger_entry_late"), transaction.atomic():
        sql.run(
            "INSERT INTO ledger_journalentry (id, legal_entity_id, kind, source_kind, source_id, source_ref, entry_date,"
            " occurred_at, txid) VALUES (new_id(), %s, 'adjustment', 'hand', new_id(), 'x', %s, now(), '3')",
            [books.legal_entity_id, DAY],
        )


def test_checking_early_does_not_let_later_postings_through(books: Books) -> None:
    with pytest.raises(IntegrityError, match="out of balance"), transaction.atomic():
        entry_id = add_entry(books)
        add_postings(books, entry_id, [5, -5])
        sql.run("SET CONSTRAINTS ALL IMMEDIATE")
        sql.run("SET CONSTRAINTS ALL DEFERRED")
        add_postings(books, entry_id, [7])
    assert nothing_was_posted()


def test_removing_the_note_of_doubt_does_not_help(books: Books) -> None:
    with pytest.raises(IntegrityError, match="out of balance"), transaction.atomic():
        add_postings(books, add_entry(books), [7, -6])
        sql.run("DELETE FROM ledger_entryindoubt")
    assert nothing_was_posted()


@pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_posting"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_posted_facts_are_never_changed(books: Books, table: str, statement: str) -> None:
    post(make_invoice(books))
    with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
        sql.run(statement.format(table))
    assert Posting.objects.count() == 3


def test_a_posting_of_another_day_or_entity_is_refused(books: Books) -> None:
    other = make_books(code="FR1")
    with pytest.raises(IntegrityError, match="ledger_posting_foreign"), transaction.atomic():
        add_postings(books, add_entry(books), [5, -5], account_id=other.account("cash").id)
    with pytest.raises(IntegrityError, match="ledger_posting_foreign"), transaction.atomic():
        add_postings(books, add_entry(books), [5, -5], entry_date="2026-03-06")
    entry_id = new_id()
    with pytest.raises(IntegrityError, match="ledger_posting_foreign"), transaction.atomic():
        add_postings(books, entry_id, [5, -5], one_by_one=False, entry_date="2026-03-06")
        add_entry(books, entry_id)
    assert nothing_was_posted()


def test_a_posting_of_nothing_is_refused(books: Books) -> None:
    with pytest.raises(IntegrityError, match="posting_is_not_zero"), transaction.atomic():
        add_postings(books, add_entry(books), [0, 0])


def test_a_source_is_posted_once(books: Books) -> None:
    fact = make_invoice(books)
    post(fact)
    with pytest.raises(IntegrityError, match="source_ref"):
        post(fact)
    assert JournalEntry.objects.count() == 1


def test_a_closed_period_refuses_entries_and_stays_closed(books: Books) -> None:
    period = Period.objects.create(
        legal_entity_id=books.legal_entity_id, from_date="2026-03-01", until_date="2026-04-01", state="closed"
    )
    with pytest.raises(IntegrityError, match="ledger_period_closed"), transaction.atomic():
        add_postings(books, add_entry(books), [5, -5])
    for statement in (
        "UPDATE ledger_period SET state = 'open' WHERE id = %s",
        "DELETE FROM ledger_period WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match="ledger_period_final"), transaction.atomic():
            sql.run(statement, [period.id])
    assert nothing_was_posted()


def test_periods_do_not_overlap(books: Books) -> None:
    Period.objects.create(legal_entity_id=books.legal_entity_id, from_date="2026-03-01", until_date="2026-04-01")
    with pytest.raises(IntegrityError, match="periods_do_not_overlap"), transaction.atomic():
        Period.objects.create(legal_entity_id=books.legal_entity_id, from_date="2026-03-31", until_date="2026-05-01")
    Period.objects.create(legal_entity_id=books.legal_entity_id, from_date="2026-04-01", until_date="2026-05-01")


def test_the_guards_can_be_taken_off_and_put_on_again() -> None:
    """The migration is reversible: its reverse leaves nothing behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        folder = Path(__file__).parents[2] / "apps" / "ledger" / "sql"
        cursor.execute((folder / "books.reverse.sql").read_text())
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'ledger\\_%'")
        assert cursor.fetchone() == (0,)
        cursor.execute((folder / "books.sql").read_text())
        transaction.set_rollback(True)
