"""What a list is asked for: query parameters, each refused by its name when it cannot be read. What is left out filters nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from rest_framework.request import Request

from ordercash.kernel.errors import Fault
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import DAY, Instant

_INSTANT: Final = TypeAdapter(Instant)


def text_wanted(request: Request, name: str) -> str:
    """Return a text parameter, "" when left out; a sign that no column holds finds nothing."""
    return str(request.query_params.get(name, "")).replace("\x00", "\ufffd").strip()[:2000]


def id_wanted(request: Request, name: str) -> UUID | None:
    """Return an id parameter, None when left out; raises InvalidInput."""
    text = request.query_params.get(name)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise wrong(name, "Write an id as a UUID.") from None


def day_wanted(request: Request, name: str) -> date | None:
    """Return a day parameter, None when left out; raises InvalidInput."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise wrong(name, "Write a day as 2026-03-05.")


def instant_wanted(request: Request, name: str) -> datetime | None:
    """Return an instant parameter in UTC, None when left out; raises InvalidInput."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return _INSTANT.validate_python(text)
    except ValidationError:
        raise wrong(name, "Write an instant as 2026-03-05T14:30:00Z.") from None


def word_wanted(request: Request, name: str, words: Sequence[str]) -> str:
    """Return a parameter that takes some words only, "" when left out; raises InvalidInput."""
    text = text_wanted(request, name)
    if text and text not in words:
        raise wrong(name, f"One of {', '.join(words)}.")
    return text


def flag_wanted(request: Request, name: str) -> bool:
    """Return a flag, False when left out; raises InvalidInput."""
    text = request.query_params.get(name, "false")
    if text not in {"true", "false"}:
        raise wrong(name, "Write true or false.")
    return text == "true"


def wrong(name: str, detail: str) -> InvalidInput:
    """Return the refusal of a query parameter."""
    return InvalidInput(faults=[Fault(f"?{name}", f"invalid_{name}", detail)])
