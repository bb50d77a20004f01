"""Keyset pages: a list is walked by (sort value, id), never by OFFSET, and never counted.

A cursor is opaque to the caller: it is signed, belongs to one sort order, and anything else is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, dumps, loads
from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from ordercash.kernel.errors import DomainError, Fault

DEFAULT_LIMIT = 50
MOST_ROWS = 200

M = TypeVar("M", bound=Model)
T = TypeVar("T")

_READERS: Mapping[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
    "int": int,
    "str": str,
    "bool": bool,
}


class BadCursor(DomainError):
    """The cursor was not made here, or for another order of the list."""

    code, title, status = "bad_cursor", "The cursor is not valid for this list", 400


class BadLimit(DomainError):
    """The limit is not a number of rows that a page may have."""

    code, title, status = "bad_limit", "The limit is not valid", 400


@dataclass(frozen=True, slots=True)
class Position:
    """A row in a sorted list; `backwards` asks for the rows before it."""

    value: Any
    id: Any
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """The rows of one page, in the list's order, and the cursors of its neighbours ("" at an end)."""

    rows: Sequence[T]
    next: str = ""
    previous: str = ""


def write_cursor(sort: str, position: Position) -> str:
    """Return the cursor of a position in the list that is sorted by `sort` ("-placed_at")."""
    content = [_tagged(position.value), _tagged(position.id), position.backwards]
    return dumps(content, salt=f"cursor:{sort}", compress=False)


def read_cursor(sort: str, text: str) -> Position | None:
    """Return the position that a cursor names, None for no cursor; raises BadCursor."""
    if not text:
        return None
    try:
        value, row_id, backwards = loads(text, salt=f"cursor:{sort}")
    except (BadSignature, ValueError, TypeError):
        raise BadCursor(faults=[Fault("?cursor", "bad_cursor", "Start again without a cursor.")]) from None
    return Position(_untagged(value), _untagged(row_id), bool(backwards))


def read_limit(text: str | None) -> int:
    """Return the rows wanted on a page, 50 when not said; raises BadLimit outside of 1 to 200."""
    if text is None or text == "":
        return DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_ROWS:
        return int(text)
    raise BadLimit(f"limit is a whole number from 1 to {MOST_ROWS}.", faults=[Fault("?limit", "bad_limit", text[:40])])


def slice_of(
    rows: QuerySet[M],
    *,
    sort: str,
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
    id_field: str = "id",
    among: Sequence[Q] = (),
) -> Slice[M]:
    """Return one page of a queryset sorted by `sort` and then the id, both in the same direction.

    `sort` names a column without NULLs, "-" before it for descending; an index on (sort, id) carries the page whatever
    its depth. One statement, one row more than the page to know whether there is a next one.

    `among` are conditions of which each row meets one at most ("state is a", "state is b") and which have an index with
    the sort each: every one of them is read for a page and the nearest rows are kept. `state IN (a, b)` would read past
    all the rows between two rare ones.
    """
    position = read_cursor(sort, cursor)
    backwards = position is not None and position.backwards
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    downwards = descending != backwards
    if position is not None:
        beyond = TupleLessThan if downwards else TupleGreaterThan
        rows = rows.filter(beyond(Tuple(F(column), F(id_field)), (position.value, position.id)))
    mark = "-" if downwards else ""
    order = (mark + column, mark + id_field)
    if among:
        nearest = [rows.filter(part).order_by(*order).values(id_field)[: limit + 1] for part in among]
        rows = rows.filter(**{f"{id_field}__in": nearest[0].union(*nearest[1:], all=True)})
    found = list(rows.order_by(*order)[: limit + 1])
    return slice_from(found, sort=sort, position=position, limit=limit, id_field=id_field)


def slice_from(
    found: Sequence[T], *, sort: str, position: Position | None, limit: int, id_field: str = "id"
) -> Slice[T]:
    """Make the page of up to `limit` + 1 rows read beyond `position`, for lists that are read by SQL of their own.

    Rows read backwards come in the direction they were read, nearest first, and are turned round here. A row gives its
    sort value and its id as attributes (or, in a mapping, as keys).
    """
    backwards = position is not None and position.backwards
    more, shown = len(found) > limit, list(found[:limit])
    if backwards:
        shown.reverse()
    if not shown:
        return Slice(rows=[])
    has_next, has_previous = (True, more) if backwards else (more, position is not None)

    def at(row: T, *, back: bool) -> str:
        return write_cursor(sort, Position(_of(row, sort.removeprefix("-")), _of(row, id_field), back))

    return Slice(
        rows=shown,
        next=at(shown[-1], back=False) if has_next else "",
        previous=at(shown[0], back=True) if has_previous else "",
    )


def _of(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = row[name] if isinstance(row, Mapping) else getattr(row, name)
    return row


def _tagged(value: Any) -> list[Any]:
    kind = type(value).__name__
    if kind in _READERS:
        return [kind, str(value) if kind not in {"datetime", "date"} else value.isoformat()]
    if isinstance(value, UUID):
        return ["UUID", str(value)]
    raise TypeError(f"A list cannot be sorted by {kind}: the column of a keyset has no NULLs and a plain type.")


def _untagged(pair: list[Any]) -> Any:
    kind, text = pair
    return text == "True" if kind == "bool" else _READERS[kind](text)
