"""Reading the rows of a flat file by a mapping: text in, typed values or a named fault out. Pure and fast."""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from apps.integrations.decisions.mapping import Column, DocumentPrefix, Mapping, ProductRule
from apps.integrations.decisions.readings import (
    LAST_YEAR,
    UNREADABLE_DAY,
    Reading,
    codes_reader,
    day_reader,
    instant_reader,
    is_broken,
    number_reader,
    text_reader,
)

MAX_QUANTITY: Final = Decimal("100000000")
MAX_PRICE: Final = Decimal("100000000000")
# What one row may come to, so that a document of many rows still fits the ledger's integers.
MAX_AMOUNT: Final = Decimal("100000000000")
MAX_PRICE_DECIMALS: Final = 6
MAX_CODE: Final = 60
LATEST: Final = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
# How large a number may be, and with how many decimals.
NUMBERS: Final = {
    "quantity": (MAX_QUANTITY, 4),
    "discount": (Decimal(1), 9),
    "unit_price": (MAX_PRICE, MAX_PRICE_DECIMALS),
    "charge": (MAX_PRICE, MAX_PRICE_DECIMALS),
}
_PRICE_STEP: Final = Decimal(1).scaleb(-MAX_PRICE_DECIMALS)
_COUNTRY: Final = re.compile("[A-Z]{2}")
_LENGTHS: Final = {
    "description": 200,
    "category": 80,
    "customer_name": 120,
    "purchase_order": 60,
    "note": 2_000,
    "buyer_reference": 60,
    "unit": 40,
    "ship_name": 120,
    "ship_line1": 120,
    "ship_city": 80,
    "ship_postal_code": 20,
    "ship_state": 40,
}


class RowFault(NamedTuple):
    """What is wrong with a row: a stable code, the column, what to do."""

    code: str
    column: str
    detail: str


@dataclass(slots=True)
class FlatRow:
    """One row, read. `fault` is set when it cannot become a line; a figure that could not be read is None."""

    number: int
    raw: Sequence[str]
    document: str
    sku: str
    quantity: Decimal | None
    ordered_at: datetime | None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    description: str = ""
    category: str = ""
    customer: str = ""
    customer_name: str = ""
    country: str = ""
    currency: str = ""
    purchase_order: str = ""
    requested_delivery_date: date | None = None
    note: str = ""
    buyer_reference: str = ""
    ship_name: str = ""
    ship_line1: str = ""
    ship_city: str = ""
    ship_postal_code: str = ""
    ship_state: str = ""
    unit: str = ""
    coupons: tuple[str, ...] | None = ()
    charges: tuple[Decimal | None, ...] = ()
    fault: RowFault | None = None

    @property
    def amount(self) -> Decimal:
        """Return quantity x price as the row states it; a figure that cannot be read counts as nothing."""
        return Decimal(0) if self.quantity is None or self.unit_price is None else self.quantity * self.unit_price


class _Cell(NamedTuple):
    """Where a field stands in the row and what its texts mean."""

    at: int
    reading: Reading[Any]


