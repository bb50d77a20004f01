"""Lists as PostgreSQL array literals, written in one pass: batches carry tens of thousands of values per statement.

The statement casts every array (`%s::uuid[]`), so the literal needs no type of its own. Lists of other values are left to psycopg.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID


def literal(value: Any) -> Any:
    """Return the array literal of a list whose values are of one known type (None becomes NULL); anything else unchanged."""
    if not isinstance(value, list):
        return value
    kinds = set(map(type, value))
    kinds.discard(type(None))
    if not kinds:
        return "{" + ",".join(["NULL"] * len(value)) + "}"
    writers = {_WRITERS.get(kind) for kind in kinds}
    if len(writers) > 1:
        return value
    (writer,) = writers
    if writer is None:
        return value
    return "{" + ",".join(writer(value)) + "}"


def _numbers(values: Sequence[Any]) -> list[str]:
    return ["NULL" if value is None else str(value) for value in values]


def _uuids(values: Sequence[UUID | None]) -> list[str]:
    return ["NULL" if value is None else value.hex for value in values]


def _words(values: Sequence[bool | None]) -> list[str]:
    return ["NULL" if value is None else "t" if value else "f" for value in values]


def _moments(values: Sequence[date | None]) -> list[str]:
    return ["NULL" if value is None else value.isoformat() for value in values]


def _bytes(values: Sequence[bytes | None]) -> list[str]:
    return ["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]


def _texts(values: Sequence[str | None]) -> list[str]:
    """Quote every text; only backslash and quote mean anything inside the quotes."""
    return [
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values
    ]


_WRITERS: Final[dict[type, Callable[[Any], list[str]]]] = {
    int: _numbers,
    Decimal: _numbers,
    UUID: _uuids,
    bool: _words,
    datetime: _moments,
    date: _moments,
    bytes: _bytes,
    str: _texts,
}
