"""What a list is asked for: query parameters, each refused with its name when it cannot be read."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from apps.masterdata.contract import entities_by_code
from ordercash.web.api.wanted import text_wanted, wrong


def words_wanted(request: Request, name: str, known: list[Any]) -> list[str]:
    """Return a list of words parted by commas; raises InvalidInput for an unknown one."""
    words = [word for word in text_wanted(request, name).split(",") if word]
    if not set(words) <= set(known):
        raise wrong(name, f"One of: {', '.join(known)}.")
    return words


def entity_wanted(request: Request) -> UUID | None:
    """Return the legal entity that `?legal_entity=CODE` names, None when left out; raises InvalidInput."""
    code = text_wanted(request, "legal_entity")
    if not code:
        return None
    try:
        return entities_by_code()[code].id
    except KeyError:
        raise wrong("legal_entity", f"One of: {', '.join(entities_by_code())}.") from None
