"""Reading the rows of a flat file by a mapping: text in, typed values or a named fault out. Pure and fast.

Values repeat a lot in such files (the same price, the same minute, the same country), so each distinct text is read once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.integrations.decisions.mapping import Column, DocumentPrefix, Mapping, ProductRule

MAX_QUANTITY = Decimal("100000000")
MAX_PRICE = Decimal("100000000000")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")


class RowFault(NamedTuple):
    """What is wrong with a row: a stable code, the column, what to do."""

    code: str
    column: str
    detail: str


@dataclass(slots=True)
class FlatRow:
    """One row, read. `fault` is set when it cannot become a line; amounts are None where they could not be read."""

    number: int
    document: str
    sku: str
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    ordered_at: datetime | None
    customer: str
    customer_name: str
    country: str
    currency: str
    purchase_order: str
    ship: tuple[str, str, str, str, str]
    charges: tuple[Decimal | None, ...]
    raw: Sequence[str]
    fault: RowFault | None = None


class RowReader:
    """Reads the rows of one file; `header` names the columns in the order of the row's cells."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        self.mapping = mapping
        self.header = list(header)
        self._zone = ZoneInfo(mapping.time_zone)
        self._text = {field: self._texts(mapping.column(field)) for field in type(mapping.columns).model_fields}
        self._instants: dict[str, datetime | None] = {}
        self._numbers: dict[str, Decimal | None] = {}
        self._rules: dict[str, ProductRule | None] = {}
        self._patterns = [(re.compile(rule.match), rule) for rule in mapping.products.rules]
        self._charges = [self.header.index(charge.column) for charge in mapping.charges]
        ordered_at = mapping.column("ordered_at")
        self._format = ordered_at.format if ordered_at else ""

    def read(self, number: int, cells: Sequence[str]) -> FlatRow:
        """Return the row; a wrong value leaves a fault, never an exception."""
        if len(cells) != len(self.header):
            return self._ragged(number, cells)
        text = self._text
        row = FlatRow(
            number=number,
            document=text["document"](cells),
            sku=text["sku"](cells),
            description=text["description"](cells)[:200],
            quantity=self._number(text["quantity"](cells)),
            unit_price=self._price(cells),
            ordered_at=self._instant(text["ordered_at"](cells)),
            customer=text["customer"](cells),
            customer_name=text["customer_name"](cells)[:120],
            country=text["country"](cells),
            currency=text["currency"](cells),
            purchase_order=text["purchase_order"](cells)[:60],
            ship=(
                text["ship_name"](cells),
                text["ship_line1"](cells),
                text["ship_city"](cells),
                text["ship_postal_code"](cells),
                text["ship_state"](cells),
            ),
            charges=tuple(self._number(self._clean(cells[index])) for index in self._charges),
            raw=cells,
        )
        row.fault = self._fault(row, cells)
        return row

    def rule(self, sku: str) -> ProductRule | None:
        """Return the product rule of a code, None for an ordinary product."""
        if sku not in self._rules:
            self._rules[sku] = next((rule for pattern, rule in self._patterns if pattern.fullmatch(sku)), None)
        return self._rules[sku]

    def prefix(self, document: str) -> DocumentPrefix | None:
        """Return what the document number's prefix means, None for an ordinary order."""
        for prefix, meaning in self.mapping.document_prefixes.items():
            if document.startswith(prefix):
                return meaning
        return None

    def _fault(self, row: FlatRow, cells: Sequence[str]) -> RowFault | None:
        """Return the first thing that is wrong with the row: its text, its codes, its figures."""
        return self._text_fault(cells) or self._code_fault(row) or self._figure_fault(row, cells)

    def _text_fault(self, cells: Sequence[str]) -> RowFault | None:
        text = "".join(cells)
        if not text.isascii() and any("\udc80" <= sign <= "\udcff" for sign in text):
            return RowFault("encoding_broken", "", f"The row is not {self.mapping.format.encoding} text.")
        if "\x00" in text:
            return RowFault("control_character", "", "The row holds a NUL character.")
        return None

    def _code_fault(self, row: FlatRow) -> RowFault | None:
        if not 1 <= len(row.document) <= 60:
            return self._missing("document")
        if not 1 <= len(row.sku) <= 60:
            return self._missing("sku")
        return None

    def _figure_fault(self, row: FlatRow, cells: Sequence[str]) -> RowFault | None:
        quantity, price = row.quantity, row.unit_price
        if quantity is None or abs(quantity) > MAX_QUANTITY or _decimals(quantity) > 4:
            return self._unreadable("quantity", cells, "a number up to 100,000,000 with at most 4 decimals")
        priced = self.mapping.columns.unit_price is not None
        if priced and (price is None or abs(price) > MAX_PRICE or _decimals(price) > 6):
            return self._unreadable("unit_price", cells, "a price with at most 6 decimals")
        if row.ordered_at is None:
            return self._unreadable(
                "ordered_at", cells, f"a date and time like {self._format or '2026-01-31T12:00:00'}"
            )
        return None

    def _missing(self, field: str) -> RowFault:
        column = self._column_name(field)
        return RowFault(f"{field}_missing", column, f"Column {column} must hold 1 to 60 characters.")

    def _unreadable(self, field: str, cells: Sequence[str], wanted: str) -> RowFault:
        column = self._column_name(field)
        found = self._text[field](cells)[:40]
        return RowFault(f"{field}_unreadable", column, f"Column {column} must hold {wanted}, not {found!r}.")

    def _column_name(self, field: str) -> str:
        column = self.mapping.column(field)
        return column.column if column else field

    def _ragged(self, number: int, cells: Sequence[str]) -> FlatRow:
        detail = f"The row has {len(cells)} cells where the header has {len(self.header)}."
        padded = [*cells, *([""] * len(self.header))][: len(self.header)]
        row = self.read(number, padded)
        row.raw = cells
        row.fault = RowFault("cells_missing" if len(cells) < len(self.header) else "cells_too_many", "", detail)
        return row

    def _texts(self, column: Column | None) -> Callable[[Sequence[str]], str]:
        """Return the reader of one column's text: nulls out, suffix off, then the value map."""
        if column is None:
            return lambda cells: ""
        index = self.header.index(column.column)
        nulls = frozenset(self.mapping.format.nulls)
        values: ReadOnly[str, str] | None = self.mapping.values.get(column.values) if column.values else None
        seen: dict[str, str] = {}

        def text(cells: Sequence[str]) -> str:
            cell = cells[index]
            known = seen.get(cell)
            if known is None:
                known = _mapped(cell, column, nulls, values)
                if len(seen) < 100_000:
                    seen[cell] = known
            return known

        return text

    def _clean(self, cell: str) -> str:
        return "" if cell in self.mapping.format.nulls else cell.strip()

    def _price(self, cells: Sequence[str]) -> Decimal | None:
        price = self._number(self._text["unit_price"](cells))
        if price is None or self.mapping.columns.discount is None:
            return price
        discount = self._number(self._text["discount"](cells))
        return None if discount is None else price * (1 - discount)

    def _number(self, text: str) -> Decimal | None:
        if text not in self._numbers:
            self._numbers[text] = _exact(text)
        return self._numbers[text]

    def _instant(self, text: str) -> datetime | None:
        if text not in self._instants:
            if len(self._instants) > 50_000:
                self._instants.clear()
            self._instants[text] = _instant(text, self._format, self._zone)
        return self._instants[text]


