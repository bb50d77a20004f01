"""The kinds of words in a mapping file: time zones, encodings, patterns, spellings of dates, codes."""

import codecs
import re
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/London") from None
    return name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(f"{name!r} is not an encoding such as utf-8, latin-1 or cp1252") from None
    return name


def _spelling(text: str) -> str:
    moment = datetime(2011, 1, 31, 13, 5)  # noqa: DTZ001 - only spelled and read back
    try:
        read = datetime.strptime(moment.strftime(text), text) if text else moment  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"not a spelling of dates such as %d.%m.%Y %H:%M: {error}") from None
    if read.date() != moment.date():
        raise ValueError("a spelling of dates names year, month and day, such as %d.%m.%Y")
    return text


def _file_name(name: str) -> str:
    if not name or "/" in name or "\\" in name or name in {".", ".."}:
        raise ValueError("a joined file lies beside the main file and is named without a folder")
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Spelling = Annotated[str, AfterValidator(_spelling)]
FileName = Annotated[str, AfterValidator(_file_name)]
ReasonCode = Annotated[str, Field(pattern="^([a-z][a-z0-9_]{0,39})?$", description="what a case is typed by")]
TaxClass = Literal["standard", "reduced", "zero", "exempt"]
Name = Annotated[str, Field(min_length=1)]
