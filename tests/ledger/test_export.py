"""The journal seen from outside: Beancount finds every entry balanced and agrees with our balances."""

import csv
import io
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.ledger.models import Account
from apps.masterdata.models import ExchangeRate
from tests.factories.ledger import Books, make_books, make_currency, make_fact, make_invoice, post

pytestmark = pytest.mark.django_db(transaction=True)


def bean_check(path: Path) -> str:
    """Return what bean-check complains about."""
    done = subprocess.run(
        [Path(sys.executable).with_name("bean-check"), path], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def exported(path: Path, *arguments: str) -> Path:
    call_command("export_journal", "--out", str(path), *arguments)
    return path


def a_busy_day(books: Books) -> None:
    post(
        make_fact(books, "opening"), make_fact(books, "receipt"), make_fact(books, "shipment"), make_fact(books, "return"),
        make_invoice(books, 10001, 2000), make_invoice(books, memo='Say "hello" \\ <b>\nand go'),
        make_fact(books, "payment"), make_fact(books, "application"), make_fact(books, "write_off", amounts={"amount": 1}),
        make_invoice(books, 333, 67, entry_date=date(2026, 12, 31)),
    )  # fmt: skip
    post(make_fact(books, "credit_note", amounts={"gross": 100, "net": 100, "tax": 0}))


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_beancount_agrees(tmp_path: Path, currency: str) -> None:
    books = make_books(currency=currency)
    a_busy_day(books)
    make_currency("USD")
    ExchangeRate.objects.create(base_id="USD", quote_id=currency, rate_date=date(2026, 1, 1), rate=Decimal("3.33333"))
    post(
        make_invoice(books, 1001, 203, currency="USD"),
        make_fact(books, "payment", currency="USD", amounts={"amount": 7}),
    )
    path = exported(tmp_path / "journal.beancount")
    assert bean_check(path) == ""
    assert path.read_text().count(" balance ") >= 10


def test_several_entities_in_one_file(tmp_path: Path) -> None:
    a_busy_day(make_books(code="DE-1"))
    a_busy_day(make_books(code="jp 2", currency="JPY"))
    assert bean_check(exported(tmp_path / "all.beancount")) == ""
    one = exported(tmp_path / "one.beancount", "--entity", "jp 2")
    assert bean_check(one) == ""
    assert "DE-1" not in one.read_text()


def test_beancount_would_see_a_change(tmp_path: Path) -> None:
    a_busy_day(make_books())
    path = exported(tmp_path / "journal.beancount")
    path.write_text(path.read_text().replace("120.01 EUR", "120.02 EUR", 1))
    assert "does not balance" in bean_check(path)
    path = exported(tmp_path / "journal.beancount")
    path.write_text(path.read_text().replace("  1.00 EUR", "  1.01 EUR").replace("  -1.00 EUR", "  -1.01 EUR"))
    assert "Balance failed" in bean_check(path)


def test_an_empty_journal_is_a_journal(tmp_path: Path) -> None:
    make_books()
    assert bean_check(exported(tmp_path / "empty.beancount")) == ""


def test_csv_has_a_row_per_posting(tmp_path: Path) -> None:
    books = make_books()
    a_busy_day(books)
    rows = list(csv.DictReader(io.StringIO(exported(tmp_path / "journal.csv", "--format", "csv").read_text())))
    assert len(rows) == 25
    for side in ("debit", "credit"):
        assert sum(Decimal(row[side] or 0) for row in rows) == Decimal("503.02")
    taxed = [row for row in rows if row["tax_category"]]
    assert {(row["account"], row["tax_rate"]) for row in taxed} == {("2200", "20.0000")}
    assert {row["legal_entity"] for row in rows} == {"DE1"}


def test_no_text_of_the_csv_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    books = make_books()
    texts = ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "no = formula"]
    post(*(make_fact(books, "write_off", memo=text) for text in texts))
    Account.objects.filter(role="receivable").update(name='=HYPERLINK("x")')
    with exported(tmp_path / "journal.csv", "--format", "csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["memo"] for row in rows} == {*(f"'{text}" for text in texts[:-1]), "no = formula"}
    assert '\'=HYPERLINK("x")' in {row["account_name"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_unknown_entity_is_named() -> None:
    make_books()
    with pytest.raises(CommandError, match=r"No such legal entity: XX\. Known: DE1"):
        call_command("export_journal", "--entity", "XX")
