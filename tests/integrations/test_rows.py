"""Reading rows: numbers, instants, discounts, charges, prefixes and rules, without a database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.integrations.decisions.mapping import Column, FileFormat
from apps.integrations.decisions.mapping_file import read_mapping
from apps.integrations.decisions.readings import (
    KEPT_TEXTS,
    Reading,
    instant_reader,
    is_broken,
    mended,
    number_reader,
    text_reader,
)
from apps.integrations.decisions.rows import FlatRow, RowReader, grouped

MAPPING = """
name: plain
version: 1
format: {nulls: ["NULL"]}
time_zone: Europe/London
legal_entity: UK01
channel: legacy
currency: GBP
columns: {document: No, sku: Sku, quantity: Qty, ordered_at: Date, unit_price: Price, discount: Rebate}
document_prefixes: {C: {means: cancellation}, CX: {means: case, code: of_its_own}}
charges: [{column: Freight, sku: FREIGHT, description: Freight}]
products: {rules: [{match: "P[0-9]", kind: service}, {match: "P.*", kind: hold, code: not_a_product}]}
"""
HEADER = ["No", "Sku", "Qty", "Date", "Price", "Rebate", "Freight"]
GOOD = ["1", "A", "2", "2011-01-05 10:00:00", "10.00", "0.15", "3.20"]


def reader() -> RowReader:
    return RowReader(read_mapping(MAPPING), HEADER, datetime(2026, 1, 1, tzinfo=UTC))


def row(**cells: str) -> FlatRow:
    return reader().read(2, [cells.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True)])


def test_a_good_row_is_read_exactly() -> None:
    found = row()
    assert found.fault is None
    assert (found.quantity, found.unit_price, found.charges) == (Decimal(2), Decimal("8.5"), (Decimal("3.20"),))
    assert found.amount == Decimal("17.000")
    assert found.ordered_at == datetime(2011, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"Rebate": "1.01"}, "discount_unreadable", "Rebate"),
        ({"Rebate": "-0.1"}, "discount_unreadable", "Rebate"),
        ({"Rebate": "NULL"}, "discount_unreadable", "Rebate"),
        ({"Price": "9.99", "Rebate": "0.3333333"}, "unit_price_unreadable", "Price"),
        ({"Price": ""}, "unit_price_unreadable", "Price"),
        ({"Freight": "free"}, "charge_unreadable", "Freight"),
        ({"Date": "2027-01-01"}, "ordered_at_in_future", "Date"),
        ({"No": "NULL"}, "document_missing", "No"),
    ],
)
def test_a_wrong_cell_is_named(cells: dict[str, str], code: str, column: str) -> None:
    fault = row(**cells).fault
    assert fault is not None
    assert (fault.code, fault.column) == (code, column)


def test_the_first_rule_that_matches_the_whole_code_decides() -> None:
    rules = reader()
    assert [found.kind if (found := rules.rule(sku)) else None for sku in ("P1", "P12", "AP1")] == [
        "service",
        "hold",
        None,
    ]


def test_the_longest_prefix_decides() -> None:
    meanings = [found.means if (found := reader().prefix(number)) else None for number in ("1", "C1", "CX1")]
    assert meanings == [None, "cancellation", "case"]


@pytest.mark.parametrize(
    ("format", "text", "value"),
    [
        ({}, "1234.5", "1234.5"),
        ({}, "+7", "7"),
        ({}, "-0.50", "-0.50"),
        ({}, "1,234.5", None),
        ({}, "1e3", None),
        ({}, "NaN", None),
        ({}, "٣", None),
        ({}, "1.", None),
        ({}, "", None),
        ({"decimal": ","}, "12,50", "12.50"),
        ({"decimal": ","}, "12.50", None),
        ({"decimal": ",", "thousands": "."}, "1.234.567,89", "1234567.89"),
        ({"decimal": ",", "thousands": "."}, "1234567,89", "1234567.89"),
        ({"decimal": ",", "thousands": "."}, "12.34", None),
        ({"thousands": "'"}, "1'000.25", "1000.25"),
        ({"thousands": " "}, "1 000", "1000"),
    ],
)
def test_numbers_are_read_as_the_file_spells_them(format: dict[str, str], text: str, value: str | None) -> None:
    rules = FileFormat.model_validate(format)
    read = number_reader(text_reader(Column(column="N"), rules, None, 100), rules, limit=Decimal(10**9), decimals=4)
    assert read(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        # Clocks set forward: the hour does not exist and is read with the offset from before.
        ("Europe/Berlin", "2025-03-30 02:30", "2025-03-30 01:30"),
        ("Europe/London", "2011-03-27 01:30", "2011-03-27 01:30"),
        # Clocks set back: the hour comes twice, the first is meant.
        ("Europe/Berlin", "2025-10-26 02:30", "2025-10-26 00:30"),
        ("Europe/London", "2011-10-30 01:30", "2011-10-30 00:30"),
        # An offset in the text goes before the zone.
        ("Europe/Berlin", "2025-10-26 02:30+01:00", "2025-10-26 01:30"),
    ],
)
def test_local_times_where_the_clocks_change(zone: str, local: str, instant: str) -> None:
    assert instant_reader(lambda cell: cell, "", ZoneInfo(zone))(local) == datetime.fromisoformat(f"{instant}+00:00")


@given(st.lists(st.integers(0, 12), max_size=60))
def test_grouping_keeps_every_row_and_whole_documents(numbers: list[int]) -> None:
    sizes = {str(number): numbers.count(number) for number in numbers}
    rows = [reader_row(index, str(number)) for index, number in enumerate(numbers)]
    groups = list(grouped(iter(rows), sizes))
    assert sorted(found.number for found in chain(*groups)) == list(range(len(numbers)))
    assert all(len({found.document for found in group}) == 1 for group in groups)
    assert len(groups) == len(sizes)


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_what_is_mended_can_be_kept(text: str) -> None:
    assert not is_broken(mended(text))
    assert mended(text).encode().decode() == mended(text)
    assert is_broken(text) or mended(text) == text


def test_readings_stay_bounded() -> None:
    reading = Reading(len)
    for number in range(KEPT_TEXTS + 10):
        assert reading[str(number)] == len(str(number))
    assert len(reading) <= KEPT_TEXTS


def reader_row(number: int, document: str) -> FlatRow:
    return FlatRow(number, [], document, "A", Decimal(1), None)


WISHED = MAPPING.replace(
    "discount: Rebate}", "discount: Rebate, requested_delivery_date: Wished, note: Note, buyer_reference: Ref}"
)


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("2011-02-01", date(2011, 2, 1), ""),
        ("2011-02-01T09:30:00", date(2011, 2, 1), ""),
        ("", None, ""),
        ("NULL", None, ""),
        ("soon", date.min, "requested_delivery_date_unreadable"),
        ("2011-02-30", date.min, "requested_delivery_date_unreadable"),
        ("1066-10-14", date.min, "requested_delivery_date_unreadable"),
    ],
)
def test_what_the_buyer_wishes_is_read_or_named(text: str, day: date | None, code: str) -> None:
    wished = RowReader(read_mapping(WISHED), [*HEADER, "Wished", "Note", "Ref"], datetime(2026, 1, 1, tzinfo=UTC))
    found = wished.read(2, [*GOOD, text, "Ring twice\nat the gate", "10.A"])
    assert (found.requested_delivery_date, found.note, found.buyer_reference) == (
        day,
        "Ring twice\nat the gate",
        "10.A",
    )
    assert (found.fault.code if found.fault else "") == code
