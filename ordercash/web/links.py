"""Every identifier is a link: who owns a kind of thing registers where it is shown, and how its things are called."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

Namer = Callable[[Sequence[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of thing that has a page: the URL name takes its id; `label` names the kind for people."""

    kind: str
    url_name: str
    label: str


_kinds: dict[str, LinkKind] = {}
_namers: dict[str, Namer] = {}


def register_link(kind: str, url_name: str, label: str) -> None:
    """Say where things of a kind are shown: register_link("order", "order", "Order"); the page takes the id."""
    _kinds[kind] = LinkKind(kind, url_name, label)


def register_names(kind: str, names: Namer) -> None:
    """Say how things of a kind are called: `names(ids)` returns the number or name by id, in one statement for all."""
    _namers[kind] = names


def names_of(things: Iterable[tuple[str, UUID | None]]) -> dict[UUID, str]:
    """Return the numbers and names of (kind, id) pairs by id, one statement per kind; nameless kinds are left out."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for kind, id in things:
        if id is not None and kind in _namers:
            wanted[kind].add(id)
    return {id: name for kind, ids in wanted.items() for id, name in _namers[kind](list(ids)).items() if name}


def link_url(kind: str, id: Any) -> str:
    """Return the address of a thing, "" when its kind has no page (yet)."""
    known = _kinds.get(kind)
    if known is None or id in (None, ""):
        return ""
    try:
        return reverse(known.url_name, args=[id])
    except NoReverseMatch:
        return ""


def kind_label(kind: str) -> str:
    """Return the name of a kind for people."""
    known = _kinds.get(kind)
    return known.label if known else kind.replace("_", " ").capitalize()


def called(kind: str, id: Any, name: str = "") -> str:
    """Return "Order SO-1041"; without a name the end of the id tells one from another, its beginning is only the hour."""
    return f"{kind_label(kind)} {name or str(id)[-8:]}"


def link_html(kind: str, id: Any, label: Any = "") -> SafeString:
    """Return a link to a thing, or its label alone when its kind has no page; without a label it is called by its name."""
    shown = label or called(kind, id, names_of([(kind, id)]).get(id, "") if isinstance(id, UUID) else "")
    url = link_url(kind, id)
    return format_html('<a class="oc-link" href="{}">{}</a>', url, shown) if url else format_html("{}", shown)
