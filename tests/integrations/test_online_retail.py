"""Online Retail: a wholesaler's real year. A slice in every run, the whole file when every count is asked for."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import IntakeRow, Order, ReturnLine
from tests.factories.imports import everything, mapping_named
from tests.integrations.real_data import IS_FULL, real

SLICE = 20_000
HELD_CODES = {
    "AMAZONFEE": "fee_not_a_sale",
    "BANK CHARGES": "fee_not_a_sale",
    "CRUK": "donation_not_a_sale",
    "D": "discount_without_sale",
    "S": "samples_not_a_sale",
    "B": "bad_debt_adjustment",
}

pytestmark = [pytest.mark.real_data, pytest.mark.usefixtures("company")]


def test_a_slice_goes_through_and_sums_to_the_file(tmp_path: Path) -> None:
    rows = list(islice(_rows(), SLICE))
    path = tmp_path / "slice.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    report = report_of(everything(mapping_named("online_retail"), path))

    _check_totals(report, len(rows), sum((_amount(row) for row in rows), Decimal(0)))
    _check_homes(report, Counter(_expected(row) for row in rows))
    assert prove().holds


@pytest.mark.skipif(not IS_FULL, reason="the whole file takes minutes: run it with ORDERCASH_FULL=1")
def test_the_whole_file_goes_through_and_nothing_is_doubled() -> None:
    path, mapping = real("online_retail", "online_retail.csv.gz"), mapping_named("online_retail")

    report = report_of(everything(mapping, path))

    _check_totals(report, 541_909, Decimal("9747747.934"))
    _check_homes(report, Counter(_expected(row) for row in _rows()))
    assert prove().holds
    before = (Order.objects.count(), ReturnLine.objects.count(), IntakeRow.objects.count())
    again = report_of(everything(mapping, path))
    assert (Order.objects.count(), ReturnLine.objects.count(), IntakeRow.objects.count()) == before
    assert again["homes"] == report["homes"]
    assert prove().holds


def _rows() -> Iterator[dict[str, str]]:
    with gzip.open(real("online_retail", "online_retail.csv.gz"), "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _amount(row: Mapping[str, str]) -> Decimal:
    return Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])


def _check_totals(report: Mapping[str, Any], rows: int, amount: Decimal) -> None:
    totals = report["totals"]
    assert (totals["rows"], report["rows"], totals["rows_of_earlier_files"]) == (rows, rows, 0)
    assert (Decimal(totals["amount"]), Decimal(report["file"]["amount"])) == (amount, amount)
    through = Decimal(totals["through_as_booked"]) - Decimal(totals["through_as_stated"])
    assert through == Decimal(totals["rounding"])
    assert abs(through) <= Decimal("0.02")


def _check_homes(report: Mapping[str, Any], expected: Counter[str]) -> None:
    """Compare the homes with what the file itself says: given back, written off, held by its code, and sold."""
    unmatched = {"never_sold_to_customer", "already_credited", "price_above_sold", "customer_unknown"}
    given_back = _of(report, lambda home: home["home"] in {"credit note", "waiting"} or home["reason"] in unmatched)
    assert given_back == expected["given back"]
    for code in {*HELD_CODES.values(), "stock_write_off"}:
        assert _of(report, lambda home, code=code: home["reason"] == code) == expected[code], code
    sold = _of(report, lambda home: home["home"] == "order" or home["reason"].startswith("held with"))
    assert sold == expected["sold"]


def _expected(row: Mapping[str, str]) -> str:
    if row["InvoiceNo"].startswith("A"):
        return "bad_debt_adjustment"
    if row["StockCode"] in HELD_CODES:
        return HELD_CODES[row["StockCode"]]
    if row["InvoiceNo"].startswith("C"):
        return "given back"
    return "sold" if Decimal(row["Quantity"]) > 0 else "stock_write_off"


def _of(report: Mapping[str, Any], wanted: Any) -> int:
    return sum(home["rows"] for home in report["homes"] if wanted(home))
