"""Files that are wrong: refused as a whole with a sentence before anything is written, or row by row."""

import csv
import gzip
import os
import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from apps.integrations.services.flat_file import LARGEST_CELL, FileUnusable
from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import IntakeDocument, IntakeRow, Order, OrderLine
from tests.factories.imports import bring_in, mapping_named
from tests.integrations.databases import environment
from tests.integrations.real_data import IS_FULL, real

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "1,20001,PLAIN,2,2011-01-05 10:00:00,1.50,18000.0,France"
RETAIL = mapping_named("online_retail")
# Per column, cells that are usual and cells that are not.
ODD_CELLS = (
    ("1", "2", "C1", "A1", "", "x" * 70, "\x01", "é\ud800", "1 ", "'; DROP TABLE", "<b>"),
    ("20001", "POST", "D", "", "z" * 80, "M", "a b", "\ufeff1"),
    ("X", "", "é" * 300, 'say "hi"', "a\nb", "NULL", "\x7f"),
    ("1", "2", "-1", "0", "1e9", "100000000", "9" * 14, "0.0001", "0.00001", "-0", "", "NaN", "٣", "1,5"),
    ("2011-01-05 10:00:00", "2011-13-01 00:00:00", "", "2011-03-27 01:30:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00"),
    ("1", "2.5", "0", "-1", "99999999999", "0.000001", "0.0000001", "1e5", "", "-0.0", "9" * 16),
    ("18000.0", "", "x" * 50, "1\t2", "é", "18000.0.0"),
    ("France", "EIRE", "Narnia", "", "gb", "GB", "\u2028"),
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("company")


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def write(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "file.csv is empty"),
        (b" \n\n", "file.csv is empty"),
        (b"\xef\xbb\xbf", "file.csv is empty"),
        (b"InvoiceNo,StockCode\n1,2\n", "lacks the columns Quantity, InvoiceDate, UnitPrice, Description, CustomerID, Country"),
        (table(GOOD).replace(b"Country", b"Quantity", 1), "lacks the column Country"),
        ((HEADER + ",Quantity\n").encode(), "has the column Quantity more than once"),
        (table(), "has a header but no rows"),
        (table("", ",,,,,,,"), "has a header but no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a binary file"),
        (table(GOOD).decode().encode("utf-16"), "is UTF-16 text: say `encoding: utf-16`"),
        (gzip.compress(table(GOOD, GOOD))[:-9], "is not a whole gzip file"),
        (gzip.compress(table(GOOD))[:30] + b"\x00" * 40, "is not a whole gzip file"),
        (table(GOOD, '2,20001,"OPEN,2,2011-01-05 10:00:00,1.50,18000.0,France'), "row 3: a quote opens here and is never closed"),
        (table(GOOD, f'2,20001,"{"x" * (LARGEST_CELL + 1)}",1'), "row 3: field larger than field limit"),
        (table(GOOD, '2,20001,"' + "OPEN\n" * 300_000), "row 3: field larger than field limit"),
        (table(GOOD) + b"x" * 8_000_001, "row 3: line larger than 8,000,000 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_its_reason(tmp_path: Path, content: bytes, says: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(FileUnusable, match=says.replace("(", r"\(")):
        bring_in(RETAIL, path)
    assert not IntakeDocument.objects.exists()


@pytest.mark.parametrize(
    ("name", "says"), [("", "is a folder"), ("absent.csv", "There is no file")], ids=["folder", "absent"]
)
def test_what_is_no_file_is_refused(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(FileUnusable, match=says):
        bring_in(RETAIL, tmp_path / name)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b",", b";"),
        lambda text: text.replace(b",", b"\t"),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.removesuffix(b"\n"),
        lambda text: text.replace(b"PLAIN", b'"PLAIN\nIN TWO LINES"'),
        lambda text: text + b",,,,,,,\n\n",
        gzip.compress,
    ],
    ids=["byte order mark", "semicolons", "tabs", "CRLF", "no last line end", "line in a cell", "empty rows", "gzip"],
)
def test_the_same_table_in_another_spelling_reads_alike(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    result = bring_in(RETAIL, write(tmp_path, change(table(GOOD))))
    assert (result.rows, result.orders, result.held) == (1, 1, 0)


def test_utf_16_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    mapping = RETAIL.model_copy(update={"format": RETAIL.format.model_copy(update={"encoding": "utf-16"})})
    assert bring_in(mapping, write(tmp_path, table(GOOD).decode().encode("utf-16"))).orders == 1


@pytest.mark.parametrize(
    ("row", "code", "detail"),
    [
        ("2,20001,X,2,2011-01-05 10:00:00", "cells_missing", "The row has 5 cells where the header has 8."),
        (GOOD.replace("1,", "2,", 1) + ",9", "cells_too_many", "The row has 9 cells where the header has 8."),
        ("2,20001,X,two,2011-01-05 10:00:00,1,18000.0,France", "quantity_unreadable",
         "Column Quantity must hold a number up to 100,000,000 with at most 4 decimals, not 'two'."),
        ("2,20001,X,1e9,2011-01-05 10:00:00,1,18000.0,France", "quantity_unreadable", None),
        ("2,20001,X,1.00001,2011-01-05 10:00:00,1,18000.0,France", "quantity_unreadable", None),
        ("2,20001,X,0.5,2011-01-05 10:00:00,1,18000.0,France", "quantity_not_divisible",
         "20001 is sold by the piece with 0 decimals, not 0.5."),
        ("2,20001,X,0,2011-01-05 10:00:00,1,18000.0,France", "stock_write_off", None),
        ("2,20001,X,1,2011-01-05 10:00:00,1.2345678,18000.0,France", "unit_price_unreadable", None),
        ("2,20001,X,1,2011-01-05 10:00:00,-1,18000.0,France", "price_not_positive", "The price is below zero."),
        ("2,20001,X,100000000,2011-01-05 10:00:00,99999999999,18000.0,France", "amount_out_of_range",
         "Quantity times price comes to more than 100,000,000,000."),
        ("2,20001,X,1,2011-02-30 10:00:00,1,18000.0,France", "ordered_at_unreadable", None),
        ("2,20001,X,1,1811-02-03 10:00:00,1,18000.0,France", "ordered_at_unreadable", None),
        ("2,20001,X,1,2199-02-03 10:00:00,1,18000.0,France", "ordered_at_in_future",
         "Column InvoiceDate lies in the future; check the time zone."),
        ("2,20001,X,1,2011-01-05 10:00:00,1,18000.0,Narnia", "country_unknown",
         "Column Country must hold a country of ISO 3166 such as GB, or one that the value map names, not 'Narnia'."),
        ("2,,X,1,2011-01-05 10:00:00,1,18000.0,France", "sku_missing", "Column StockCode must hold 1 to 60 characters."),
        ("2," + "9" * 61 + ",X,1,2011-01-05 10:00:00,1,18000.0,France", "sku_missing", None),
        ("2" * 61 + ",20001,X,1,2011-01-05 10:00:00,1,18000.0,France", "document_missing", None),
        ("2,20001,\x00,1,2011-01-05 10:00:00,1,18000.0,France", "control_character", None),
        ("2,20001,X,1,2011-01-05 10:00:00,1," + "9" * 41 + ",France", None, None),
    ],
)  # fmt: skip
def test_a_wrong_row_holds_its_order_and_no_other(
    tmp_path: Path, row: str, code: str | None, detail: str | None
) -> None:
    # A sample is looked at for NUL, so that one stands behind it.
    filler = [f"F{number},20001,{'X' * 150},1,2011-01-05 10:00:00,1,18000.0,France" for number in range(400)]
    rows = [GOOD, *(filler if "\x00" in row else []), row]
    result = bring_in(RETAIL, write(tmp_path, table(*rows)))
    assert (result.rows, result.held) == (len(rows), 1)
    assert Order.objects.get(external_number="1").state == "confirmed"
    kept = IntakeRow.objects.first()
    assert (kept.code if kept else None) == code
    if kept and detail:
        assert kept.detail == detail
    assert report_of(result)["totals"]["rows"] == len(rows)


def test_broken_letters_in_every_cell_are_kept_and_stop_nothing(tmp_path: Path) -> None:
    broken = b",".join([b"\xff\xfe"] * 3 + [b"1", b"2011-01-05 10:00:00", b"1.5", b"\xe9\xff", b"\xe9"])
    result = bring_in(RETAIL, write(tmp_path, table(GOOD) + broken + b"\n"))
    assert (result.orders, result.held) == (2, 1)
    row = IntakeRow.objects.get()
    assert (row.code, row.raw["StockCode"]) == ("encoding_broken", "\ufffd\ufffd")


def test_two_numbers_that_are_too_long_are_two_orders(tmp_path: Path) -> None:
    long = [f"{'7' * 60}{number},20001,X,1,2011-01-05 10:00:00,1,18000.0,France" for number in (1, 2)]
    assert bring_in(RETAIL, write(tmp_path, table(*long))).held == 2


def test_a_document_has_one_customer(tmp_path: Path) -> None:
    rows = [GOOD, GOOD.replace("18000.0", "18001.0")]
    assert bring_in(RETAIL, write(tmp_path, table(*rows))).held == 1
    assert IntakeRow.objects.get().code == "customer_differs"


def test_rows_of_a_document_may_lie_far_apart(tmp_path: Path) -> None:
    filler = [f"F{number},20001,X,1,2011-01-05 10:00:00,1,18000.0,France" for number in range(1_200)]
    path = write(tmp_path, table(GOOD, *filler, GOOD.replace("20001", "20002")))
    result = bring_in(RETAIL, path, rows=100)
    assert (result.orders, result.held) == (1_201, 0)
    assert Order.objects.get(external_number="1").lines.count() == 2


def test_another_file_with_the_same_documents_brings_only_what_is_new(tmp_path: Path) -> None:
    second = GOOD.replace("1,", "2,", 1)
    bring_in(RETAIL, write(tmp_path, table(GOOD), "january.csv"))
    result = bring_in(RETAIL, write(tmp_path, table(GOOD, second), "february.csv"))
    report = report_of(result)
    assert (result.orders, result.existed) == (1, 1)
    assert (report["file"]["rows"], report["totals"]["rows"], report["totals"]["rows_of_earlier_files"]) == (2, 1, 1)
    assert report["totals"]["amount_of_earlier_files"] != "0.00"


def test_a_file_that_changes_meanwhile_stops_the_import(tmp_path: Path) -> None:
    rows = [f"F{number},20001,X,1,2011-01-05 10:00:00,1,18000.0,France" for number in range(300)]
    path = write(tmp_path, table(*rows))

    def append(done: int, total: int) -> None:
        with path.open("ab") as stream:
            stream.write(b"LATE,20001,X,1,2011-01-05 10:00:00,1,18000.0,France\n")

    with pytest.raises(FileUnusable, match="changed while it was imported"):
        bring_in(RETAIL, path, rows=100, progress=append)
    assert Order.objects.count() == 100
    assert bring_in(RETAIL, path).orders == 201


@pytest.mark.parametrize("seed", [1, 2])
def test_no_mixture_of_odd_cells_stops_an_import_or_loses_a_row(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "odd.csv"
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER.split(","))
        for _ in range(1_000):
            cells = [chance.choice(cells) for cells in ODD_CELLS]
            cells[0] += str(chance.randrange(300)) if chance.random() < 0.9 else ""
            writer.writerow(cells[: chance.choice([8, 8, 8, 8, 7])])
    report = report_of(bring_in(RETAIL, path, rows=200))
    assert (report["totals"]["rows"], report["totals"]["rows_of_earlier_files"]) == (1_000, 0)
    assert Decimal(report["totals"]["amount"]) == Decimal(report["file"]["amount"])
    assert prove().holds


def test_a_document_of_very_many_lines_is_one_order(tmp_path: Path) -> None:
    count = 100_000 if IS_FULL else 10_000
    row = "BIG,{},X,1,2011-01-05 10:00:00,1.25,18000.0,France"
    path = write(tmp_path, table(*(row.format(20_000 + number % 500) for number in range(count))))
    result = bring_in(RETAIL, path)
    assert (result.orders, result.held, OrderLine.objects.count()) == (1, 0, count)
    assert Order.objects.get().net_minor == count * 125


@pytest.mark.real_data
@pytest.mark.skipif(not IS_FULL, reason="the whole file takes minutes: run it with ORDERCASH_FULL=1")
def test_the_importer_stays_under_500_megabytes() -> None:
    path = real("online_retail", "online_retail.csv.gz")
    mapping = settings.BASE_DIR / "examples" / "mappings" / "online_retail.yaml"
    command = [sys.executable, "manage.py", "import_orders", str(path), "--mapping", str(mapping)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment(), stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    assert status == 0
    assert usage.ru_maxrss // 1024 < 500
    assert sum((row.amount for row in IntakeRow.objects.all()), Decimal(0)) != 0
