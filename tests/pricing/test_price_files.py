"""Reading and writing price lists as files: exactly, with the place of every mistake, without formulas."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from apps.pricing.selectors.price_export import COLUMNS, csv_of, xlsx_of
from apps.pricing.services import price_files
from apps.pricing.services.price_files import FileRow, PriceFileRefused, read_price_file


def read(text: str, zone: str = "UTC") -> list[FileRow]:
    return list(read_price_file("prices.csv", text.encode(), zone=zone))


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()


def test_a_plain_file_is_read_whatever_separates_its_columns() -> None:
    for sign in (",", ";", "\t"):
        rows = read(f"SKU{sign}Price{sign}Min quantity{sign}Remark\r\nMUG{sign}6.50{sign}10{sign}nice\r\n\r\n")
        assert rows == [FileRow(2, "MUG", "", Decimal(10), Decimal("6.5"), Decimal(1), None, None)]


def test_instants_without_an_offset_are_of_the_list_s_zone() -> None:
    row = read("sku,unit_price,valid_from,valid_until\nMUG,1,2026-07-01,2026-08-01T12:00:00+00:00\n", "Europe/Berlin")[
        0
    ]
    assert (row.begins, row.until) == (
        datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 8, 1, 12, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",1,,", "sku", "required"),
        ("MUG,abc,,", "unit_price", "not_a_number"),
        ("MUG,1e3,,", "unit_price", "not_a_number"),
        ("MUG,1_000,,", "unit_price", "not_a_number"),
        ("MUG,NaN,,", "unit_price", "not_a_number"),
        ("MUG,-1,,", "unit_price", "too_small"),
        ("MUG,1.1234567,,", "unit_price", "too_many_decimals"),
        ("MUG,1000000000000,,", "unit_price", "too_large"),
        ("MUG,1,0,", "per", "too_small"),
        ("MUG,=1+1,,", "unit_price", "formula"),
        ('"=HYPERLINK(""http://x"")",1,,', "sku", "formula"),
        ("MUG,1,,yesterday", "valid_from", "not_an_instant"),
        ("MUG,1,,1066-10-14", "valid_from", "not_an_instant"),
        (f"{'M' * 65},1,,", "sku", "not_a_code"),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_with_row_and_column(row: str, column: str, code: str) -> None:
    found = read(f"sku,unit_price,per,valid_from\nFINE,1,,\n{row}\n")
    assert found[0].bad is None
    assert found[1].bad is not None
    assert (found[1].row, found[1].bad.column, found[1].bad.code) == (3, column, code)


@pytest.mark.parametrize(
    "content",
    [b"", b"name,price\nMUG,1\n", b"sku,unit_price,sku\nA,1,B\n", b"\xff\xfe\x00x", b"PK\x03\x04broken", b"a\x00b"],
)
def test_what_is_no_list_of_prices_is_refused(content: bytes) -> None:
    with pytest.raises(PriceFileRefused):
        list(read_price_file("x", content, zone="UTC"))


def test_a_workbook_is_read_as_it_shows_and_its_formulas_are_refused() -> None:
    content = workbook(
        ["sku", "unit_price", "valid_from"],
        ["MUG", 9.95, date(2026, 7, 1)],
        [4711, "0.1", None],
        ["CUP", "=1+1", None],
    )
    mug, number, cup = read_price_file("prices.xlsx", content, zone="Europe/Berlin")
    assert (mug.unit_price, mug.begins) == (Decimal("9.95"), datetime(2026, 6, 30, 22, tzinfo=UTC))
    assert (number.sku, number.unit_price) == ("4711", Decimal("0.1"))
    assert cup.bad is not None
    assert cup.bad.code == "formula"


AT = datetime(2026, 1, 1, tzinfo=UTC)
PRICES = st.decimals(min_value=0, max_value=10**12 - 1, places=6, allow_nan=False)
SKUS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20
) | st.sampled_from(["=1+1", "+5", "-x", "@SUM(A1)", "'quoted", "'=x"])


@given(st.lists(st.tuples(SKUS, PRICES, st.booleans()), max_size=8))
def test_what_is_exported_is_read_again_to_the_digit(prices: list[tuple[str, Decimal, bool]]) -> None:
    rows: list[Any] = [
        (sku, "box" if other else "", Decimal(1), price.normalize() + 0, Decimal(2), AT, None)
        for sku, price, other in prices
    ]
    expected = [
        FileRow(number, sku, unit, Decimal(1), price, Decimal(2), AT, None)
        for number, (sku, unit, _, price, *_) in enumerate(rows, start=2)
    ]
    assert list(read_price_file("x.csv", "".join(csv_of(rows)).encode(), zone="UTC")) == expected
    assert list(read_price_file("x.xlsx", xlsx_of(rows), zone="UTC")) == expected


def with_sheet(sheet: bytes) -> bytes:
    """Return a workbook whose first sheet is this text."""
    page, book = io.BytesIO(), zipfile.ZipFile(io.BytesIO(workbook(["sku"])))
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            made.writestr(name, sheet if name.endswith("sheet1.xml") else book.read(name))
    return page.getvalue()


ROWS = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>%s</sheetData></worksheet>"
CELL = b"<row r='1'><c t='inlineStr'><is><t>%s</t></is></c></row>"


@pytest.mark.parametrize(
    "sheet",
    [
        b"",
        b"no XML",
        (ROWS % CELL % b"sku")[:-20],
        b"<!DOCTYPE x [<!ENTITY c SYSTEM 'file:///etc/hostname'>]>" + ROWS % CELL % b"&c;",
        ROWS % b"<row r='x'><c t='n'><v>a</v></c></row>",
        ROWS % b"<row r='1'><c t='s'><v>99</v></c></row>",
    ],
)
def test_a_broken_sheet_is_told_as_such(sheet: bytes) -> None:
    with pytest.raises(PriceFileRefused, match="no workbook that could be read"):
        list(read_price_file("prices.xlsx", with_sheet(sheet), zone="UTC"))


def test_a_workbook_that_is_much_larger_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_files, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(PriceFileRefused, match="Unpacked the workbook has more than 1 MB"):
        list(read_price_file("prices.xlsx", with_sheet(ROWS % CELL % (b"A" * 1_000_000)), zone="UTC"))


def test_nothing_that_is_exported_is_reckoned() -> None:
    rows: list[Any] = [("=cmd|' /C calc'!A0", "", Decimal(0), Decimal(1), Decimal(1), AT, None)]
    assert "\n'=cmd" in "".join(csv_of(rows))
    sheet = load_workbook(io.BytesIO(xlsx_of(rows))).active
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet["A2"].data_type == "s"
