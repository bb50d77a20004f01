"""The registry of kinds: the domain that owns a kind says what its documents look like and how it decides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pydantic

from ordercash.kernel.errors import DomainError


class KindUnknown(DomainError):
    """No domain answers for this kind of rulebook."""

    code, title, status = "kind_unknown", "This kind of rulebook is not known", 404


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision function answers: canonical texts of the outcome and of the trace."""

    outcome: str
    trace: str


Decide = Callable[[Any, str], Decided]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its document's schema, and (document, canonical facts) -> Decided; None when the kind logs no decisions."""

    name: str
    schema: type[pydantic.BaseModel]
    decide: Decide | None


_KINDS: dict[str, Kind] = {}


def register_kind(kind: str, *, schema: type[pydantic.BaseModel], decide: Decide | None = None) -> None:
    """Make a kind known; `schema` parses its documents, `decide` replays a logged decision to the same bytes."""
    _KINDS[kind] = Kind(kind, schema, decide)


def kind_of(name: str) -> Kind:
    """Return the kind; raises KindUnknown naming those that are known."""
    try:
        return _KINDS[name]
    except KeyError:
        raise KindUnknown(f"{name!r} is not one of: {', '.join(sorted(_KINDS)) or 'none'}.") from None


def known_kinds() -> list[str]:
    """Return the names of every registered kind, sorted."""
    return sorted(_KINDS)
