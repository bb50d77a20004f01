"""Set-wise SQL for the hot path: server-side parameters, arrays for whole batches, plans made once per connection for small ones.

The ORM describes the tables and serves pages; verbs that handle thousands of rows speak to psycopg through here, on Django's own
connection and transaction. Django's execute wrappers see these statements, so tests can count them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader

from ordercash.kernel import arrays

Row = tuple[Any, ...]

INSTANT_LOADER = (
    psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, Format.TEXT) or TimestamptzLoader
)

# Planning costs more than serving one line. Up to this many rows a batch of a transaction has a plan made for any, which reckons with ten.
PLANNED_ONCE_ROWS = 24
# From this many rows on COPY is cheaper than arrays.
COPY_FROM_ROWS = 200


def fetch(statement: str, params: Sequence[Any] = ()) -> list[Row]:
    """Run a statement that returns rows (also INSERT … RETURNING) and return all of them."""
    found: list[Row] = _watched(lambda sql, args, many, context: _execute(sql, args, rows=True), statement, params)
    return found


def run(statement: str, params: Sequence[Any] = ()) -> int:
    """Run a statement and return the number of rows that it changed."""
    changed: int = _watched(lambda sql, args, many, context: _execute(sql, args, rows=False), statement, params)
    return changed


def insert_rows(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with one statement; `columns` maps each name to its PostgreSQL type, in the order of the row's values.

    Small batches go as arrays through `unnest`, large ones through COPY, which costs one more round trip and less per row.
    JSON columns take text.
    """
    if not rows:
        return
    if len(rows) >= COPY_FROM_ROWS:
        copy_rows(table, list(columns), rows)
        return
    names = ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    run(f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays})', columns_of(rows, len(columns)))  # noqa: S608


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write many rows with one COPY. Values must fit the columns."""
    names = ", ".join(f'"{name}"' for name in columns)

    def send(sql: str, args: Any, many: bool, context: Any) -> None:
        with connection.wrap_database_errors, _raw_cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    _watched(send, f'COPY "{table}" ({names}) FROM STDIN', ())


def columns_of(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into column lists for `unnest`; `width` names the columns when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _raw_cursor() -> psycopg.Cursor[Row]:
    connection.ensure_connection()
    raw: psycopg.Connection[Row] = connection.connection
    cursor = psycopg.Cursor(raw)
    # Django reads instants with a loader of its own, in Python; the session's zone is UTC either way.
    cursor.adapters.register_loader("timestamptz", INSTANT_LOADER)
    return cursor


def _execute(statement: str, params: Sequence[Any], *, rows: bool) -> Any:
    with connection.wrap_database_errors, _raw_cursor() as cursor:
        longest = max((len(value) for value in params if type(value) is list), default=0)
        small = connection.in_atomic_block and longest <= PLANNED_ONCE_ROWS
        cursor.execute(statement.encode(), [arrays.literal(v) for v in params], prepare=None if small else False)
        return cursor.fetchall() if rows else cursor.rowcount


def _watched(execute: Callable[..., Any], statement: str, params: Sequence[Any]) -> Any:
    """Pass the statement through Django's execute wrappers, innermost last, as Django's own cursor does."""
    call = execute
    for wrapper in reversed(connection.execute_wrappers):
        call = _bind(wrapper, call)
    return call(statement, params, False, {"connection": connection, "cursor": None})


def _bind(wrapper: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda sql, args, many, context: wrapper(call, sql, args, many, context)
