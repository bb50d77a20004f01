"""A price list as a file: CSV or XLSX, with the columns that an import reads, so that a file that comes back unchanged changes nothing.

What a spreadsheet would reckon is written as plain text: a leading apostrophe in CSV, a cell of text in a workbook.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from ordercash.kernel.sql import Row, fetch

COLUMNS: Final = ("sku", "unit", "min_quantity", "unit_price", "per", "valid_from", "valid_until")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# A workbook keeps numbers as binary fractions of some fifteen digits; what has more is written as text.
_SURE_DIGITS: Final = 15
_CHUNK: Final = 1_000

_ROWS: Final = """
SELECT p.sku, r.unit, trim_scale(r.min_quantity), trim_scale(r.unit_price), trim_scale(r.per), r.valid_from_at, r.valid_until_at
  FROM pricing_pricerecord r JOIN masterdata_product p ON p.id = r.product_id
 WHERE r.price_list_id = %s AND (r.valid_until_at IS NULL OR r.valid_until_at > %s)
 ORDER BY p.sku, r.unit, r.min_quantity, r.valid_from_at
"""


def exported_prices(price_list_id: UUID, *, at: datetime) -> list[Row]:
    """Return the prices in force at an instant and those that wait for their day, in the order of COLUMNS."""
    return fetch(_ROWS, [price_list_id, at])


def csv_of(rows: list[Row], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """Yield the CSV of exported rows in pieces."""
    for start in range(0, max(len(rows), 1), _CHUNK):
        page = io.StringIO()
        writer = csv.writer(page, lineterminator="\r\n")
        if start == 0:
            writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows[start : start + _CHUNK])
        yield page.getvalue()


def xlsx_of(rows: list[Row], columns: Sequence[str] = COLUMNS, title: str = "Prices") -> bytes:
    """Return the workbook of exported rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(columns)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()


def plain_text(text: str) -> str:
    """Return a text as it stands in a file: what a spreadsheet would reckon is led by an apostrophe."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else plain_text(str(value))


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= _SURE_DIGITS:
        return value
    cell = WriteOnlyCell(sheet, _text(value))
    cell.data_type = "s"
    return cell
