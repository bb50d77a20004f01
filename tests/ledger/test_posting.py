"""Posting facts: lines, subledger, foreign money, refusals, and the number of statements."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from apps.ledger.contract import AccountMissing, PeriodClosed, RateMissing, customer_balances, entries_of, post_entries
from apps.ledger.models import Account, JournalEntry, Period, Posting
from apps.masterdata.models import ExchangeRate
from ordercash.kernel import sql
from ordercash.kernel.transactions import TransactionMisuse
from tests.factories.audit import count_statements
from tests.factories.ledger import DAY, Books, make_books, make_currency, make_fact, make_invoice, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Books:
    return make_books()


def lines_of(entry_id: object) -> list[tuple[str, int]]:
    found = Posting.objects.filter(entry_id=entry_id).order_by("id")
    return list(found.values_list("account__role", "amount_minor"))


def test_an_invoice_becomes_an_entry(books: Books) -> None:
    fact = make_invoice(books, memo="SO-1")
    (entry_id,) = post(fact)
    assert lines_of(entry_id) == [("receivable", 12000), ("revenue", -10000), ("tax_payable", -2000)]
    (entry,) = entries_of([fact.source_id])
    assert (entry.kind, entry.source_ref, entry.entry_date, entry.memo) == ("invoice", fact.source_ref, DAY, "SO-1")
    assert [(line.account_code, line.customer_id, line.tax_category, line.tax_rate) for line in entry.postings] == [
        ("1200", books.customer_id, "", None), ("4000", None, "", None), ("2200", None, "S", Decimal(20)),
    ]  # fmt: skip
    assert bytes(JournalEntry.objects.get(pk=entry_id).rules_sha256 or b"") != b""


def test_the_subledger_follows_the_way_to_cash(books: Books) -> None:
    post(make_invoice(books), make_fact(books, "payment", amounts={"amount": 15000}))
    post(make_fact(books, "application", amounts={"amount": 12000}, entry_date=date(2026, 3, 9)))
    now = {balance.role: balance.amount_minor for balance in customer_balances([books.customer_id])}
    before = {balance.role: balance.amount_minor for balance in customer_balances([books.customer_id], as_of=DAY)}
    assert now == {"receivable": 0, "unapplied_cash": -3000}
    assert before == {"receivable": 12000, "unapplied_cash": -15000}


def test_facts_of_nothing_leave_no_entry(books: Books) -> None:
    free, paid = make_fact(books, "shipment", amounts={"cost": 0}), make_invoice(books)
    assert len(post(free, paid)) == 1
    assert post(free) == []
    assert post() == []


def test_foreign_money_balances_in_both(books: Books) -> None:
    make_currency("USD")
    ExchangeRate.objects.create(base_id="USD", quote_id="EUR", rate_date=date(2026, 3, 1), rate=Decimal("0.3333"))
    post(make_invoice(books, 1000, 1, currency="USD"))
    found = list(Posting.objects.order_by("id").values_list("amount_minor", "functional_minor", "functional_currency"))
    assert [amount for amount, _, _ in found] == [1001, -1000, -1]
    assert sum(minor for _, minor, _ in found) == 0
    assert found[0] == (1001, 334, "EUR")


def test_without_a_rate_nothing_is_posted(books: Books) -> None:
    make_currency("USD")
    with pytest.raises(RateMissing, match="USD to EUR"):
        post(make_invoice(books), make_invoice(books, currency="USD"))
    assert not JournalEntry.objects.exists()


def test_a_missing_account_is_named(books: Books) -> None:
    Account.objects.filter(role="revenue").delete()
    with pytest.raises(AccountMissing, match="'revenue'"):
        post(make_invoice(books))
    assert not Posting.objects.exists()


def test_a_closed_period_is_named(books: Books) -> None:
    Period.objects.create(legal_entity_id=books.legal_entity_id, from_date=DAY, until_date="2026-04-01", state="closed")
    with pytest.raises(PeriodClosed, match="2026-03-05"):
        post(make_invoice(books))
    assert not Posting.objects.exists()
    assert len(post(make_invoice(books, entry_date=date(2026, 4, 1)))) == 1


def test_posting_joins_a_transaction(books: Books) -> None:
    with pytest.raises(TransactionMisuse):
        post_entries([make_invoice(books)])


def test_the_number_of_statements_does_not_grow(books: Books) -> None:
    post(make_invoice(books))
    few = count_statements(lambda: post(*[make_invoice(books) for _ in range(2)]))
    many = count_statements(lambda: post(*[make_invoice(books) for _ in range(300)]))
    assert few == many
    assert many <= 4


def test_whole_entries_leave_nothing_to_check_at_commit(books: Books) -> None:
    """The cheap way of docs/adr/0002: no entry is in doubt after its statement."""
    for count in (3, 300):
        with transaction.atomic():
            post_entries([make_invoice(books) for _ in range(count)])
            assert sql.fetch("SELECT count(*) FROM ledger_entryindoubt") == [(0,)]
