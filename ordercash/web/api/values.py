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


def told(finding: Mapping[str, Any]) -> str:
    """Return what a finding of pydantic says to people."""
    if finding["type"] == "string_pattern_mismatch" and finding.get("ctx", {}).get("pattern") == ONE_LINE:
        return "Must not hold control characters such as tabs and line breaks"
    return str(finding["msg"])


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