class RowReader:
    """Reads the rows of one file; `header` names the columns in the order of the row's cells, `latest` ends the credible times."""

    def __init__(self, mapping: Mapping, header: Sequence[str], latest: datetime = LATEST) -> None:
        self.mapping = mapping
        self.latest = latest
        self.header = list(header)
        fields = {field: mapping.column(field) for field in type(mapping.columns).model_fields}
        cells = {field: self._cell(field, column) for field, column in fields.items() if column}
        self._document, self._sku = cells.pop("document"), cells.pop("sku")
        self._quantity, self._ordered_at = cells.pop("quantity"), cells.pop("ordered_at")
        self._further = [(field, *cell) for field, cell in cells.items()]
        self._charges = [self._cell("charge", Column(column=charge.column)) for charge in mapping.charges]
        self._is_priced, self._is_discounted = "unit_price" in cells, "discount" in cells
        patterns = [(re.compile(rule.match), rule) for rule in mapping.products.rules]
        self._rules: Reading[ProductRule | None] = Reading(
            lambda sku: next((rule for pattern, rule in patterns if pattern.fullmatch(sku)), None)
        )

    def read(self, number: int, cells: Sequence[str]) -> FlatRow:
        """Return the row; a wrong value leaves a fault, never an exception."""
        if len(cells) != len(self.header):
            return self._ragged(number, cells)
        row = self._values(number, cells)
        row.fault = self._text_fault(cells) or self._code_fault(row) or self._figure_fault(row)
        return row

    def document_of(self, cells: Sequence[str]) -> str:
        """Return the document number of a row, also of one with too few cells."""
        at, reading = self._document
        return str(reading[cells[at]]) if at < len(cells) else ""

    def rule(self, sku: str) -> ProductRule | None:
        """Return the product rule of a code, None for an ordinary product."""
        return self._rules[sku]

    def prefix(self, document: str) -> DocumentPrefix | None:
        """Return what the document number's prefix means, None for an ordinary order; the longest prefix decides."""
        found = [prefix for prefix in self.mapping.document_prefixes if document.startswith(prefix)]
        return self.mapping.document_prefixes[max(found, key=len)] if found else None

    def _cell(self, field: str, column: Column) -> _Cell:
        mapping = self.mapping
        values = mapping.values[column.values] if column.values else None
        text = text_reader(column, mapping.format, values, _LENGTHS.get(field, 1_000))
        index = self.header.index(column.column)
        return _Cell(index, Reading(self._reader(field, column, text)))

    def _reader(self, field: str, column: Column, text: Callable[[str], str]) -> Callable[[str], Any]:
        """Return how the texts of a field are read."""
        format_ = self.mapping.format
        if field in NUMBERS:
            limit, decimals = NUMBERS[field]
            return number_reader(text, format_, limit=limit, decimals=decimals)
        if field == "ordered_at":
            return instant_reader(text, column.format, ZoneInfo(self.mapping.time_zone))
        if field == "requested_delivery_date":
            return day_reader(text, column.format)
        return codes_reader(text) if field == "coupons" else text

    def _values(self, number: int, cells: Sequence[str]) -> FlatRow:
        (document_at, documents), (sku_at, skus) = self._document, self._sku
        (quantity_at, quantities), (time_at, instants) = self._quantity, self._ordered_at
        row = FlatRow(
            number,
            cells,
            documents[cells[document_at]],
            skus[cells[sku_at]],
            quantities[cells[quantity_at]],
            instants[cells[time_at]],
        )
        for field, at, reading in self._further:
            setattr(row, field, reading[cells[at]])
        if self._charges:
            row.charges = tuple([reading[cells[at]] for at, reading in self._charges])
        if row.discount is not None and row.unit_price is not None:
            row.unit_price *= 1 - row.discount
        return row

    def _ragged(self, number: int, cells: Sequence[str]) -> FlatRow:
        width = len(self.header)
        row = self._values(number, [*cells, *([""] * width)][:width])
        row.raw = cells
        detail = f"The row has {len(cells)} cells where the header has {width}."
        row.fault = RowFault("cells_missing" if len(cells) < width else "cells_too_many", "", detail)
        return row

    def _text_fault(self, cells: Sequence[str]) -> RowFault | None:
        text = "".join(cells)
        if not is_broken(text):
            return None
        if "\x00" in text:
            return RowFault("control_character", "", "The row holds a NUL character.")
        return RowFault("encoding_broken", "", f"The row is not {self.mapping.format.encoding} text.")

    def _code_fault(self, row: FlatRow) -> RowFault | None:
        if not 1 <= len(row.document) <= MAX_CODE:
            return self._missing("document")
        if not 1 <= len(row.sku) <= MAX_CODE:
            return self._missing("sku")
        if row.country and not _COUNTRY.fullmatch(row.country):
            detail = "must hold a country of ISO 3166 such as GB, or one that the value map names"
            return RowFault("country_unknown", *self._told("country", f"{detail}, not {row.country[:40]!r}"))
        return None

    def _figure_fault(self, row: FlatRow) -> RowFault | None:
        if row.quantity is None:
            return self._unreadable("quantity", row, "a number up to 100,000,000 with at most 4 decimals")
        if row.ordered_at is None or row.ordered_at > self.latest:
            return self._time_fault(row)
        if row.requested_delivery_date == UNREADABLE_DAY:
            column = self.mapping.column("requested_delivery_date")
            spelling = column.format if column and column.format else "2026-01-31"
            return self._unreadable("requested_delivery_date", row, f"a day like {spelling}")
        if row.coupons is None:
            return self._unreadable("coupons", row, "codes of letters, digits, _ and -, at most 20")
        if None in row.charges:
            names = ", ".join(charge.column for charge in self.mapping.charges)
            return RowFault("charge_unreadable", names, f"Column {names} must hold an amount.")
        return self._price_fault(row) if self._is_priced else None

    def _time_fault(self, row: FlatRow) -> RowFault:
        if row.ordered_at is None:
            column = self.mapping.column("ordered_at")
            spelling = column.format if column and column.format else "2026-01-31T12:00:00"
            return self._unreadable("ordered_at", row, f"a date and time like {spelling}")
        return RowFault("ordered_at_in_future", *self._told("ordered_at", "lies in the future; check the time zone"))

    def _price_fault(self, row: FlatRow) -> RowFault | None:
        price = row.unit_price
        if price is None:
            return self._unreadable("unit_price", row, f"a price with at most {MAX_PRICE_DECIMALS} decimals")
        if self._is_discounted:
            if row.discount is None or row.discount < 0:
                return self._unreadable("discount", row, "a share between 0 and 1, such as 0.15")
            if price != price.quantize(_PRICE_STEP):
                detail = f"The price after discount has more than {MAX_PRICE_DECIMALS} decimals: {price:f}."
                return RowFault("unit_price_unreadable", self._told("unit_price", "")[0], detail)
        if abs(row.amount) > MAX_AMOUNT:
            return RowFault("amount_out_of_range", "", f"Quantity times price comes to more than {MAX_AMOUNT:,f}.")
        return None

    def _missing(self, field: str) -> RowFault:
        return RowFault(f"{field}_missing", *self._told(field, f"must hold 1 to {MAX_CODE} characters"))

    def _unreadable(self, field: str, row: FlatRow, wanted: str) -> RowFault:
        column = self.mapping.column(field)
        found = row.raw[self.header.index(column.column)] if column else ""
        return RowFault(f"{field}_unreadable", *self._told(field, f"must hold {wanted}, not {found.strip()[:40]!r}"))

    def _told(self, field: str, sentence: str) -> tuple[str, str]:
        """Return (column, sentence about it)."""
        column = self.mapping.column(field)
        name = column.column if column else field
        return name, f"Column {name} {sentence}."


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
