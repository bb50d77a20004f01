"""The rows of a stock history: one product of one warehouse after the other, each in the order of its days."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Final, NamedTuple

from apps.inventory.decisions.history import DayMoved
from ordercash.kernel.errors import DomainError

COLUMNS: Final = ("sku", "warehouse", "day", "came", "went")
BESIDES: Final = ("balance", "unit_cost")


class HistoryUnreadable(DomainError):
    """A row of the file is not as it should be."""

    code, title = "history_unreadable", "The stock history cannot be read"


class History(NamedTuple):
    """The days of one product in one warehouse, and what one was worth on the last of them."""

    sku: str
    warehouse: str
    days: list[DayMoved]
    unit_cost: Decimal


def read_histories(lines: Iterable[str]) -> Iterator[History]:
    """Yield the histories of a CSV file with a header; raises HistoryUnreadable naming the line."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise HistoryUnreadable(f"Columns are missing: {', '.join(missing)}.")
    rows = (_row(number, row) for number, row in enumerate(reader, 2))
    for (sku, warehouse), group in groupby(rows, key=lambda row: row[:2]):
        days = list(group)
        yield History(sku, warehouse, [day for _, _, day, _ in days], days[-1][3])


def _row(number: int, row: dict[str, str | None]) -> tuple[str, str, DayMoved, Decimal]:
    try:
        balance = row.get("balance") or ""
        moved = DayMoved(
            date.fromisoformat(row["day"] or ""),
            _number(row["came"]),
            _number(row["went"]),
            _number(balance) if balance else None,
        )
        return (row["sku"] or "").strip(), (row["warehouse"] or "").strip(), moved, _number(row.get("unit_cost"))
    except (ValueError, InvalidOperation) as error:
        raise HistoryUnreadable(f"Line {number} cannot be read: {error}.") from error


def _number(text: str | None) -> Decimal:
    number = Decimal((text or "0").strip() or "0")
    if not number.is_finite():
        raise ValueError(f"{text} is no number")
    return number
