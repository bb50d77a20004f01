"""Importing a flat file: every row has one home, nothing is made twice, and the homes sum to the file."""

import csv
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from apps.exceptions.ports import reasons
from apps.integrations.decisions.mapping import Columns, Mapping
from apps.integrations.decisions.reasons import ROW_REASONS
from apps.integrations.services.import_orders import import_file
from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import IntakeRow, Order, ReturnLine
from ordercash.kernel.actor import SYSTEM
from tests.factories.imports import bring_in, everything, mapping_named
from tests.factories.orders import NOW, counted

FILE = Path(__file__).parent / "files" / "oddities.csv"
ROWS = 21

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture
def mapping() -> Mapping:
    return mapping_named("online_retail")


def test_every_row_has_one_home_and_the_homes_sum_to_the_file(mapping: Mapping) -> None:
    report = report_of(everything(mapping, FILE))
    homes = {(home["home"], home["reason"]): home["rows"] for home in report["homes"]}
    assert report["totals"]["rows"] == ROWS
    assert homes == {
        ("order", "closed"): 8,
        ("credit note", ""): 1,
        ("case", "held with: price_not_positive"): 2,
        ("case", "stock_write_off"): 1,
        ("case", "fee_not_a_sale"): 1,
        ("case", "never_sold_to_customer"): 1,
        ("case", "discount_without_sale"): 1,
        ("case", "bad_debt_adjustment"): 1,
        ("case", "quantity_unreadable"): 1,
        ("case", "ordered_at_unreadable"): 1,
        ("case", "cells_missing"): 1,
        ("case", "quantity_not_divisible"): 1,
        ("case", "document_missing"): 1,
    }
    assert Decimal(report["totals"]["amount"]) == _stated()
    assert prove().holds


def test_the_rounding_of_three_decimal_prices_is_its_own_figure(mapping: Mapping) -> None:
    totals = report_of(everything(mapping, FILE))["totals"]
    assert Decimal(totals["through_as_booked"]) - Decimal(totals["through_as_stated"]) == Decimal(totals["rounding"])
    assert Decimal(totals["rounding"]) == Decimal("0.005")


def test_doing_it_again_makes_nothing_twice(mapping: Mapping) -> None:
    everything(mapping, FILE)
    before = (Order.objects.count(), ReturnLine.objects.count(), IntakeRow.objects.count())
    again = everything(mapping, FILE)
    assert (Order.objects.count(), ReturnLine.objects.count(), IntakeRow.objects.count()) == before
    assert (again.orders, again.returns) == (0, 0)
    assert prove().holds


def test_a_stopped_import_goes_on_where_it_was(mapping: Mapping, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0

    def stop(done: int, total: int) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(FILE, mapping, actor=SYSTEM, now=lambda: NOW, progress=stop, rows_per_batch=3)
    assert 0 < Order.objects.count() < 10
    bring_in(mapping, FILE)
    whole = report_of(bring_in(mapping, FILE))["totals"]
    assert whole["rows"] == ROWS
    assert Decimal(whole["amount"]) == _stated()


def test_business_times_are_read_in_the_files_zone(mapping: Mapping) -> None:
    bring_in(mapping, FILE)
    assert Order.objects.get(external_number="900001").ordered_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert Order.objects.get(external_number="900016").ordered_at == datetime(2011, 3, 27, 1, 30, tzinfo=UTC)


def test_tax_follows_the_date_and_the_country(mapping: Mapping) -> None:
    bring_in(mapping, FILE)
    rates = {
        order.external_number: order.lines.first().tax_rate
        for order in Order.objects.filter(external_number__in=["900001", "900007", "900003"])
    }
    assert rates["900001"] == Decimal("17.5")
    assert rates["900007"] == Decimal("20")


def test_statements_do_not_grow_with_the_file(mapping: Mapping, tmp_path: Path) -> None:
    def statements(documents: int) -> int:
        path = tmp_path / f"{documents}.csv"
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(
                [
                    "InvoiceNo",
                    "StockCode",
                    "Description",
                    "Quantity",
                    "InvoiceDate",
                    "UnitPrice",
                    "CustomerID",
                    "Country",
                ]
            )
            for number in range(documents):
                writer.writerow(
                    [f"{documents}-{number}", "20001", "X", 1, "2011-01-05 10:00:00", "1.00", "18000.0", "France"]
                )
        with counted() as seen:
            bring_in(mapping, path)
        return len(seen)

    statements(3)
    assert statements(200) <= statements(10) + 2


def _stated() -> Decimal:
    """Return the sum of quantity x price of the rows that state both."""
    total = Decimal(0)
    with FILE.open(newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                total += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
            except (ArithmeticError, TypeError):
                continue
    return total


def test_every_reason_of_a_row_has_its_queue_and_stands_in_the_documentation() -> None:
    page = (settings.BASE_DIR / "docs" / "importing.md").read_text("utf-8")
    assert [code for code in ROW_REASONS if f"`{code}`" not in page] == []
    assert {code: (reasons[code].title, reasons[code].queue) for code in ROW_REASONS} == {
        code: (title, queue) for code, (title, queue, _hours) in ROW_REASONS.items()
    }


def test_every_code_that_a_row_is_given_is_a_known_reason() -> None:
    folder = settings.BASE_DIR / "apps" / "integrations"
    sources = [(folder / name).read_text("utf-8") for name in ("decisions/rows.py", "services/documents.py")]
    codes = set(re.findall(r'(?:return|RowFault\() ?"([a-z_]+)"', "".join(sources)))
    codes |= {f"{field}_unreadable" for field in re.findall(r'_unreadable\("(\w+)"', sources[0])}
    codes |= {f"{field}_missing" for field in re.findall(r'_missing\("(\w+)"', sources[0])}
    assert len(codes) > 15
    assert codes - reasons.keys() == set()


def test_every_key_of_a_mapping_stands_in_the_documentation() -> None:
    page = (settings.BASE_DIR / "docs" / "importing.md").read_text("utf-8")
    keys = [key for key in Mapping.model_fields if f"`{key}" not in page]
    columns = [key for key in Columns.model_fields if f"`{key}`" not in page]
    assert (keys, columns) == ([], [])
