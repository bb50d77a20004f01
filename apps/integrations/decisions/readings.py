"""Reading the text of a cell: clean text, exact numbers, instants. Pure.

Such files say the same things again and again (a price, a minute, a country), so each distinct text of a column is read once.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from apps.integrations.decisions.mapping import Column, FileFormat

T = TypeVar("T")

KEPT_TEXTS: Final = 50_000
FIRST_YEAR, LAST_YEAR = 1990, 2200
UNREADABLE_DAY: Final = date.min
# Bytes that were not text in the file's encoding (they arrive as lone surrogates), and NUL, which no database text holds.
_BROKEN: Final = re.compile("[\ud800-\udfff\x00]")

MAX_CODES: Final = 20
_CODE: Final = re.compile("[A-Z0-9][A-Z0-9_-]{0,63}")
_BETWEEN_CODES: Final = re.compile(r"[\s,;]+")


class Reading(dict[str, T]):
    """What a column's texts mean: `reading[text]` reads a text once and remembers it, within bounds."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        if len(self) >= KEPT_TEXTS:
            self.clear()
        value = self[text] = self._read(text)
        return value


def mended(text: str) -> str:
    """Return the text with what the database could not hold replaced by U+FFFD."""
    return text if text.isascii() and "\x00" not in text else _BROKEN.sub("\ufffd", text)


def is_broken(text: str) -> bool:
    """Say whether the text holds bytes that were not text, or NUL."""
    return "\x00" in text if text.isascii() else _BROKEN.search(text) is not None


def text_reader(
    column: Column, format: FileFormat, values: Mapping[str, str] | None, length: int
) -> Callable[[str], str]:
    """Return how a column's text is cleaned: spaces and nulls out, suffix off, then the value map, then cut to `length`."""
    nulls = frozenset(format.nulls)

    def read(cell: str) -> str:
        text = mended(cell).strip()
        if not text or text in nulls:
            return column.default
        text = text.removesuffix(column.strip_suffix) if column.strip_suffix else text
        return (values.get(text, text) if values is not None else text)[:length]

    return read


def number_reader(
    text: Callable[[str], str], format: FileFormat, *, limit: Decimal, decimals: int
) -> Callable[[str], Decimal | None]:
    """Return how a number is read: exact, within +-`limit` and with at most so many decimals; None otherwise."""
    thousands, point = re.escape(format.thousands), re.escape(format.decimal)
    whole = rf"(?:\d{{1,15}}|\d{{1,3}}(?:{thousands}\d{{3}}){{1,4}})" if thousands else r"\d{1,15}"
    spelling = re.compile(rf"([+-]?{whole})(?:{point}(\d{{1,9}}))?", re.ASCII)

    def read(cell: str) -> Decimal | None:
        found = spelling.fullmatch(text(cell))
        if found is None:
            return None
        number, places = found[1].replace(format.thousands, ""), (found[2] or "").rstrip("0")
        value = Decimal(f"{number}.{found[2]}" if found[2] else number)
        return value if abs(value) <= limit and len(places) <= decimals else None

    return read


def instant_reader(text: Callable[[str], str], spelling: str, zone: ZoneInfo) -> Callable[[str], datetime | None]:
    """Return how a local time is read as a UTC instant; None for what is no time between 1990 and 2200.

    A time that the zone had twice (clocks set back) is the first of the two. A time that it skipped (clocks set forward) is
    read with the offset from before the change: 02:30 in a skipped hour is the instant that the new time calls 03:30.
    An offset in the text itself goes before the zone.
    """

    def read(cell: str) -> datetime | None:
        try:
            found = text(cell)
            local = datetime.strptime(found, spelling) if spelling else datetime.fromisoformat(found)  # noqa: DTZ007
        except ValueError:
            return None
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            return None
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)

    return read


def day_reader(text: Callable[[str], str], spelling: str) -> Callable[[str], date | None]:
    """Return how a day is read: None for an empty cell, UNREADABLE_DAY for what is no day between 1990 and 2200."""

    def read(cell: str) -> date | None:
        found = text(cell)
        if not found:
            return None
        try:
            day = (datetime.strptime(found, spelling) if spelling else datetime.fromisoformat(found)).date()  # noqa: DTZ007
        except ValueError:
            return UNREADABLE_DAY
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else UNREADABLE_DAY

    return read


def codes_reader(text: Callable[[str], str]) -> Callable[[str], tuple[str, ...] | None]:
    """Return how a cell of coupon codes is read, with spaces, commas or semicolons between them; None for what are none."""

    def read(cell: str) -> tuple[str, ...] | None:
        codes = dict.fromkeys(_BETWEEN_CODES.split(text(cell).upper()))
        codes.pop("", None)
        return tuple(codes) if len(codes) <= MAX_CODES and all(_CODE.fullmatch(code) for code in codes) else None

    return read