def _mapped(cell: str, column: Column, nulls: frozenset[str], values: ReadOnly[str, str] | None) -> str:
    text = cell.strip()
    if cell in nulls or text in nulls:
        return column.default
    if column.strip_suffix:
        text = text.removesuffix(column.strip_suffix)
    return values.get(text, text) if values is not None else text


def _exact(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _decimals(value: Decimal) -> int:
    places = value.as_tuple().exponent
    return -places if isinstance(places, int) and places < 0 else 0


def _instant(text: str, spelling: str, zone: ZoneInfo) -> datetime | None:
    """Return the UTC instant of a local time. A time that the zone skipped or had twice takes the earlier offset."""
    try:
        local = datetime.strptime(text, spelling) if spelling else datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError:
        return None
    if not 1990 <= local.year <= 2200:
        return None
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def grouped(rows: Iterator[FlatRow], sizes: ReadOnly[str, int]) -> Iterator[list[FlatRow]]:
    """Yield the rows of one document at a time, as soon as its last row was read; `sizes` counts each document's rows.

    Rows without a document number form a group each. Memory holds only the documents that are open at the moment.
    """
    waiting: dict[str, list[FlatRow]] = {}
    for row in rows:
        if not row.document:
            yield [row]
            continue
        group = waiting.setdefault(row.document, [])
        group.append(row)
        if len(group) == sizes[row.document]:
            yield waiting.pop(row.document)
    yield from waiting.values()
