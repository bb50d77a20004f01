"""Reading prices from CSV and XLSX files: every row is understood as a whole, or refused with its number, column and reason.

Numbers are read exactly: from workbooks as they are shown, not as binary fractions. Formulas are refused, since nobody here reckons
them. Instants may have an offset; without one they are wall times of the list's zone, days begin at midnight.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from apps.pricing.selectors.price_export import COLUMNS, FORMULA
from ordercash.kernel.errors import DomainError

NEEDED: Final = frozenset({"sku", "unit_price"})
# What people also call them.
_ALSO: Final[Mapping[str, str]] = {
    "product": "sku", "price": "unit_price", "from_quantity": "min_quantity", "quantity": "min_quantity",
    "from": "valid_from", "until": "valid_until", "valid_from_at": "valid_from", "valid_until_at": "valid_until",
}  # fmt: skip
MOST_ROWS: Final = 200_000
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class PriceFileRefused(DomainError):
    """The file is no list of prices that could be read at all."""

    code, title = "price_file_refused", "The file cannot be read"


class Bad(NamedTuple):
    """Why a cell cannot be used."""

    column: str
    code: str
    detail: str


class FileRow(NamedTuple):
    """A row as it was understood; `bad` says why it cannot be used, and then the rest means nothing."""

    row: int
    sku: str
    unit: str
    min_quantity: Decimal
    unit_price: Decimal | None
    per: Decimal
    begins: datetime | None
    until: datetime | None
    bad: Bad | None = None


# What reading a workbook raises that is none: no zip or an encrypted one, XML that is none or has entities of its own, parts missing.
_NO_WORKBOOK: Final = (
    zipfile.BadZipFile, zlib.error, SyntaxError, RuntimeError, EOFError, LookupError, TypeError, ValueError, AttributeError, OSError,
)  # fmt: skip
MOST_UNPACKED: Final = 200_000_000


class Cannot(Exception):
    """A cell cannot be used."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def read_price_file(name: str, content: bytes, *, zone: str) -> Iterator[FileRow]:
    """Yield the rows of a CSV or XLSX file, numbered as people see them (the heading is row 1); raises PriceFileRefused."""
    reader = _Reader(ZoneInfo(zone))
    for number, values in read_table(content, known=COLUMNS, needed=NEEDED, most=MOST_ROWS):
        yield reader.row(number, values)


def read_table(
    content: bytes, *, known: Sequence[str], needed: frozenset[str], most: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the cells of every row that is not empty by the names of its columns; raises PriceFileRefused."""
    table = _workbook(content) if content[:2] == b"PK" else _text(content)
    heading, count = _heading(next(table, ()), known, needed), 0
    for number, cells in enumerate(table, start=2):
        values = dict(zip(heading, cells, strict=False))
        if all(value in (None, "") for value in values.values()):
            continue
        count += 1
        if count > most:
            raise PriceFileRefused(f"The file has more than {most:,} rows; split it.")
        yield number, values


def _text(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PriceFileRefused("Save the file as CSV in UTF-8, or as XLSX.") from None
    if "\x00" in text:
        raise PriceFileRefused("The file is no text; save it as CSV in UTF-8, or as XLSX.")
    first = text.split("\n", 1)[0]
    signs = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=signs, strict=True)
    except csv.Error as error:
        raise PriceFileRefused(f"The file is no CSV: {error}.") from None


def _workbook(content: bytes) -> Iterator[Sequence[Any]]:
    """Yield the cells of a workbook's first sheet. It is read while the rows are taken, so what is wrong with it may show late."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise PriceFileRefused(
                    f"Unpacked the workbook has more than {MOST_UNPACKED // 1_000_000} MB; split it."
                )
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        if not book.worksheets:
            raise PriceFileRefused("The workbook has no sheet.")
        for cells in book.worksheets[0].iter_rows():
            yield [Formula(str(cell.value)) if cell.data_type == "f" else cell.value for cell in cells]
    except _NO_WORKBOOK:
        raise PriceFileRefused("The file is no workbook that could be read; save it as XLSX anew.") from None


class Formula(str):
    """A cell whose content is a formula."""


