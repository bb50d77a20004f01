"""The values that bodies and answers are made of: read exactly as they were written, described as they are read.

JSON has one way to write each of them, and that is the one taken: no number for an instant, no text for a whole number.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

# Years that business happens in; beyond them calendars, zones and the database disagree about what exists.
EARLIEST, LATEST = 1990, 2200

ONE_LINE = r"^[^\x00-\x1F\x7F]*$"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
# What Python takes for a number and others read differently: "1_000", digits of other scripts, exponents without end.
_ODD = re.compile(r"_|[^\x00-\x7F]|[Ee][+-]?\d{10}")
_SPELLED_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")
_SPELLED_DATE = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def strict(**example: Any) -> ConfigDict:
    """Return the config of a body that takes nothing but what it names, with an example for the description."""
    return ConfigDict(**STRICT, json_schema_extra={"examples": [example]})


class Answer(BaseModel):
    """What an endpoint answers: every member is always there."""


class Made(Answer):
    """The id of what was made."""

    id: UUID


def exact(value: Any) -> Any:
    """Take numbers as they were written: text, integers and exact decimals; a binary float has already lost digits."""
    if isinstance(value, bool | float) or (isinstance(value, str) and _ODD.search(value)):
        raise ValueError('must be a number written exactly, such as 12 or "2.55"')
    return value


# What a finding says to people who send JSON and know nothing of the language that reads it; by type, with its context.
_WORDS = {
    "missing": "This member is required",
    "extra_forbidden": "There is no such member here",
    "model_type": "Must be a JSON object",
    "model_attributes_type": "Must be a JSON object",
    "dict_type": "Must be a JSON object",
    "list_type": "Must be a JSON array",
    "string_type": "Must be a text",
    "int_type": "Must be a whole number",
    "bool_type": "Must be true or false",
    "decimal_type": "Must be a number or the text of one",
    "decimal_parsing": "Must be a number or the text of one",
    "finite_number": "Must be a finite number",
    "decimal_max_digits": "Must have at most {max_digits} digits",
    "decimal_max_places": "Must have at most {decimal_places} decimals",
    "greater_than": "Must be greater than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than": "Must be less than {lt}",
    "less_than_equal": "Must be at most {le}",
    "too_long": "Must hold at most {max_length} elements, not {actual_length}",
    "too_short": "Must hold at least {min_length} elements, not {actual_length}",
    "string_too_long": "Must be at most {max_length} characters long",
    "string_too_short": "Must be at least {min_length} characters long",
    "string_pattern_mismatch": "Must match {pattern}",
    "timezone_aware": "Must carry an offset, such as Z or +01:00",
    "datetime_from_date_parsing": "There is no such instant; 2026-03-05T14:30:00+01:00 is one",
    "datetime_parsing": "There is no such instant; 2026-03-05T14:30:00+01:00 is one",
    "date_from_datetime_parsing": "There is no such day; 2026-03-05 is one",
    "date_parsing": "There is no such day; 2026-03-05 is one",
    "uuid_parsing": "Must be a UUID",
    "uuid_type": "Must be a UUID",
}


def told(finding: Mapping[str, Any]) -> str:
    """Return what a finding of pydantic says to people."""
    kind, context = finding["type"], finding.get("ctx", {})
    if kind == "string_pattern_mismatch" and context.get("pattern") == ONE_LINE:
        return "Must not hold control characters such as tabs and line breaks"
    if kind == "value_error":
        sentence = str(context.get("error", finding["msg"]))
        return sentence[:1].upper() + sentence[1:]
    if kind in _WORDS:
        return _WORDS[kind].format(**{name: _bare(bound) for name, bound in context.items()})
    return str(finding["msg"])


def _bare(bound: Any) -> str:
    """Return a bound as JSON would write it; behind a validator of ours pydantic hands over its Python spelling."""
    if number := _SPELLED_DECIMAL.fullmatch(str(bound)):
        return number[1]
    if day := _SPELLED_DATE.fullmatch(str(bound)):
        return date(*map(int, day.groups())).isoformat()
    return str(bound)


def _instant(value: Any) -> Any:
    if not (isinstance(value, str) and _INSTANT.fullmatch(value)) and not isinstance(value, datetime):
        raise ValueError("must be an instant such as 2026-03-05T14:30:00+01:00 (RFC 3339)")
    return value


def _in_our_time(value: datetime) -> datetime:
    if not EARLIEST <= value.year <= LATEST:
        raise ValueError(f"must be an instant between {EARLIEST} and {LATEST}")
    return value.astimezone(UTC)


def _day(value: Any) -> Any:
    if not (isinstance(value, str) and DAY.fullmatch(value)) and not isinstance(value, date):
        raise ValueError("must be a day such as 2026-03-05")
    return value


# Text of one line. A field with a pattern of its own is a plain str, since its pattern says more.
Text = Annotated[str, Field(pattern=ONE_LINE)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_in_our_time)]
Exact = Annotated[Decimal, BeforeValidator(exact)]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(EARLIEST, 1, 1), le=date(LATEST, 12, 31))]

# Of answers: exact decimals as text.
Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Major units, exact", examples=["41.94"])]
Number = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Exact", examples=["2.5"])]
