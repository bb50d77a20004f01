"""The one search box: every domain registers how it finds its things by any number or name."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError

log = logging.getLogger("ordercash.web")

HITS_PER_KIND = 8
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: `title` is its number or name, `subtitle` what tells it from others."""

    kind: str
    id: UUID
    title: str
    subtitle: str = ""


Finder = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Source:
    """A domain's way to find things of a kind, for those who may see them."""

    kind: str
    permission: str
    find: Finder


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one kind; `failed` when the domain could not answer."""

    kind: str
    hits: Sequence[Hit]
    failed: bool = False


_sources: dict[str, Source] = {}


def register_search(kind: str, permission: str, find: Finder) -> None:
    """Say how things of a kind are found: `find(text, limit)` returns the best hits, an exact number first."""
    _sources[kind] = Source(kind, permission, find)


def sources() -> Mapping[str, Source]:
    """Return the registered sources by kind."""
    return _sources


def search_everything(user: Any, text: str, *, limit: int = HITS_PER_KIND) -> list[Found]:
    """Ask every source that the user may see; a source that fails says so and spoils no other."""
    wanted = _plain(text)
    if len(wanted) < SHORTEST:
        return []
    asked = [source for source in _sources.values() if user.has_perm(source.permission)]
    answers = [_ask(source, wanted, limit) for source in asked]
    return [found for found in answers if found.hits or found.failed]


def first_id(kind: str, text: str, user: Any) -> UUID:
    """Return the id of the thing of a kind that is called so, for a filter; one that nobody has when there is none."""
    source = _sources.get(kind)
    if source is None or not user.has_perm(source.permission):
        return UUID(int=0)
    hits = _ask(source, _plain(text), HITS_PER_KIND).hits
    exact = [hit for hit in hits if hit.title.casefold() == text.strip().casefold()]
    return next((hit.id for hit in [*exact, *hits]), UUID(int=0))


def ids_called(text: str, user: Any) -> list[UUID]:
    """Return the ids of all things that are called so, among what the user may see; an id stands for itself."""
    wanted = _plain(text)
    try:
        return [UUID(wanted)]
    except ValueError:
        found = [hit for each in search_everything(user, wanted) for hit in each.hits]
    exact = [hit.id for hit in found if hit.title.casefold() == wanted.casefold()]
    return exact or [hit.id for hit in found]


def _plain(text: str) -> str:
    return text.strip()[:100].replace("\x00", "")


def _ask(source: Source, text: str, limit: int) -> Found:
    try:
        return Found(source.kind, list(source.find(text, limit))[:limit])
    except DatabaseError:
        log.exception("search for %s failed", source.kind)
        return Found(source.kind, [], failed=True)
