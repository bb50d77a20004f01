"""Set-wise SQL: arrays and COPY write the same rows, seen by Django's execute wrappers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from ordercash.kernel import sql
from tests.factories.audit import count_statements

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = {
    "id": "uuid",
    "name": "text",
    "amount": "bigint",
    "price": "numeric",
    "day": "date",
    "at": "timestamptz",
    "doc": "jsonb",
    "raw": "bytea",
}


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE sql_sample (id uuid PRIMARY KEY, name text NOT NULL, amount bigint, price numeric(18,6), day date,"
            " at timestamptz, doc jsonb, raw bytea, made int DEFAULT 7)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE sql_sample")


def rows(count: int) -> list[tuple[Any, ...]]:
    texts = ["plain", "tab\tnew\nline", "back\\slash", "\\N", "ü'\";--", ""]
    return [
        (uuid4(), texts[index % len(texts)], index if index % 3 else None, Decimal("1.100000"), date(2026, 3, 5),
         datetime(2026, 3, 5, 12, tzinfo=UTC), '{"a": 1}', b"\x00\xff")
        for index in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, sql.COPY_FROM_ROWS - 1, sql.COPY_FROM_ROWS, 1000])
def test_what_is_inserted_is_what_is_there(count: int) -> None:
    written = rows(count)
    sql.insert_rows("sql_sample", COLUMNS, written)
    found = sql.fetch("SELECT id, name, amount, price, day, at, doc::text, raw, made FROM sql_sample")
    assert sorted(row[:-1] for row in found) == sorted(written)
    assert {row[-1] for row in found} == {7}


@pytest.mark.parametrize("count", [1, sql.COPY_FROM_ROWS])
def test_an_insert_is_one_statement(count: int) -> None:
    written = rows(count)
    assert count_statements(lambda: sql.insert_rows("sql_sample", COLUMNS, written)) == 1


def test_nothing_to_insert_is_no_statement() -> None:
    assert count_statements(lambda: sql.insert_rows("sql_sample", COLUMNS, [])) == 0


@pytest.mark.parametrize("count", [2, sql.COPY_FROM_ROWS])
def test_refusals_are_djangos(count: int) -> None:
    written = rows(count - 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.insert_rows("sql_sample", COLUMNS, [*written, written[0]])
    with pytest.raises(DataError), transaction.atomic():
        sql.run("SELECT 1 / %s::int", [0])
    assert sql.fetch("SELECT count(*) FROM sql_sample") == [(0,)]


def test_run_tells_how_many_rows_changed() -> None:
    sql.insert_rows("sql_sample", COLUMNS, rows(5))
    assert sql.run("UPDATE sql_sample SET amount = %s", [1]) == 5
    assert sql.run("DELETE FROM sql_sample WHERE amount = %s", [2]) == 0


def test_rows_are_turned_into_columns() -> None:
    assert sql.columns_of([(1, "a"), (2, "b")], 2) == [[1, 2], ["a", "b"]]
    assert sql.columns_of([], 2) == [[], []]


PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%sample of plans%%' AND statement NOT LIKE '%%pg_prep%%'"


def test_small_batches_in_transactions_are_planned_once() -> None:
    asked = "SELECT count(*) /* sample of plans */ FROM unnest(%s::int[])"
    small, large = [1] * sql.PLANNED_ONCE_ROWS, [1] * (sql.PLANNED_ONCE_ROWS + 1)

    def prepared(batch: list[int]) -> int:
        assert {sql.fetch(asked, [batch])[0][0] for _ in range(6)} == {len(batch)}
        return int(sql.fetch(PREPARED)[0][0])

    assert prepared(small) == 0
    with transaction.atomic():
        assert [prepared(large), prepared(small), prepared(large)] == [0, 1, 1]
