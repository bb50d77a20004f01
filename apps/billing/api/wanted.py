"""What a list is asked for: query parameters, each refused with its name when it cannot be read."""

from datetime import date
from typing import Any
from uuid import UUID

from rest_framework.request import Request

from apps.masterdata.contract import entities_by_code
from ordercash.kernel.errors import Fault
from ordercash.web.api.problems import InvalidInput


def text_wanted(request: Request, name: str) -> str:
    """Return a text parameter without signs that the database refuses."""
    return str(request.query_params.get(name, "")).replace("\x00", "").strip()[:200]


def id_wanted(request: Request, name: str) -> UUID | None:
    """Return an id parameter, None when left out; raises InvalidInput."""
    text = text_wanted(request, name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise _wrong(name, "Write an id as a UUID.") from None


def day_wanted(request: Request, name: str) -> date | None:
    """Return a day parameter, None when left out; raises InvalidInput."""
    text = text_wanted(request, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _wrong(name, "Write a day as 2026-03-05.") from None


def words_wanted(request: Request, name: str, known: list[Any]) -> list[str]:
    """Return a list of words parted by commas; raises InvalidInput for an unknown one."""
    words = [word for word in text_wanted(request, name).split(",") if word]
    if not set(words) <= set(known):
        raise _wrong(name, f"One of: {', '.join(known)}.")
    return words


def entity_wanted(request: Request) -> UUID | None:
    """Return the legal entity that `?legal_entity=CODE` names, None when left out; raises InvalidInput."""
    code = text_wanted(request, "legal_entity")
    if not code:
        return None
    try:
        return entities_by_code()[code].id
    except KeyError:
        raise _wrong("legal_entity", f"One of: {', '.join(entities_by_code())}.") from None


def _wrong(name: str, detail: str) -> InvalidInput:
    return InvalidInput(faults=[Fault(f"?{name}", f"invalid_{name}", detail)])
