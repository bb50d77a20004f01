"""A CSV file of receipts, read row by row; a row that cannot be read is told with its line and column."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from apps.inventory.decisions.receiving import MAX_QUANTITY, RECEIPT_KINDS
from ordercash.kernel.errors import DomainError, Fault

COLUMNS = ("sku", "warehouse", "quantity", "unit_cost", "due_at", "kind")
LOT_COLUMNS = ("lot", "expires_on")  # of goods that are kept in lots
MAX_COST = Decimal("999999999999.999999")  # what the cost column holds


class FileUnusable(DomainError):
    """The file is not a CSV of receipts."""

    code, title = "file_unusable", "This is not a file of receipts"


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row as it was read; `line` is where it ends in the file."""

    line: int
    sku: str
    warehouse: str
    quantity: Decimal
    unit_cost: Decimal
    due_at: datetime
    kind: str
    source_ref: str
    lot_code: str = ""
    expires_on: date | None = None


class _RowFault(Exception):
    def __init__(self, column: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.code = column, code


def read_receipt_rows(lines: Iterable[str], *, mark: str) -> Iterator[ReceiptRow | Fault]:
    """Yield each row, or the fault that makes it unusable, with the pointer "line 7, quantity".

    A row without a `source_ref` of its own is named by `mark` (what is the same whenever the same file is read) and its line.
    Instants without an offset are UTC. Raises FileUnusable when the columns are not there or the text is not CSV.
    """
    reader = csv.DictReader(_clean(lines), strict=True)
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise FileUnusable(f"The first line must name the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}.")
    try:
        for row in reader:
            yield _read(row, reader.line_num, mark)
    except csv.Error as error:
        raise FileUnusable(f"Line {reader.line_num} is not CSV: {error}.") from None


def _clean(lines: Iterable[str]) -> Iterator[str]:
    """Pass over a byte order mark; refuse what no text column can hold."""
    for number, line in enumerate(lines, start=1):
        if "\x00" in line:
            raise FileUnusable(f"Line {number} holds the character U+0000: this is not a text file.")
        yield line.removeprefix("\ufeff") if number == 1 else line


def _read(row: Mapping[str, str | None], line: int, mark: str) -> ReceiptRow | Fault:
    given = {name: (row.get(name) or "").strip() for name in (*COLUMNS, "source_ref", *LOT_COLUMNS)}
    try:
        return ReceiptRow(
            line=line,
            sku=_text(given, "sku", 64),
            warehouse=_text(given, "warehouse", 20),
            quantity=_number(given, "quantity", places=4, least=Decimal("0.0001"), most=MAX_QUANTITY),
            unit_cost=_number(given, "unit_cost", places=6, least=Decimal(0), most=MAX_COST),
            due_at=_instant(given["due_at"]),
            kind=_kind(given["kind"]),
            source_ref=given["source_ref"][:120] or f"receipts:{mark}:{line}",
            lot_code=_lot(given["lot"]),
            expires_on=_day(given["expires_on"]),
        )
    except _RowFault as fault:
        return Fault(f"line {line}, {fault.column}", fault.code, str(fault))


def _text(given: Mapping[str, str], column: str, longest: int) -> str:
    if not 1 <= len(given[column]) <= longest:
        raise _RowFault(column, "missing_or_too_long", f"1 to {longest} characters are needed.")
    return given[column]


def _number(given: Mapping[str, str], column: str, *, places: int, least: Decimal, most: Decimal) -> Decimal:
    try:
        value = Decimal(given[column])
    except InvalidOperation:
        raise _RowFault(column, "not_a_number", f"{given[column]!r} is not a number such as 12 or 2.55.") from None
    if not value.is_finite() or not least <= value <= most:
        raise _RowFault(column, "out_of_range", f"{given[column]} is not between {least} and {most}.")
    if value != round(value, places):
        raise _RowFault(column, "too_many_decimals", f"{given[column]} has more than {places} decimals.")
    return value


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _RowFault(
            "due_at", "not_an_instant", f"{text!r} is not an instant such as 2026-03-02T09:00:00Z."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lot(text: str) -> str:
    if len(text) > 60:
        raise _RowFault("lot", "missing_or_too_long", "A lot has at most 60 characters.")
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _RowFault("expires_on", "not_a_day", f"{text!r} is not a day such as 2026-03-31.") from None


def _kind(text: str) -> str:
    if text not in RECEIPT_KINDS:
        raise _RowFault("kind", "unknown_kind", f"{text!r} is neither opening nor receipt.")
    return text