def _heading(cells: Sequence[Any], known: Sequence[str], needed: frozenset[str]) -> list[str]:
    names = [re.sub(r"[^a-z]+", "_", str(cell or "").strip().lower()).strip("_") for cell in cells]
    names = [_ALSO.get(name, name) for name in names]
    missing = sorted(needed - set(names))
    if missing:
        raise PriceFileRefused(
            f"The first row names the columns; missing: {', '.join(missing)}. Known: {', '.join(known)}."
        )
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    if twice:
        raise PriceFileRefused(f"Two columns are called alike: {', '.join(twice)}.")
    return names


class _Reader:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def row(self, number: int, values: Mapping[str, Any]) -> FileRow:
        """Return a row; the first cell that cannot be used is told."""
        known: dict[str, Any] = {}
        for column in COLUMNS:
            try:
                known[column] = self._cell(column, values.get(column))
            except Cannot as why:
                sku = str(known.get("sku") or values.get("sku") or "")[:64]
                nothing = Decimal(0)
                return FileRow(number, sku, "", nothing, None, nothing, None, None, Bad(column, why.code, why.detail))
        return FileRow(
            number, known["sku"], known["unit"], known["min_quantity"] or Decimal(0), known["unit_price"],
            Decimal(1) if known["per"] is None else known["per"], known["valid_from"], known["valid_until"],
        )  # fmt: skip

    def _cell(self, column: str, value: Any) -> Any:
        refuse_formula(value)
        if column in {"sku", "unit"}:
            return read_words(value, most=64 if column == "sku" else 12, needed=column == "sku")
        if column in {"valid_from", "valid_until"}:
            return read_instant(value, self._zone)
        number = read_number(value, *_DECIMALS[column])
        if column == "per" and number == 0:
            raise Cannot("too_small", "Above zero.")
        return number


def refuse_formula(value: Any) -> None:
    """Refuse what a spreadsheet would reckon; raises Cannot."""
    if isinstance(value, Formula) or (isinstance(value, str) and value.lstrip()[:1] == "="):
        raise Cannot("formula", "Formulas are not reckoned here; give the value.")


def read_instant(value: Any, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a cell, None for an empty one; without an offset it is wall time of the zone. Raises Cannot."""
    if value is None or value == "":
        return None
    found = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Cannot("not_an_instant", "Write it as 2026-03-05 or 2026-03-05T14:30:00+01:00.") from None
    elif isinstance(value, date) and not isinstance(value, datetime):
        found = datetime.combine(value, time())
    if not isinstance(found, datetime):
        raise Cannot("not_an_instant", "Write it as 2026-03-05 or 2026-03-05T14:30:00+01:00.")
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if not EARLIEST <= found < LATEST:
        raise Cannot("not_an_instant", "Years from 1990 to 2199.")
    return found.astimezone(UTC)


def read_words(value: Any, *, most: int, needed: bool) -> str:
    """Return the text of a cell of one line; raises Cannot."""
    text = "" if value is None else f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    text = text.strip()
    if text[:1] == "'" and text[1:].startswith((*FORMULA, "'")):
        text = text[1:]
    if needed and not text:
        raise Cannot("required", "It cannot be empty.")
    if len(text) > most or not text.isprintable():
        raise Cannot("not_a_code", f"At most {most} characters of one line.")
    return text


_DECIMALS: Final = {"unit_price": (12, 6), "min_quantity": (14, 4), "per": (14, 4)}


def read_number(value: Any, whole: int, decimals: int) -> Decimal | None:
    """Return the number of a cell, exactly, with so many digits before and behind the point at most; raises Cannot."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Cannot("not_a_number", "Write it as 12 or 2.55.")
    # A workbook's fraction is what is shown of it, not its binary value.
    text = (
        value.strip()
        if isinstance(value, str)
        else format(Decimal(repr(value) if isinstance(value, float) else value), "f")
    )
    try:
        if not _NUMBER.fullmatch(text):
            raise InvalidOperation
        number = Decimal(text)
    except InvalidOperation:
        raise Cannot("not_a_number", "Write it as 12 or 2.55.") from None
    if number < 0:
        raise Cannot("too_small", "Not below zero.")
    if number != round(number, decimals):
        raise Cannot("too_many_decimals", f"At most {decimals} decimals.")
    if number.adjusted() >= whole:
        raise Cannot("too_large", f"Below {Decimal(10) ** whole:f}.")
    return number.normalize() + 0
